"""Gradients of functions of parameters: nothing is written to, nothing is left behind."""

from collections.abc import Callable
from typing import Any

from engineroom.arrays import Array, device, floating, namespace
from engineroom.errors import DTypeError, ShapeError
from engineroom.grad import tree
from engineroom.grad.tape import walk
from engineroom.grad.tensor import Tensor

type Tree = Any


def value_and_grad(f: Callable[..., Any]) -> Callable[..., tuple[Array, Tree]]:
    r"""The function (params, …) ↦ $(f(\text{params}, …), \partial f / \partial \text{params})$.

    f takes a tree of floating-point arrays (dicts, lists, tuples) first, and returns one number, an array of no axes. The gradient is a tree
    like params, each leaf of its parameter's shape, dtype and library; zero where f does not depend on it. Every other argument is a
    constant, for which nothing is recorded or computed: weights that stay as they are go there.
    The function raises DTypeError naming a leaf that holds no floating-point numbers, ShapeError when f gives more than one number.

    As `jax.value_and_grad`.
    """

    def both(params: Tree, *args: Any, **kwargs: Any) -> tuple[Array, Tree]:
        begun = tree.with_paths(_leaf, params)
        y = f(begun, *args, **kwargs)
        if not isinstance(y, Tensor):
            if not hasattr(y, "shape"):
                raise DTypeError(f"the function must return an array of no axes, not {type(y).__name__}")
            return y, tree.map(_zeros, params)
        if y.ndim:
            raise ShapeError(f"the function returned {tuple(y.shape)} numbers; a gradient is of one: take their mean or sum")
        found = {leaf.number: gradient for leaf, gradient in walk(y)}
        return y.data, tree.map(lambda leaf: found[leaf.number] if leaf.number in found else _zeros(leaf.data), begun)

    return both


def _leaf(path: str, x: Any) -> Tensor:
    name = f"params.{path}" if path else "params"
    if isinstance(x, Tensor):
        raise DTypeError(f"{name} is a Tensor: give the array, {name}.data")
    floating(x, name, ndim=0)
    return Tensor(x)


def _zeros(x: Array) -> Array:
    return namespace(x).zeros(tuple(x.shape), dtype=x.dtype, device=device(x))
