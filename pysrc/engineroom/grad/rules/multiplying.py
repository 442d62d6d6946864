"""Rules of products. They ask `products`, as the products themselves do: who multiplies forward multiplies backward."""

import math

from engineroom import products
from engineroom.arrays import Array
from engineroom.arrays import namespace as of


def rows(x: Array) -> Array:
    """(..., d) as a matrix."""
    return x if x.ndim == 2 else of(x).reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))


def by_weight(g: Array, weight: Array) -> Array:
    """$G W$, the gradient of x in $x W^\\top$: g (..., d_out), weight (d_out, d_in) → (..., d_in)."""
    return products.product(g, weight.T)


def of_weight(g: Array, x: Array) -> Array:
    """$G^\\top X$, the gradient of W in $x W^\\top$: g (..., d_out), x (..., d_in) → (d_out, d_in)."""
    return products.product(rows(g).T, rows(x).T)


def _left(g: Array, y: Array, a: Array, b: Array) -> Array:
    if b.ndim == 1:
        return g[..., None] * b
    if a.ndim == 1:
        return products.matmul(g[..., None, :], b.mT)[..., 0, :]
    return products.matmul(g, b.mT)


def _right(g: Array, y: Array, a: Array, b: Array) -> Array:
    if a.ndim == 1:
        return g * a if b.ndim == 1 else a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return g[..., None] * a
    if b.ndim == 2:  # all leading axes at once
        return products.product(rows(a).T, rows(g).T)
    return products.matmul(a.mT, g)


def _dot(g: Array, other: Array, axis: int) -> Array:
    return of(g).expand_dims(g, axis=axis) * other


RULES = {
    "product": (lambda g, y, x, weight: by_weight(g, weight), lambda g, y, x, weight: of_weight(g, x)),
    "matmul": (_left, _right),
    "vecdot": (lambda g, y, a, b, axis=-1: _dot(g, b, axis), lambda g, y, a, b, axis=-1: _dot(g, a, axis)),
}
