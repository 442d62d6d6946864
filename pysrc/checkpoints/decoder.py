"""The PyTorch decoder that the book's checkpoints are trained with: Llama's, with a replaceable feed-forward layer. Training only."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

Config = Mapping[str, Any]  # a config.json of Hugging Face's


def sinusoids(n: int, d: int) -> torch.Tensor:
    angle = torch.arange(n, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(n, d).float()


def turned(x: torch.Tensor, base: float) -> torch.Tensor:
    """RoPE in Hugging Face's order of pairs: x (batch, heads, n, d_head)."""
    n, d = x.shape[-2:]
    theta = base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    angle = torch.arange(n, dtype=torch.float64)[:, None] * theta
    cos, sin = angle.cos().float(), angle.sin().float()
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Norm(nn.Module):
    def __init__(self, d: int, eps: float):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(d)), eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


class Attention(nn.Module):
    def __init__(self, config: Config, position: str):
        super().__init__()
        d, self.heads, self.base, self.position = config["hidden_size"], config["num_attention_heads"], config["rope_theta"], position
        self.key_heads = config.get("num_key_value_heads", self.heads)
        narrow = d // self.heads * self.key_heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(d, wide, bias=False) for wide in (d, narrow, narrow, d))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, n, d = x.shape
        parts = ((self.q_proj, self.heads), (self.k_proj, self.key_heads), (self.v_proj, self.key_heads))
        q, k, v = (p(x).view(batch, n, h, -1).transpose(1, 2) for p, h in parts)
        if self.position == "rope":
            q, k = turned(q, self.base), turned(k, self.base)
        bias = torch.full((n, n), -math.inf).triu(1)
        if self.position == "alibi":
            slopes = 2 ** (-8 * torch.arange(1, self.heads + 1) / self.heads)
            far = torch.arange(n)[:, None] - torch.arange(n)[None, :]
            bias = bias - slopes[:, None, None] * far.clamp(min=0)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias, enable_gqa=self.key_heads < self.heads)
        return self.o_proj(out.transpose(1, 2).reshape(batch, n, d))


class GatedFeedForward(nn.Module):
    """act(gate) · up, then down; SwiGLU with silu."""

    def __init__(self, d: int, wide: int, activation: Callable = F.silu):
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = (
            nn.Linear(d, wide, bias=False),
            nn.Linear(d, wide, bias=False),
            nn.Linear(wide, d, bias=False),
        )
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(self.activation(self.gate_proj(x)) * self.up_proj(x))


class FeedForward(nn.Module):
    """act(up), then down: two matrices."""

    def __init__(self, d: int, wide: int, activation: Callable):
        super().__init__()
        self.up_proj, self.down_proj, self.activation = nn.Linear(d, wide, bias=False), nn.Linear(wide, d, bias=False), activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(self.activation(self.up_proj(x)))


class Layer(nn.Module):
    """`feed` makes the feed-forward part, which the checkpoint calls `name`."""

    def __init__(self, config: Config, position: str, name: str, feed: Callable[[], nn.Module]):
        super().__init__()
        d, eps = config["hidden_size"], config["rms_norm_eps"]
        self.input_layernorm, self.post_attention_layernorm = Norm(d, eps), Norm(d, eps)
        self.self_attn, self.name = Attention(config, position), name
        self.add_module(name, feed())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.self_attn(self.input_layernorm(x))
        return x + getattr(self, self.name)(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, config: Config, position: str, name: str, feed: Callable[[], nn.Module]):
        super().__init__()
        d, self.position = config["hidden_size"], position
        self.embed_tokens = nn.Embedding(config["vocab_size"], d)
        self.layers = nn.ModuleList(Layer(config, position, name, feed) for _ in range(config["num_hidden_layers"]))
        self.norm = Norm(d, config["rms_norm_eps"])


class Decoder(nn.Module):
    """Names as in a Llama checkpoint; the head is the embedding table. `feed` makes a feed-forward part, SwiGLU if absent.

    `std` is the spread of the initial weights, but for the embeddings', which is 0.02.
    """

    def __init__(
        self, config: Config, position: str = "rope", name: str = "mlp", feed: Callable[[], nn.Module] | None = None, std: float = 0.02
    ):
        super().__init__()
        gated = lambda: GatedFeedForward(config["hidden_size"], config["intermediate_size"])
        self.model = Body(config, position, name, feed or gated)
        last = ("o_proj.weight", "down_proj.weight", "w2.weight")  # what is added to the residual stream
        for name, p in self.named_parameters():
            if p.ndim == 2:
                wide = 0.02 if "embed" in name else std
                nn.init.normal_(p, std=wide / math.sqrt(2 * config["num_hidden_layers"]) if name.endswith(last) else wide)

    def hidden(self, ids: torch.Tensor) -> torch.Tensor:
        """The embeddings, then what leaves each layer."""
        x = self.model.embed_tokens(ids)
        if self.model.position == "sinusoidal":
            x = x * math.sqrt(x.shape[-1]) + sinusoids(x.shape[-2], x.shape[-1])
        states = [x]
        for layer in self.model.layers:
            states.append(layer(states[-1]))
        return states

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.model.norm(self.hidden(ids)[-1]) @ self.model.embed_tokens.weight.T
