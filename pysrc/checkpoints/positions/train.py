"""Train four decoders that differ only in how they are told the order of their input: RoPE, sinusoidal, ALiBi, nothing.

    pip install torch==2.13.0 numpy==2.4.1 safetensors==0.8.0    # Python 3.11
    python pysrc/checkpoints/positions/train.py IDS [NAME …]

IDS is what prepare.py wrote. Each run is seeded and takes a fixed number of steps, on the same windows in the same order; NAME picks
some of the four. Writes NAME.safetensors (float16), NAME.json (sizes, with Hugging Face's keys) and NAME.log.jsonl beside this file.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent
NAMES = ("rope", "sinusoidal", "alibi", "none")
CONFIG = {
    "model_type": "llama", "hidden_act": "silu", "vocab_size": 1024, "hidden_size": 128, "intermediate_size": 344,
    "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 32, "max_position_embeddings": 128,
    "rope_theta": 10000.0, "rms_norm_eps": 1e-5, "tie_word_embeddings": True,
}
SEED, STEPS, BATCH, LENGTH = 1611, 2200, 32, 128
PEAK, WARM, HELD_OUT = 3e-3, 100, 0.03  # learning rate, its first steps, the share of the text at its end that is not trained on


def sinusoids(n: int, d: int) -> torch.Tensor:
    angle = torch.arange(n, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(n, d).float()


def turned(x: torch.Tensor) -> torch.Tensor:
    """RoPE in Hugging Face's order of pairs: x (batch, heads, n, d_head)."""
    n, d = x.shape[-2:]
    theta = CONFIG["rope_theta"] ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    angle = torch.arange(n, dtype=torch.float64)[:, None] * theta
    cos, sin = angle.cos().float(), angle.sin().float()
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Norm(nn.Module):
    def __init__(self, d: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, CONFIG["rms_norm_eps"])


class Attention(nn.Module):
    def __init__(self, position: str):
        super().__init__()
        d, self.heads, self.position = CONFIG["hidden_size"], CONFIG["num_attention_heads"], position
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(d, d, bias=False) for _ in range(4))

    def forward(self, x):
        batch, n, d = x.shape
        q, k, v = (p(x).view(batch, n, self.heads, -1).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        if self.position == "rope":
            q, k = turned(q), turned(k)
        bias = torch.full((n, n), -math.inf).triu(1)
        if self.position == "alibi":
            slopes = 2 ** (-8 * torch.arange(1, self.heads + 1) / self.heads)
            far = torch.arange(n)[:, None] - torch.arange(n)[None, :]
            bias = bias - slopes[:, None, None] * far.clamp(min=0)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return self.o_proj(out.transpose(1, 2).reshape(batch, n, d))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        d, wide = CONFIG["hidden_size"], CONFIG["intermediate_size"]
        self.gate_proj, self.up_proj, self.down_proj = nn.Linear(d, wide, bias=False), nn.Linear(d, wide, bias=False), nn.Linear(wide, d, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, position: str):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(CONFIG["hidden_size"]), Norm(CONFIG["hidden_size"])
        self.self_attn, self.mlp = Attention(position), FeedForward()

    def forward(self, x):
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, position: str):
        super().__init__()
        self.position, d = position, CONFIG["hidden_size"]
        self.embed_tokens = nn.Embedding(CONFIG["vocab_size"], d)
        self.layers = nn.ModuleList(Layer(position) for _ in range(CONFIG["num_hidden_layers"]))
        self.norm = Norm(d)


class Decoder(nn.Module):
    """Names as in a Llama checkpoint; the head is the embedding table."""

    def __init__(self, position: str):
        super().__init__()
        self.model = Body(position)
        for name, p in self.named_parameters():
            if p.ndim == 2:
                scale = 0.02 / math.sqrt(2 * CONFIG["num_hidden_layers"]) if name.endswith(("o_proj.weight", "down_proj.weight")) else 0.02
                nn.init.normal_(p, std=scale)

    def hidden(self, ids):
        """The embeddings, then what leaves each layer."""
        x = self.model.embed_tokens(ids)
        if self.model.position == "sinusoidal":
            x = x * math.sqrt(x.shape[-1]) + sinusoids(x.shape[-2], x.shape[-1])
        states = [x]
        for layer in self.model.layers:
            states.append(layer(states[-1]))
        return states

    def forward(self, ids):
        return self.model.norm(self.hidden(ids)[-1]) @ self.model.embed_tokens.weight.T


def losses(model: Decoder, ids: torch.Tensor, length: int, windows: int) -> torch.Tensor:
    """Mean nats of each position over as many windows, spread evenly over `ids`: (length,)."""
    starts = torch.linspace(0, len(ids) - length - 1, windows).long()
    with torch.no_grad():
        parts = []
        for some in starts.split(16):
            rows = torch.stack([ids[at : at + length + 1] for at in some.tolist()])
            parts.append(F.cross_entropy(model(rows[:, :-1]).transpose(1, 2), rows[:, 1:], reduction="none"))
    return torch.cat(parts).mean(0)


def train(name: str, train_ids: torch.Tensor, held_out: torch.Tensor) -> None:
    torch.manual_seed(SEED)
    model, order = Decoder(name), np.random.default_rng(SEED)
    flat = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": [p for p in model.parameters() if p.ndim >= 2], "weight_decay": 0.1}, {"params": flat, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.95))
    log, began = [{"parameters": sum(p.numel() for p in model.parameters()), "seed": SEED, "batch": BATCH, "length": LENGTH}], time.time()
    for step in range(STEPS):
        rate = PEAK * min((step + 1) / WARM, 0.05 + 0.475 * (1 + math.cos(math.pi * step / STEPS)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        starts = order.integers(0, len(train_ids) - LENGTH - 1, BATCH)
        rows = torch.stack([train_ids[at : at + LENGTH + 1] for at in starts])
        loss = F.cross_entropy(model(rows[:, :-1]).transpose(1, 2), rows[:, 1:])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 100 == 0 or step == STEPS - 1:
            entry = {"step": step, "train_loss": round(loss.item(), 4), "held_out_loss": round(losses(model, held_out, LENGTH, 64).mean().item(), 4), "lr": round(rate, 6)}
            log.append(entry)
            print(name, entry, f"{time.time() - began:.0f} s", flush=True)
    weights = {key: value.half().contiguous() for key, value in model.state_dict().items()}
    save_file(weights, HERE / f"{name}.safetensors")
    model.load_state_dict({key: value.float() for key, value in weights.items()})
    log.append({
        "held_out_loss_at_128": round(losses(model, held_out, LENGTH, 256).mean().item(), 4),
        "held_out_loss_at_512_by_64": [round(part.mean().item(), 4) for part in losses(model, held_out, 512, 64).split(64)],
    })
    print(name, log[-1], flush=True)
    (HERE / f"{name}.log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
    (HERE / f"{name}.json").write_text(json.dumps({**CONFIG, "position": name}, indent=1) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(2)
    ids = torch.from_numpy(np.load(sys.argv[1]).astype(np.int64))
    border = int(len(ids) * (1 - HELD_OUT))
    for chosen in sys.argv[2:] or NAMES:
        train(chosen, ids[:border], ids[border:])
