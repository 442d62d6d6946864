"""From scores to a choice: what is done to a model's logits before one token is drawn.

Each of these takes logits (..., vocab_size), floating, and returns logits of the same shape; what may not be drawn is −∞. They are
applied one after another; softmax ends the chain. All raise DTypeError for arrays that are not floating.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

from engineroom.arrays import Array, cumulative_sum, device, floating, widest
from engineroom.attention import softmax
from engineroom.errors import ShapeError, UnsupportedConfig


class Random(Protocol):
    """What a draw needs of a generator: `random()`, in [0, 1). NumPy's and Python's have it."""

    def random(self) -> float: ...


def temperature(logits: Array, t: float) -> Array:
    r"""$z / T$: below one the likely grow likelier; toward zero only the likeliest stays, which t = 0 does outright.

    Ackley, Hinton & Sejnowski 1985, "A learning algorithm for Boltzmann machines", equation 5. Raises UnsupportedConfig when t < 0,
    or is not finite.

    Differs from the equation: where $z / T$ is too large for the dtype, it is $(z - \max z) / T$, of the same chances.
    """
    xp = floating(logits)
    if not 0 <= t < math.inf:
        raise UnsupportedConfig(f"a temperature t is not negative, and finite: {t}")
    if t == 0:
        first = xp.arange(logits.shape[-1], device=device(logits)) == xp.argmax(logits, axis=-1, keepdims=True)
        return _only(logits, first)
    z = _wide(logits)
    room = float(xp.finfo(logits.dtype).max) / 2 * t  # what z / t has room for
    largest = xp.max(z, axis=-1, keepdims=True)
    z = z - xp.where((xp.abs(largest) > room) & xp.isfinite(largest), largest, xp.zeros_like(largest))
    return xp.astype(_only(z, ~(z < -room)) / t, logits.dtype)


def top_k(logits: Array, k: int) -> Array:
    """Only the k highest stay, and what ties with the last of them. Fan et al. 2018, arXiv 1805.04833, section 5.4.

    Raises UnsupportedConfig when k < 1.
    """
    xp = floating(logits)
    if k < 1:
        raise UnsupportedConfig(f"top-k keeps at least one token, not {k}")
    kept = min(k, logits.shape[-1])
    return _only(logits, logits >= xp.sort(logits, axis=-1)[..., -kept : logits.shape[-1] - kept + 1])


def top_p(logits: Array, p: float) -> Array:
    """Only the likeliest tokens that together hold a probability of at least p stay: the nucleus.

    Holtzman et al. 2019, arXiv 1904.09751, section 3.1: the token that crosses p is kept. Raises UnsupportedConfig for p outside (0, 1].
    """
    xp = floating(logits)
    if not 0 < p <= 1:
        raise UnsupportedConfig(f"top-p keeps a share above 0 and at most 1, not {p}")
    if p == 1:
        return logits
    z = _wide(logits)
    order = xp.argsort(-z, axis=-1, stable=True)
    sorted_ = xp.take_along_axis(softmax(z), order, axis=-1)
    before = cumulative_sum(sorted_) - sorted_  # what likelier tokens hold
    rank = xp.argsort(order, axis=-1, stable=True)
    return _only(logits, xp.take_along_axis(before, rank, axis=-1) < p)


def min_p(logits: Array, p: float) -> Array:
    """Only tokens at least p times as likely as the likeliest stay. Nguyen et al. 2024, arXiv 2407.01082, section 3.

    Raises UnsupportedConfig for p outside [0, 1].
    """
    xp = floating(logits)
    if not 0 <= p <= 1:
        raise UnsupportedConfig(f"min-p is a share from 0 to 1, not {p}")
    z = _wide(logits)
    return _only(logits, z >= xp.max(z, axis=-1, keepdims=True) + (math.log(p) if p else -math.inf))


def repetition_penalty(logits: Array, ids: Sequence[int], penalty: float) -> Array:
    """What was said before gets less likely: a positive score is divided by `penalty`, a negative one multiplied.

    Keskar et al. 2019, "CTRL", arXiv 1909.05858, section 4.1; negative scores as in Hugging Face's transformers. logits (vocab_size,).
    Raises UnsupportedConfig when the penalty is not positive, or not finite.
    """
    xp = floating(logits)
    if not 0 < penalty < math.inf:
        raise UnsupportedConfig(f"a repetition penalty is positive, and finite: {penalty}")
    before = set(ids)
    said = xp.asarray([id in before for id in range(logits.shape[-1])], device=device(logits))
    z, most = _wide(logits), float(xp.finfo(logits.dtype).max)
    moved = xp.clip(xp.where(z > 0, z / penalty, z * penalty), -most, most)
    return xp.where(said & xp.isfinite(logits), xp.astype(moved, logits.dtype), logits)


def draw(chances: Array, rng: Random) -> int:
    """A token drawn with these `chances` (vocab_size,), which sum to one.

    Raises ShapeError for another shape, UnsupportedConfig where no token has a chance, or one is NaN.
    """
    xp = floating(chances, "chances")
    if chances.ndim != 1:
        raise ShapeError(f"draw needs the chances of one token, (vocab_size,), not {tuple(chances.shape)}")
    sums = cumulative_sum(_wide(chances))
    if not 0 < float(sums[-1]) < math.inf:
        raise UnsupportedConfig(f"draw needs chances that sum to one; these sum to {float(sums[-1])}")
    at = xp.searchsorted(sums, xp.asarray([rng.random()], dtype=sums.dtype, device=device(sums)) * sums[-1], side="right")
    last = xp.searchsorted(sums, sums[-1:])  # the last that has a chance: what is drawn may round up to one
    return min(int(at[0]), int(last[0]))


def _wide(x: Array) -> Array:
    """In float64, where the device has it: a vocabulary's chances are summed, and small ones compared, more finely than float32 or float16 can."""
    xp: Any = floating(x)
    return xp.astype(x, widest(x))


def _only(logits: Array, kept: Array) -> Array:
    xp: Any = floating(logits)
    return xp.where(kept, logits, xp.asarray(-math.inf, dtype=logits.dtype, device=device(logits)))
