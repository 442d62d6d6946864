"""Speculative decoding: a small model drafts, the large one checks all of the draft at once, and the result is the large one's.

Leviathan, Kalman & Matias 2022, arXiv 2211.17192, algorithm 1; Chen et al. 2023, arXiv 2302.01318.
"""

from collections.abc import Sequence

from engineroom.arrays import Array, floating
from engineroom.errors import ShapeError
from engineroom.sample import Random, draw


def accepted(p: Array, q: Array) -> Array:
    r"""$\min(1, p(x)/q(x))$: the chance that a drafted token x is kept, (..., vocab_size).

    p the large model's chances, q the draft's, each (..., vocab_size). Where q is 0 nothing is drafted: 1. Raises ShapeError, DTypeError.
    """
    xp = _both(p, q)
    never = q == 0
    ratio = p / xp.where(never, xp.ones_like(q), q)
    return xp.where(never | (ratio > 1), xp.ones_like(p), ratio)


def residual(p: Array, q: Array) -> Array:
    r"""$\mathrm{norm}(\max(0, p(x) - q(x)))$: what a rejected token is replaced from, so that the result is distributed as p.

    p and q as in `accepted`. Where they are equal nothing is rejected, and this is p. Raises ShapeError, DTypeError.
    """
    xp = _both(p, q)
    left = xp.where(p > q, p - q, xp.zeros_like(p))
    total = xp.sum(left, axis=-1, keepdims=True)
    return xp.where(total > 0, left / xp.where(total > 0, total, xp.ones_like(total)), p)


def verify(draft: Sequence[int], p: Array, q: Array, rng: Random) -> list[int]:
    """The part of a draft that is kept, and one token more: 1 to len(draft) + 1 ids, distributed as if drawn from p alone.

    draft, γ ids drawn from the rows of q (γ, vocab_size); p (γ + 1, vocab_size) the large model's chances at the same places and
    at the one after. Raises ShapeError, DTypeError.
    """
    if tuple(p.shape) != (len(draft) + 1, q.shape[-1]) or q.shape[0] != len(draft):
        raise ShapeError(
            f"a draft of {len(draft)} needs q ({len(draft)}, vocab_size) and p one row longer, not {tuple(q.shape)}, {tuple(p.shape)}"
        )
    kept: list[int] = []
    for at, token in enumerate(draft):
        if rng.random() >= float(accepted(p[at, :], q[at, :])[token]):
            return [*kept, draw(residual(p[at, :], q[at, :]), rng)]
        kept.append(token)
    return [*kept, draw(p[len(draft), :], rng)]


def _both(p: Array, q: Array):
    xp = floating(p, "p")
    floating(q, "q")
    if tuple(p.shape) != tuple(q.shape):
        raise ShapeError(f"p {tuple(p.shape)} and q {tuple(q.shape)} must be of one shape")
    return xp
