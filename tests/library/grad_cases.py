"""Expressions to differentiate, each written once for any library: `write(xp, *arrays)`, where xp has the Array API's names.

make_gradients.py runs them on PyTorch and keeps values and gradients; the tests run them on Tensors, and by differences.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Expression(NamedTuple):
    """What is computed, and the shapes of what it is computed from; the numbers lie between low and high."""

    write: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    low: float = -2.0
    high: float = 2.0


IDS = [[2, 0], [2, 1], [0, 2]]
unary = lambda name, low=-2.0, high=2.0: Expression(lambda xp, x: getattr(xp, name)(x), ((3, 4),), low, high)
binary = lambda name, *shapes, low=-2.0: Expression(lambda xp, a, b: getattr(xp, name)(a, b), shapes or ((3, 4), (4,)), low)
one = lambda write, *shapes: Expression(write, shapes or ((2, 3, 4),))

EXPRESSIONS: dict[str, Expression] = {
    **{name: unary(name) for name in ("negative", "abs", "square", "exp", "expm1", "sin", "cos", "tanh", "sinh", "cosh", "atan", "asinh")},
    **{name: unary(name, 0.2) for name in ("sqrt", "log", "log1p", "log2", "log10")},
    **{name: unary(name, -0.8, 0.8) for name in ("tan", "asin", "acos", "atanh")},
    "acosh": unary("acosh", 1.2, 3.0),
    **{name: binary(name) for name in ("add", "subtract", "multiply", "maximum", "minimum", "hypot", "atan2", "logaddexp")},
    "divide": binary("divide", (3, 1), (4,), low=0.3),
    "pow": binary("pow", (3, 4), (3, 1), low=0.3),
    "pow of a number": one(lambda xp, x: x**3 + 2.0**x),
    "operators": one(lambda xp, a, b: 1 - a * b / (2 + b * b) - (-a) * 3, (2, 3), (3,)),
    "broadcasting": one(lambda xp, a, b, c: a * b + c, (2, 1, 4), (3, 1), ()),
    "used again": one(lambda xp, x: x * x * x + xp.exp(x) * x),
    "where": one(lambda xp, a, b: xp.where(a.data > 0 if hasattr(a, "step") else a > 0, a * b, b), (3, 4), (4,)),
    "sum": one(lambda xp, x: xp.sum(x, axis=1) * xp.sum(x)),
    "sum kept": one(lambda xp, x: x * xp.sum(x, axis=(0, 2), keepdims=True)),
    "mean": one(lambda xp, x: x - xp.mean(x, axis=-1, keepdims=True)),
    "max": one(lambda xp, x: xp.max(x, axis=1) * xp.max(x, axis=(0, 1, 2))),
    "min": one(lambda xp, x: x * xp.min(x, axis=-1, keepdims=True)),
    "sort": one(lambda xp, x: xp.sort(x, axis=-1) * xp.asarray(np.arange(4.0), dtype=x.dtype, device=x.device)),
    "views": one(lambda xp, x: xp.reshape(xp.permute_dims(x, (2, 0, 1)), (4, 6)) @ xp.reshape(x, (6, 4))),
    "matrix_transpose": one(lambda xp, x: xp.matrix_transpose(x) * 2),
    "moveaxis": one(lambda xp, x: xp.moveaxis(x, 0, 2) ** 2),
    "expand and squeeze": one(lambda xp, x: xp.squeeze(xp.expand_dims(x, axis=1), axis=1) * x),
    "broadcast_to": one(lambda xp, x: xp.broadcast_to(x, (2, 3, 4)) ** 2, (3, 1)),
    "flip": one(lambda xp, x: xp.flip(x, axis=(0, 2)) * x),
    "roll": one(lambda xp, x: xp.roll(x, 2, axis=1) * x),
    "tril": one(lambda xp, x: xp.tril(x) * 3 + xp.triu(x, k=1) ** 2),
    "concat": one(lambda xp, a, b: xp.concat([a, b, a], axis=1) ** 2, (2, 3), (2, 1)),
    "stack": one(lambda xp, a, b: xp.stack([a, b], axis=1) ** 2, (2, 3), (2, 3)),
    "slices": one(lambda xp, x: x[1:, ::2, -1] * x[0, :2, 1]),
    "new axes": one(lambda xp, x: x[..., None] * x[:, :, None, :]),
    "overlapping slices": one(lambda xp, x: x[:, 1:, :] * x[:, :-1, :]),
    "take": one(lambda xp, x: xp.take(x, xp.asarray([2, 0, 2, 2], device=x.device), axis=1) ** 2),
    "rows": one(lambda xp, x: xp.take(x, xp.asarray([4, 1, 1], device=x.device), axis=0) ** 2, (5, 3)),
    "take_along_axis": one(lambda xp, x: xp.take_along_axis(x, xp.asarray(IDS, device=x.device), axis=-1) ** 2, (3, 4)),
    "matmul": one(lambda xp, a, b: a @ b, (2, 3, 4), (2, 4, 5)),
    "matmul broadcast": one(lambda xp, a, b: a @ b, (2, 1, 3, 4), (5, 4, 2)),
    "matmul with a matrix": one(lambda xp, a, b: a @ b, (2, 3, 4), (4, 5)),
    "matmul with vectors": one(lambda xp, a, b, c: (a @ b) * (b @ c) + b @ b, (2, 4), (4,), (4, 2)),
    "vecdot": one(lambda xp, a, b: xp.vecdot(a, b), (2, 3, 4), (3, 4)),
    "empty": one(lambda xp, x: xp.concat([x * 2, xp.exp(x)], axis=0), (0, 3)),
    "empty sum": one(lambda xp, x, y: xp.sum(x * y, axis=0) + y, (0, 3), (3,)),
    "empty slice": one(lambda xp, x: xp.sum(x[:, 2:2, :] * 2, axis=1) + x[:, 0, :]),
}


def drawn(name: str, dtype: Any = np.float64) -> list[np.ndarray]:
    """The numbers of an expression, the same everywhere."""
    _, shapes, low, high = EXPRESSIONS[name]
    return [np.random.default_rng([i, len(name), *shape]).uniform(low, high, shape).astype(dtype) for i, shape in enumerate(shapes)]


def counted(y: np.ndarray) -> np.ndarray:
    """What each number of a result counts in the number that is differentiated."""
    return np.random.default_rng([7, *y.shape]).normal(size=y.shape).astype(y.dtype)
