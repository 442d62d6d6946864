"""Rules of sums, means, largest numbers, and sorting."""

import math
from typing import Any

from engineroom.arrays import Array, count
from engineroom.arrays import namespace as of

type Axis = int | tuple[int, ...] | None


def spread(g: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """The number of each sum for all that were summed: in x's shape."""
    return of(g).broadcast_to(kept(g, x, axis, keepdims), tuple(x.shape))


def kept(g: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """g with the summed axes there again, one long."""
    if keepdims:
        return g
    axes = {at % x.ndim for at in ((axis,) if isinstance(axis, int) else range(x.ndim) if axis is None else axis)}
    return of(g).reshape(g, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))


def _mean(g: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    return spread(g / (count(x) // max(1, math.prod(y.shape))), x, axis, keepdims)


def _extreme(g: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Where the largest stands more than once, each has an equal part."""
    xp, g, y = of(g), kept(g, x, axis, keepdims), kept(y, x, axis, keepdims)
    hits = xp.astype(x == y, g.dtype)
    return g * hits / xp.sum(hits, axis=axis, keepdims=True) if axis is not None else g * hits / xp.sum(hits)


def _running(g: Array, y: Array, x: Array, axis: int | None = None, **_: Any) -> Array:
    xp = of(g)
    axis = x.ndim - 1 if axis is None else axis
    total = xp.cumulative_sum if hasattr(xp, "cumulative_sum") else xp.cumsum  # NumPy's name for it before 2.1
    return xp.flip(total(xp.flip(g, axis=axis), axis=axis), axis=axis)


def _sorted(g: Array, y: Array, x: Array, axis: int = -1, **order: Any) -> Array:
    xp = of(g)
    came_from = xp.argsort(x, axis=axis, **{"stable": True} | order)
    return xp.take_along_axis(g, xp.argsort(came_from, axis=axis, stable=True), axis=axis)


RULES = {
    "sum": (lambda g, y, x, axis=None, keepdims=False, **_: spread(g, x, axis, keepdims),),
    "mean": (_mean,),
    "max": (_extreme,),
    "min": (_extreme,),
    "cumulative_sum": (_running,),
    "cumsum": (_running,),
    "sort": (_sorted,),
}
