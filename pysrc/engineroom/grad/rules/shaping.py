"""Rules of functions that move numbers and leave them as they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engineroom.arrays import Array, count
from engineroom.arrays import namespace as of

LISTS = {"concat", "stack"}


def fitted(g: Array, shape: tuple[int, ...]) -> Array:
    """Broadcasting undone: the sum of g over the axes that were added to `shape`, or stretched."""
    added = g.ndim - len(shape)
    axes = (*range(added), *(added + i for i, n in enumerate(shape) if n == 1 and g.shape[added + i] != 1))
    g = of(g).sum(g, axis=axes) if axes else g
    return g if tuple(g.shape) == shape else of(g).reshape(g, shape)


def back(g: Array, x: Array) -> Array:
    """g in x's shape."""
    return of(g).reshape(g, tuple(x.shape))


def _piece(place: int, g: Array, y: Array, arrays: Sequence[Array], axis: int | None = 0) -> Array:
    if axis is None:  # each flattened
        before = sum(count(a) for a in arrays[:place])
        return of(g).reshape(g[before : before + count(arrays[place])], tuple(arrays[place].shape))
    at = axis % g.ndim
    before = sum(a.shape[at] for a in arrays[:place])
    return g[(slice(None),) * at + (slice(before, before + arrays[place].shape[at]), ...)]


def _layer(place: int, g: Array, y: Array, arrays: Sequence[Array], axis: int = 0) -> Array:
    return g[(slice(None),) * (axis % g.ndim) + (place, ...)]


def _repeated(g: Array, y: Array, x: Array, repeats: int, axis: int | None = None) -> Array:
    if axis is None:
        return back(of(g).sum(of(g).reshape(g, (count(x), repeats)), axis=1), x)
    after = axis % x.ndim + 1
    return of(g).sum(of(g).reshape(g, (*x.shape[:after], repeats, *x.shape[after:])), axis=after)


def _tiled(g: Array, y: Array, x: Array, repetitions: Sequence[int]) -> Array:
    n = max(len(repetitions), x.ndim)
    times, shape = (1,) * (n - len(repetitions)) + tuple(repetitions), (1,) * (n - x.ndim) + tuple(x.shape)
    g = of(g).reshape(g, tuple(size for pair in zip(times, shape) for size in pair))
    return back(of(g).sum(g, axis=tuple(range(0, 2 * n, 2))), x)


def _rolled(g: Array, y: Array, x: Array, shift: Any, axis: Any = None) -> Array:
    return of(g).roll(g, tuple(-s for s in shift) if isinstance(shift, tuple) else -shift, axis=axis)


def _inverse(axes: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argsort([axis % len(axes) for axis in axes]))


RULES = {
    "concat": (_piece,),
    "stack": (_layer,),
    "reshape": (lambda g, y, x, shape, **_: back(g, x),),
    "expand_dims": (lambda g, y, x, axis=0: back(g, x),),
    "squeeze": (lambda g, y, x, axis=None: back(g, x),),
    "broadcast_to": (lambda g, y, x, shape: g,),  # fitted does it
    "astype": (lambda g, y, x, dtype, **_: g,),  # a gradient is cast to its datum's dtype
    "permute_dims": (lambda g, y, x, axes: of(g).permute_dims(g, _inverse(axes)),),
    "matrix_transpose": (lambda g, y, x: of(g).matrix_transpose(g),),
    "moveaxis": (lambda g, y, x, source, destination: of(g).moveaxis(g, destination, source),),
    "flip": (lambda g, y, x, axis=None: of(g).flip(g, axis=axis),),
    "roll": (_rolled,),
    "repeat": (_repeated,),
    "tile": (_tiled,),
    "tril": (lambda g, y, x, k=0: of(g).tril(g, k=k),),
    "triu": (lambda g, y, x, k=0: of(g).triu(g, k=k),),
}
