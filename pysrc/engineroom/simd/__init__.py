"""Matrix products on WebAssembly's 128-bit registers, for the page, where NumPy has no BLAS.

`kernels.ts` beside this file is their source. It is compiled when the book is built, into the copy of the library that the page runs;
elsewhere there are none, and none are needed.
"""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np

from engineroom.arrays import Array, on_host
from engineroom.errors import ShapeError

_COMPILED = Path(__file__).with_name("kernels.wasm")
_HERE = _COMPILED.exists()


def serves(*arrays: Array) -> bool:
    """Whether the kernels are here and made for these arrays: NumPy's own, in float32."""
    return _HERE and all(on_host(a) and a.dtype == "float32" for a in arrays)


def product(x: Array, weight: Array) -> Array:
    r"""$x W^\top$: x (..., columns), weight (rows, columns), float32; returns (..., rows). Raises ShapeError when they do not fit."""
    _fit(x, weight)
    return _product(x, weight)


def matmul(a: Array, b: Array) -> Array:
    r"""$AB$ over the last two axes: a (..., n, k), b (..., k, m), float32, whose other axes broadcast; returns (..., n, m). Raises ShapeError."""
    if min(a.ndim, b.ndim) < 2 or a.shape[-1] != b.shape[-2]:
        raise ShapeError(f"a {tuple(a.shape)} and b {tuple(b.shape)} cannot be multiplied: a's last axis must equal b's second-last")
    if a.shape[:-2] == b.shape[:-2]:
        return _product(a, b.mT)
    if a.ndim == b.ndim and b.shape[-3] == 1:  # all heads of a group meet the same b: their rows are the rows of one product
        *batch, heads, n, k = a.shape
        y = matmul(a.reshape(*batch, heads * n, k), b[..., 0, :, :])
        return y.reshape(*y.shape[:-2], heads, n, y.shape[-1])
    try:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise ShapeError(f"a {tuple(a.shape)} and b {tuple(b.shape)} do not broadcast") from None
    return _product(np.broadcast_to(a, (*batch, *a.shape[-2:])), np.broadcast_to(b, (*batch, *b.shape[-2:])).mT)


def quantised_product(x: Array, q: Array, scale: Array) -> Array:
    r"""$x W^\top$ where $W = s\,q$: x (..., columns) float32, q (rows, columns) int8, scale (rows, blocks) float32; returns (..., rows).

    Four rows of W are floating at a time. Raises ShapeError when the arrays do not fit, or the blocks do not divide the columns.
    """
    _fit(x, q)
    if scale.ndim != 2 or scale.shape[0] != q.shape[0] or q.shape[1] % scale.shape[1]:
        raise ShapeError(f"scale {tuple(scale.shape)} does not cut the rows of q {tuple(q.shape)} into equal blocks")
    y, near = np.empty((*x.shape[:-1], q.shape[0]), dtype=x.dtype), np.empty((4, q.shape[1]), dtype=x.dtype)
    _kernels().quantisedProduct(y, np.ascontiguousarray(x), np.ascontiguousarray(q), np.ascontiguousarray(scale), near)
    return y


def _product(x: Array, weight: Array) -> Array:
    y = np.empty((*x.shape[:-1], weight.shape[-2]), dtype=x.dtype)
    _kernels().product(y, np.ascontiguousarray(x), np.ascontiguousarray(weight))
    return y


def _fit(x: Array, weight: Array) -> None:
    if x.ndim == 0 or weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ShapeError(f"x {tuple(x.shape)} does not fit weight {tuple(weight.shape)}: x's last axis must equal weight's last axis")


@cache
def _kernels() -> ctypes.CDLL:
    kernels = ctypes.CDLL(str(_COMPILED))
    for function, arrays in ((kernels.product, 3), (kernels.quantisedProduct, 5)):
        function.argtypes, function.restype = [ctypes.py_object] * arrays, None
    return kernels
