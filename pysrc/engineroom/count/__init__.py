"""Counting: a model's parameters, what one token costs, and what has to be remembered, from a pasted config.json.

sizes = count.parameters(config)
sizes.total, sizes.active, sizes.by_part
"""

import json
import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from engineroom.count import classics, decoders, latent, mixtures
from engineroom.count.layout import MULTIPLIED, Layout, Tensor
from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader

type Config = Mapping[str, Any] | str  # a config.json, read or as text

FAMILIES = {**decoders.FAMILIES, **mixtures.FAMILIES, **latent.FAMILIES, **classics.FAMILIES}  # by model_type
BITS = {"float32": 32.0, "bfloat16": 16.0, "int8": 8.0, "4-bit blocks": 4.5}  # a 16-bit scale for each block of 32 weights


class Parameters(NamedTuple):
    """How many numbers a model has learned.

    total: all of them. active: those that one token of text meets: the routed experts it is sent to, and all else but what only
    pictures meet; the embedding table is in both, whole. tensors: what they are in.
    """

    total: int
    active: int
    tensors: list[Tensor]

    @property
    def by_part(self) -> dict[str, int]:
        """The total by part: embedding, attention, feed-forward, experts, …; the parts sum to it."""
        parts: dict[str, int] = {}
        for tensor in self.tensors:
            parts[tensor.part] = parts.get(tensor.part, 0) + tensor.total
        return parts

    def n_bytes(self, bits: float = 16.0) -> float:
        """Bytes for the weights alone at so many bits each; see BITS."""
        return self.total * bits / 8


class Flops(NamedTuple):
    """Floating-point operations of one token's forward pass; a multiplication and an addition are two."""

    projections: int  # query, key, value, output
    feed_forward: int  # with router and active experts
    head: int
    scores: int  # query·key and weights·value: the only part that grows with the text

    @property
    def total(self) -> int:
        return sum(self)


def parameters(config: Config) -> Parameters:
    """Count the parameters of the language model that a Hugging Face config.json describes, head and all; of an encoder, without heads.

    An entry that is not there means what it means in transformers 5.24. Raises UnsupportedConfig naming the field: unknown, missing,
    or at odds with another.
    """
    tensors = layout(config).tensors
    return Parameters(sum(t.total for t in tensors), sum(t.active for t in tensors if t.part != "vision"), tensors)


def flops_per_token(config: Config, n: int) -> Flops:
    r"""Forward FLOPs of a token that sees n positions: $2 N_\mathrm{matrices} + \sum_\mathrm{layers} 2\,n\,h\,(d_{qk} + d_v)$.

    The convention of Kaplan et al. 2020 (arXiv 2001.08361, section 2.1), with the head counted, and without halving the scores for the
    causal mask. Norms, softmax and activations are left out. A layer with a window sees min(n, window). Raises UnsupportedConfig.
    """
    if n < 1:
        raise UnsupportedConfig(f"a token sees at least itself: n is {n}")
    model = layout(config)
    if any(t.name.startswith("decoder EncDec") for t in model.tensors):
        raise UnsupportedConfig("in an encoder–decoder a source token and a target token cost different amounts: count each side by itself")
    active = {part: 2 * sum(t.active for t in model.tensors if t.part == part and len(t.shape) > 1) for part in MULTIPLIED}
    head = 2 * next(t.total for t in model.tensors if t.part == "embedding") if model.tied and model.causal else active["head"]
    scores = sum(2 * min(n, a.window or n) * a.n_heads * (a.d_qk + a.d_v) for a in model.attention)
    return Flops(active["attention"], active["feed-forward"] + active["experts"] + active["router"], head, scores)


def kv_bytes_per_token(config: Config, bytes: float = 2) -> float:
    """Bytes that the KV cache grows by with each token, at `bytes` for a number, while no window is full: 2 · layers · key heads · d_head · bytes.

    Latent attention keeps one vector for all heads (DeepSeek-V2, arXiv 2405.04434, section 2.1). Raises UnsupportedConfig as kv_bytes.
    """
    return kv_bytes(config, 1, bytes)


def kv_bytes(config: Config, n: int, bytes: float = 2) -> float:
    """Bytes of the KV cache at n tokens; a layer with a window keeps no more than that.

    Raises UnsupportedConfig for an encoder, fewer than no tokens, or numbers of no size.
    """
    model = layout(config)
    if not n >= 0:
        raise UnsupportedConfig(f"a cache holds no tokens or more: n is {n}")
    if not 0 < bytes < math.inf:
        raise UnsupportedConfig(f"a number takes some bytes: bytes is {bytes}")
    if not model.causal:
        raise UnsupportedConfig("an encoder reads its text at once and keeps no cache")
    return bytes * sum(a.kept * min(n, a.window or n) for a in model.attention)


def layout(config: Config) -> Layout:
    """The tensors and attention layers of the model. Raises UnsupportedConfig."""
    fields = Reader(config)
    family = fields.text("model_type")
    if family not in FAMILIES:
        said = f"model_type is {family!r}" if family else "the config has no model_type"
        raise UnsupportedConfig(f"{said}; known are {', '.join(FAMILIES)}")
    return FAMILIES[family].read(fields)


def published() -> dict[str, dict[str, Any]]:
    """Configs of well-known models by name: the fields that decide their size, as their makers published them."""
    return json.loads(files(__package__).joinpath("published.json").read_text(encoding="utf-8"))
