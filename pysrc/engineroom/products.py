"""Where matrices are multiplied: activations with learned matrices, queries with keys. Faster engines go here."""

import sys

from engineroom import simd
from engineroom.arrays import Array, namespace

IN_PAGE = sys.platform == "emscripten"  # NumPy without BLAS


def product(x: Array, weight: Array) -> Array:
    r"""$x W^\top$: x (..., d_in), weight (d_out, d_in) of the same dtype; returns (..., d_out).

    In the page NumPy's `@` has no BLAS behind it: a plain loop. float32 goes to our own kernels, other dtypes to the unrolled loop of
    `einsum`, which is twice as fast as the plain one. Each row of y lies in one piece, or the next product's inner loop would run over
    the rows, which are few.
    """
    if simd.serves(x, weight):
        return simd.product(x, weight)
    if IN_PAGE and type(x).__module__ == "numpy":
        y = namespace(x).einsum("ni,ji->nj", x if x.ndim == 2 else x.reshape(-1, x.shape[-1]), weight)
        return y if x.ndim == 2 else y.reshape(*x.shape[:-1], weight.shape[0])
    return x @ weight.T


def matmul(a: Array, b: Array) -> Array:
    r"""$AB$ over the last two axes: a (..., n, k), b (..., k, m) of the same dtype, whose other axes broadcast; returns (..., n, m)."""
    return simd.matmul(a, b) if simd.serves(a, b) else a @ b
