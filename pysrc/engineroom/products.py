"""Where matrices are multiplied: activations with learned matrices, queries with keys.

Who multiplies is a matter of the arrays' type: a table says it, with one entry for each kind that has an engine of its own. All other
arrays multiply themselves.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from engineroom import simd
from engineroom.arrays import Array


class Engine(NamedTuple):
    """What multiplies arrays of one type; `product` and `matmul` of this module say what is asked of it.

    quantised(x, q, scale) is the product of x (..., columns) with a matrix of whole numbers q (rows, columns) and their scales (rows, blocks),
    or NotImplemented where the engine has no way of its own for these.
    """

    product: Callable[[Array, Array], Array]
    matmul: Callable[[Array, Array], Array]
    quantised: Callable[[Array, Array, Array], Array] = lambda x, q, scale: NotImplemented


PLAIN = Engine(product=lambda x, weight: x @ weight.T, matmul=lambda a, b: a @ b)
_engines: dict[type, Engine] = {}  # as registered: an array that wraps another comes after what it wraps
_asked: dict[tuple[type, ...], Engine] = {}


def register(kind: type, engine: Engine) -> None:
    """From now on `engine` multiplies arrays of this type, and of types derived from it; where two types meet, the one registered later does."""
    _engines.pop(kind, None)
    _engines[kind] = engine
    _asked.clear()


def through(unwrap: Callable[[Array], Array], wrap: Callable[[Array], Array]) -> Engine:
    """The engine of arrays that hold others: what they hold goes to its own engine, and the result is wrapped. `unwrap` leaves others as they are."""

    def quantised(x: Array, q: Array, scale: Array) -> Array:
        inside = [unwrap(a) for a in (x, q, scale)]
        y = engine_of(*inside).quantised(*inside)
        return y if y is NotImplemented else wrap(y)

    return Engine(lambda x, weight: wrap(product(unwrap(x), unwrap(weight))), lambda a, b: wrap(matmul(unwrap(a), unwrap(b))), quantised)


def engine_of(*arrays: Array) -> Engine:
    """Who multiplies these."""
    kinds = tuple(type(a) for a in arrays)
    return _asked.get(kinds) or _ask(kinds)


def _ask(kinds: tuple[type, ...]) -> Engine:
    fitting = (engine for kind, engine in reversed(_engines.items()) if any(issubclass(k, kind) for k in kinds))
    return _asked.setdefault(kinds, next(fitting, PLAIN))


def product(x: Array, weight: Array) -> Array:
    r"""$x W^\top$: x (..., d_in), weight (d_out, d_in) of the same dtype; returns (..., d_out)."""
    return engine_of(x, weight).product(x, weight)


def matmul(a: Array, b: Array) -> Array:
    r"""$AB$ over the last two axes: a (..., n, k), b (..., k, m) of the same dtype, whose other axes broadcast; returns (..., n, m)."""
    return engine_of(a, b).matmul(a, b)


def _page_product(x: Array, weight: Array) -> Array:
    """Each row of the result lies in one piece, or the next product's inner loop would run over the rows, which are few."""
    if simd.serves(x, weight):
        return simd.product(x, weight)
    y = np.einsum("ni,ji->nj", x if x.ndim == 2 else x.reshape(-1, x.shape[-1]), weight)
    return y if x.ndim == 2 else y.reshape(*x.shape[:-1], weight.shape[0])


# In the page NumPy's `@` has no BLAS behind it: a plain loop. float32 goes to our own kernels, other dtypes to the unrolled loop of
# `einsum`, which is twice as fast as the plain one.
PAGE = Engine(
    product=_page_product,
    matmul=lambda a, b: simd.matmul(a, b) if simd.serves(a, b) else a @ b,
    quantised=lambda x, q, scale: simd.quantised_product(x, q, scale) if simd.serves(x, scale) else NotImplemented,
)

register(np.ndarray, PAGE if sys.platform == "emscripten" else PLAIN)
