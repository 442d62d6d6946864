"""Make parts.npz: positions, gated feed-forward, RMSNorm, grouped attention, blocks and samplers as PyTorch and transformers compute them.

In a Python 3.11 environment of its own:

    pip install torch==2.13.0 transformers==5.24.0 numpy
    python tests/library/golden/make_parts.py

Keys: rope/LAYOUT/BASE/START/out of rope/x; scaled/KIND/N/theta and /amplitude; alibi/HEADS/slopes; norm/, gate/, gqa/MASK/, decoder/, source/,
target/ with their parameters by checkpoint name; sample/KIND/ARGUMENT of sample/logits; loss/out, of 40 times these. Doubles.
"""

from pathlib import Path

import numpy as np
import torch
import transformers
from torch import nn
from torch.nn import functional as F
from transformers.generation import logits_process
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaRotaryEmbedding, apply_rotary_pos_emb

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
OUT: dict[str, np.ndarray] = {}
BASE, N, D = 10000.0, 11, 16
SCALINGS = {
    "linear": {"rope_type": "linear", "factor": 4.0},
    "dynamic": {"rope_type": "dynamic", "factor": 4.0, "original_max_position_embeddings": 128},
    "yarn": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128},
    "llama3": {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 128,
    },
}


def keep(name: str, value) -> None:
    OUT[name] = value.detach().double().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)


def llama(base: float, head: int = D, **more) -> transformers.LlamaConfig:
    scaling = more.pop("scaling", {"rope_type": "default"})
    return transformers.LlamaConfig(
        hidden_size=24,
        intermediate_size=40,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=head,
        max_position_embeddings=128,
        rope_parameters={"rope_theta": base, **scaling},
        rms_norm_eps=1e-5,
        attn_implementation="eager",
        **more,
    )


def positions() -> None:
    x = torch.randn(3, N, D)
    keep("rope/x", x)
    for base in (10000.0, 100000.0):
        for start in (0, 37):
            at = torch.arange(start, start + N)
            cos, sin = LlamaRotaryEmbedding(llama(base))(x, at[None])
            keep(f"rope/half/{base:.0f}/{start}/out", apply_rotary_pos_emb(x[None], x[None], cos, sin)[0][0])
            theta = 1.0 / base ** (torch.arange(0, D, 2) / D)
            turn = torch.polar(torch.ones(N, D // 2), torch.outer(at.double(), theta))  # meta-llama: complex numbers
            keep(
                f"rope/interleaved/{base:.0f}/{start}/out",
                torch.view_as_real(torch.view_as_complex(x.reshape(3, N, D // 2, 2)) * turn).flatten(-2),
            )
    for kind, scaling in SCALINGS.items():
        for n in (64, 128, 500):
            theta, amplitude = ROPE_INIT_FUNCTIONS[kind](llama(BASE, head=64, scaling=scaling), torch.device("cpu"), seq_len=n)
            keep(f"scaled/{kind}/{n}/theta", theta)
            keep(f"scaled/{kind}/{n}/amplitude", float(amplitude))
    for heads in (1, 4, 6, 8, 12):
        bias = build_alibi_tensor(torch.ones(1, 9), heads, torch.float64)  # slope · j
        keep(f"alibi/{heads}/slopes", bias[:, 0, 1])


def attention() -> None:
    q, k, v = torch.randn(6, N, 4), torch.randn(2, N, 4), torch.randn(2, N, 4)
    i, j = torch.arange(N)[:, None], torch.arange(N)[None]
    masks = {"causal": j <= i, "sliding": (j <= i) & (i - j < 4), "chunked": (j <= i) & (i // 4 == j // 4)}
    for name, value in (("q", q), ("k", k), ("v", v)):
        keep(f"gqa/{name}", value)
    for name, mask in masks.items():
        keep(f"gqa/{name}/out", F.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=mask, enable_gqa=True)[0])


def elementwise() -> None:
    x, g = torch.randn(5, 24), torch.randn(24)
    keep("norm/x", x), keep("norm/weight", g)
    keep("norm/out", F.rms_norm(x, (24,), g, 1e-5))
    gate, up, down = (nn.Linear(a, b, bias=False) for a, b in ((24, 40), (24, 40), (40, 24)))
    for name, layer in (("gate", gate), ("up", up), ("down", down)):
        keep(f"gate/{name}.weight", layer.weight)
    keep("gate/silu/out", down(F.silu(gate(x)) * up(x)))
    keep("gate/gelu/out", down(F.gelu(gate(x)) * up(x)))
    wide = torch.linspace(-800, 800, 41)
    keep("silu/x", wide), keep("silu/out", F.silu(wide)), keep("relu/out", F.relu(wide))


def blocks() -> None:
    x = torch.randn(1, N, 24)
    config = llama(BASE, head=4)
    layer = LlamaDecoderLayer(config, 0).eval()
    mask = torch.full((N, N), -torch.inf).triu(1)[None, None]
    out = layer(x, attention_mask=mask, position_embeddings=LlamaRotaryEmbedding(config)(x, torch.arange(N)[None]))
    keep("decoder/x", x[0]), keep("decoder/out", (out[0] if isinstance(out, tuple) else out).reshape(N, 24))
    for name, value in layer.state_dict().items():
        keep(f"decoder/{name}", value)
    source, target = torch.randn(1, 7, 24), x
    encoder = nn.TransformerEncoderLayer(24, 6, 40, dropout=0.0, batch_first=True).eval()
    decoder = nn.TransformerDecoderLayer(24, 6, 40, dropout=0.0, batch_first=True).eval()
    for layer in (encoder, decoder):
        for p in layer.parameters():
            nn.init.normal_(p, std=0.3)
    keep("source/x", source[0]), keep("source/out", encoder(source)[0])
    keep("target/x", target[0]), keep("target/out", decoder(target, source, tgt_mask=mask[0, 0])[0])
    norms = {"norm1": "self_attn_layer_norm", "norm2": "encoder_attn_layer_norm", "norm3": "final_layer_norm"}
    for kind, layer in (("source", encoder), ("target", decoder)):
        names = norms if kind == "target" else {"norm1": "self_attn_layer_norm", "norm2": "final_layer_norm"}
        for name, value in layer.state_dict().items():
            part, leaf = name.rsplit(".", 1)
            if leaf.startswith("in_proj"):  # query, key and value stacked
                attn = {"self_attn": "self_attn", "multihead_attn": "encoder_attn"}[part]
                for one, third in zip("qkv", value.chunk(3)):
                    keep(f"{kind}/{attn}.{one}_proj.{leaf.removeprefix('in_proj_')}", third)
            else:
                part = part.replace("multihead_attn", "encoder_attn").replace("linear", "fc")
                keep(f"{kind}/{names.get(part, part)}.{leaf}", value)


def sampling() -> None:
    rows = torch.randn(6, 40) * 3
    rows[5, :7] = rows[5, 7]  # ties
    keep("sample/logits", rows)
    none = torch.zeros(6, 1, dtype=torch.long)
    for kind, make, arguments in (
        ("temperature", logits_process.TemperatureLogitsWarper, (0.5, 2.0)),
        ("top_k", logits_process.TopKLogitsWarper, (1, 3, 40)),
        ("top_p", logits_process.TopPLogitsWarper, (0.3, 0.9, 0.999)),
        ("min_p", logits_process.MinPLogitsWarper, (0.05, 0.5)),
    ):
        for argument in arguments:
            keep(f"sample/{kind}/{argument}", make(argument)(none, rows.clone()))
    said = torch.tensor([[3, 3, 17, 39]] * 6)
    keep("sample/said", said[0])
    ids = torch.tensor([3, 0, 17, 39, 8, 7])
    keep("loss/ids", ids), keep("loss/out", F.cross_entropy(rows * 40, ids, reduction="none"))
    keep("sample/repetition_penalty/1.3", logits_process.RepetitionPenaltyLogitsProcessor(1.3)(said, rows.clone()))


if __name__ == "__main__":
    with torch.no_grad():
        positions(), attention(), elementwise(), blocks(), sampling()
    against = f"PyTorch {torch.__version__.split('+')[0]} and transformers {transformers.__version__}"
    np.savez_compressed(Path(__file__).with_name("parts.npz"), against=np.array(against), **OUT)
    print(len(OUT), "arrays")
