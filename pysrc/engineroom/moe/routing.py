"""The router's choice: from a score for every expert to the few that compute, and what their outputs count."""

import math
from types import ModuleType
from typing import NamedTuple

from engineroom.arrays import Array, device, floating, namespace
from engineroom.attention import softmax
from engineroom.errors import ShapeError


class Routing(NamedTuple):
    """Where tokens go.

    experts (n, k) integers, the best first, −1 where a token was turned away; gates (n, k), what each counts;
    scores (n, E), what the router gave every expert, before the choice.
    """

    experts: Array
    gates: Array
    scores: Array


def softmax_top_k(logits: Array, k: int, renormalise: bool = True) -> Routing:
    r"""$p = \mathrm{softmax}(z)$; the $k$ largest are kept, as they are or divided by their sum.

    logits (n, E) floating. Renormalised, it is Mixtral's softmax over the k largest logits (Jiang et al. 2024, arXiv 2401.04088,
    section 2.1); as they are, with k = 1, the Switch Transformer's (Fedus et al. 2021, arXiv 2101.03961, equation 2). Of equal scores the
    lower expert's counts as larger; PyTorch's topk promises no order. Raises ShapeError when k is not 1 to E, DTypeError.
    """
    xp = _checked(logits)
    scores = softmax(logits)  # (n, E)
    experts = largest(scores, k)  # (n, k)
    gates = xp.take_along_axis(scores, experts, axis=-1)
    return Routing(experts, gates / xp.sum(gates, axis=-1, keepdims=True) if renormalise else gates, scores)


def sigmoid_top_1(logits: Array) -> Routing:
    r"""The expert with the largest $\sigma(z)$, whose gate is that number: Llama 4's (meta-llama/llama-models, `llama4/moe.py`).

    logits (n, E) floating. No expert's score lowers another's. Raises ShapeError, DTypeError.
    """
    xp = _checked(logits)
    scores, experts = sigmoid(logits), largest(logits, 1)  # (n, E), (n, 1)
    return Routing(experts, xp.take_along_axis(scores, experts, axis=-1), scores)


def biased_top_k(logits: Array, bias: Array, k: int, n_groups: int = 1, n_groups_kept: int = 1, scale: float = 1.0) -> Routing:
    r"""Chosen by $\sigma(z) + b$, counted by $\sigma(z)$ alone, divided by their sum: DeepSeek-V3's, balanced without a loss.

    DeepSeek-AI 2024, arXiv 2412.19437, equations 12 to 16. logits (n, E), bias (E,) floating, moved by balance.adjusted_bias. The experts
    may lie in `n_groups` equal groups, of which each token uses the `n_groups_kept` whose two best experts are best (section 2.1.2,
    node-limited routing); `scale` multiplies the gates (config: routed_scaling_factor). Raises ShapeError, DTypeError.
    """
    xp = _checked(logits)
    floating(bias, "bias")
    n, n_experts = logits.shape
    if tuple(bias.shape) != (n_experts,):
        raise ShapeError(f"bias {tuple(bias.shape)} should be ({n_experts},), one for each expert")
    if n_groups < 1 or n_experts % n_groups or not 1 <= n_groups_kept <= n_groups:
        raise ShapeError(
            f"{n_groups_kept} of {n_groups} groups of {n_experts} experts: the groups must be equal, and 1 to all of them kept"
        )
    size = n_experts // n_groups
    if k > n_groups_kept * size:
        raise ShapeError(f"{k} experts cannot be chosen from {n_groups_kept} groups of {size}")
    scores = sigmoid(logits)
    ranked = scores + bias  # (n, E)
    if n_groups_kept < n_groups:
        grouped = xp.reshape(ranked, (n, n_groups, size))
        best = xp.sum(xp.take_along_axis(grouped, largest(grouped, min(2, size)), axis=-1), axis=-1)  # (n, n_groups)
        kept = xp.any(largest(best, n_groups_kept)[:, :, None] == xp.arange(n_groups, device=device(logits)), axis=1)  # (n, n_groups)
        ranked = xp.reshape(xp.where(kept[:, :, None], grouped, xp.full_like(grouped, -math.inf)), (n, n_experts))
    experts = largest(ranked, k)
    gates = xp.take_along_axis(scores, experts, axis=-1)
    return Routing(experts, scale * gates / xp.sum(gates, axis=-1, keepdims=True), scores)


def largest(scores: Array, k: int) -> Array:
    """Where the k largest of the last axis are, the largest first, equal ones in order: (..., k). Raises ShapeError, DTypeError."""
    xp = floating(scores, "scores")
    if not 1 <= k <= scores.shape[-1]:
        raise ShapeError(f"{k} of {scores.shape[-1]} experts cannot be chosen")
    places = xp.arange(scores.shape[-1], device=device(scores))
    lowest, found = xp.asarray(-math.inf, dtype=scores.dtype, device=device(scores)), []
    while True:  # k is small: cheaper than sorting them all
        found.append(xp.argmax(scores, axis=-1, keepdims=True))
        if len(found) == k:
            return xp.concat(found, axis=-1)
        scores = xp.where(places == found[-1], lowest, scores)


def sigmoid(z: Array) -> Array:
    r"""$\sigma(z) = 1 / (1 + e^{-z})$, elementwise."""
    return 0.5 * (1 + namespace(z).tanh(0.5 * z))  # the same number, and no overflow


def _checked(logits: Array) -> ModuleType:
    xp = floating(logits, "logits", ndim=2)
    if logits.ndim > 2:
        raise ShapeError(f"logits {tuple(logits.shape)} should be (n, E), one row for each token")
    return xp
