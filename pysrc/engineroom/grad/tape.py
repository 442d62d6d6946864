"""The tape, and the walk back along it."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from engineroom.arrays import Array, device, namespace
from engineroom.errors import DTypeError, ShapeError, TapeError
from engineroom.grad.rules.shaping import fitted


class Step:
    """One function's record: its name, the Tensors it took with their derivatives, and all it was called with."""

    __slots__ = ("args", "kwargs", "name", "spent", "wanted")

    def __init__(self, name: str, wanted: list[tuple[Any, Callable, tuple]], args: tuple, kwargs: dict[str, Any]):
        self.name, self.wanted, self.args, self.kwargs, self.spent = name, wanted, args, kwargs, False

    def back(self, g: Array, y: Array) -> Iterator[tuple[Any, Array]]:
        """Each parent, and the gradient that reaches it from here; then the record is used up."""
        wanted, args, kwargs = self.wanted, self.args, self.kwargs
        self.wanted, self.args, self.kwargs, self.spent = [], (), {}, True
        for parent, derivative, place in wanted:
            yield parent, checked(derivative(*place, g, y, *args, **kwargs), parent.data, y, self.name)


def checked(g: Array, x: Array, y: Array, name: str) -> Array:
    """g in x's shape and dtype: what was broadcast is summed, what was cast on the way is cast back. Nothing else may differ.

    Raises DTypeError where a rule gave another dtype though nothing was cast: a float64 among float32s would leave the kernels unnoticed.
    """
    if isinstance(g, np.generic):
        g = np.asarray(g)
    if g.shape != x.shape:
        g = fitted(g, tuple(x.shape))
        g = np.asarray(g) if isinstance(g, np.generic) else g
    if g.dtype != x.dtype:
        if y.dtype == x.dtype:
            raise DTypeError(f"the rule of {name} gives a gradient of {g.dtype} for numbers of {x.dtype}")
        g = namespace(g).astype(g, x.dtype)
    return g


def walk(y: Any, seed: Array | None = None) -> list[tuple[Any, Array]]:
    """Every leaf that the Tensor y came from, and the gradient of y, or of its numbers each times `seed`'s.

    Raises TapeError where a part of the tape was used, ShapeError and DTypeError for a seed that is absent or does not fit.
    """
    gradients = {y.number: _seed(y, seed)}
    steps, leaves = _reached(y), []
    for node in sorted(steps, key=lambda node: node.number, reverse=True):  # what was made later is nearer to y
        g = gradients.pop(node.number, None)
        if g is None:
            continue
        if node.step is None:
            leaves.append((node, g))
            continue
        for parent, part in node.step.back(g, node.data):
            there = gradients.get(parent.number)
            gradients[parent.number] = part if there is None else there + part
    return [(leaf, np.asarray(g) if isinstance(g, np.generic) else g) for leaf, g in leaves]


def _reached(y: Any) -> list[Any]:
    found, stack = {y.number: y}, [y]
    while stack:
        step = stack.pop().step
        if step is None:
            continue
        if step.spent:
            raise TapeError(f"the gradient has been taken through {step.name} before, and its record is used up: compute the loss again")
        for parent, _, _ in step.wanted:
            if parent.number not in found:
                found[parent.number] = parent
                stack.append(parent)
    return list(found.values())


def _seed(y: Any, seed: Array | None) -> Array:
    if seed is None:
        if math.prod(y.shape) != 1:
            raise ShapeError(
                f"backward from {tuple(y.shape)} numbers needs a seed of that shape: take their mean or sum, or say what each counts"
            )
        return namespace(y.data).ones(tuple(y.shape), dtype=y.dtype, device=device(y.data))
    if namespace(seed, "seed") is not namespace(y.data):
        raise DTypeError(f"the seed is an array of {namespace(seed).__name__}, the Tensor's of {namespace(y.data).__name__}")
    if tuple(seed.shape) != tuple(y.shape):
        raise ShapeError(f"the seed has shape {tuple(seed.shape)}, what it seeds {tuple(y.shape)}")
    if seed.dtype != y.dtype:
        raise DTypeError(f"the seed is {seed.dtype}, what it seeds {y.dtype}")
    return seed
