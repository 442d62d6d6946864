"""Rules of reading at places: slices, rows, one number of each row. Backward, what was read twice gets both gradients."""

import math
from typing import Any

import numpy as np

from engineroom import by_type
from engineroom.arrays import Array, count, device
from engineroom.arrays import namespace as of


@by_type.dispatched
def scattered(g: Array, ids: Array, size: int) -> Array:
    r"""$\sum_i [\text{id}_i = j]\, g_i$ for each $j$: g (n, d), ids (n,) from 0 to size − 1 → (size, d).

    The Array API has no way to add at places, so this is a product with a one-hot matrix.
    """
    xp = of(g)
    hits = xp.arange(size, dtype=ids.dtype, device=device(g))[:, None] == ids[None, :]  # (size, n)
    return xp.astype(hits, g.dtype) @ g


def _numpy_scattered(g: np.ndarray, ids: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros((size, g.shape[1]), dtype=g.dtype)
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    first = np.flatnonzero(np.diff(ids, prepend=-1))  # where each id's rows begin
    if first.size:
        out[ids[first]] = np.add.reduceat(g[order], first, axis=0)
    return out


by_type.register(scattered, np.ndarray, _numpy_scattered)


def _taken(g: Array, y: Array, x: Array, indices: Any, axis: int | None = None, **_: Any) -> Array:
    """Any indices: NumPy takes numbers, lists and more axes than the standard's one, and without an axis the flattened x."""
    xp, shape = of(g), tuple(x.shape) if axis is not None else (count(x),)
    at = 0 if axis is None else axis % x.ndim
    before, size, after = math.prod(shape[:at]), shape[at], math.prod(shape[at + 1 :])
    indices = indices if hasattr(indices, "dtype") else xp.asarray(indices, device=device(g))
    ids = xp.reshape(indices, (count(indices),))
    ids = xp.where(ids < 0, ids + size, ids)
    rows = xp.reshape(xp.moveaxis(xp.reshape(g, (before, count(ids), after)), 1, 0), (count(ids), before * after))
    found = xp.reshape(scattered(rows, ids, size), (size, before, after))
    return xp.reshape(xp.moveaxis(found, 0, 1), tuple(x.shape))


def _along(g: Array, y: Array, x: Array, indices: Array, axis: int = -1) -> Array:
    """Each row's places, counted through all rows of x."""
    xp, axis = of(g), axis % x.ndim
    size, k = x.shape[axis], indices.shape[axis]
    lines = math.prod(x.shape[:axis] + x.shape[axis + 1 :])
    places = xp.broadcast_to(indices, tuple(g.shape))
    places, g = (xp.reshape(xp.moveaxis(a, axis, -1), (lines, k)) for a in (places, g))
    places = xp.where(places < 0, places + size, places)
    line = xp.arange(lines, dtype=places.dtype, device=device(g))[:, None]
    flat = scattered(xp.reshape(g, (lines * k, 1)), xp.reshape(line * size + places, (lines * k,)), lines * size)
    return xp.moveaxis(xp.reshape(flat, (*x.shape[:axis], *x.shape[axis + 1 :], size)), -1, axis)


def _item(g: Array, y: Array, x: Array, key: Any) -> Array:
    if count(y) == count(x) and _plain(key):  # only axes were added or dropped
        return of(g).reshape(g, tuple(x.shape))
    parts = key if isinstance(key, tuple) else (key,)
    if all(part is None or part is Ellipsis or isinstance(part, int | slice) for part in parts):
        return _sliced(g, x, key)
    xp = of(g)
    places = xp.reshape(xp.arange(count(x), device=device(g)), tuple(x.shape))[key]
    found = scattered(xp.reshape(g, (count(g), 1)), xp.reshape(places, (count(g),)), count(x))
    return xp.reshape(found, tuple(x.shape))


def _plain(key: Any) -> bool:
    return all(part is None or part is Ellipsis or part == slice(None) for part in (key if isinstance(key, tuple) else (key,)))


@by_type.dispatched
def _sliced(g: Array, x: Array, key: Any) -> Array:
    """Zeros, and g where the key is. Without writing: each number of x's shape is taken from g, or from a zero behind it."""
    xp = of(g)
    source = np.full(count(x), count(g))
    source[np.arange(count(x)).reshape(x.shape)[key].reshape(-1)] = np.arange(count(g))
    flat = xp.concat([xp.reshape(g, (count(g),)), xp.zeros((1,), dtype=g.dtype, device=device(g))])
    return xp.reshape(xp.take(flat, xp.asarray(source.tolist(), dtype=xp.int32, device=device(g)), axis=0), tuple(x.shape))


def _numpy_sliced(g: np.ndarray, x: np.ndarray, key: Any) -> np.ndarray:
    out = np.zeros(x.shape, dtype=g.dtype)
    out[key] = g
    return out


by_type.register(_sliced, np.ndarray, _numpy_sliced)

RULES = {"take": (_taken,), "take_along_axis": (_along,), "getitem": (_item,)}
