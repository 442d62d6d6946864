"""Parameters as views of one vector, so that a step is a few passes over it, however many arrays there are."""

from collections.abc import Callable

from engineroom.arrays import Array, count, floating
from engineroom.errors import DTypeError, ShapeError
from engineroom.grad import tree
from engineroom.optim.kinds import Tree


def flatten(params: Tree) -> tuple[Array, Callable[[Array], Tree]]:
    """All numbers in one vector (n,), and the function that cuts such a vector into a tree like params.

    The pieces are views where the library has views: what is written to the vector is in them. A gradient is flattened alike, and an optimiser
    takes the vector for a tree of one leaf. Raises DTypeError for arrays of several dtypes or of none that is floating, ShapeError for no arrays; the function raises ShapeError for
    a vector of another length.
    """
    leaves = list(tree.leaves(params))
    if not leaves:
        raise ShapeError("there is nothing to flatten in an empty tree")
    xp, dtype = floating(leaves[0][1], leaves[0][0], ndim=0), leaves[0][1].dtype
    other = next((path for path, x in leaves if x.dtype != dtype), None)
    if other is not None:
        raise DTypeError(f"one vector has one dtype: {leaves[0][0]} is {dtype}, {other} is not")
    starts, n = {}, 0
    for path, x in leaves:
        starts[path], n = n, n + count(x)

    def cut(vector: Array) -> Tree:
        if tuple(vector.shape) != (n,):
            raise ShapeError(f"the vector has shape {tuple(vector.shape)}; the tree has {n} numbers")
        return tree.with_paths(lambda path, x: xp.reshape(vector[starts[path] : starts[path] + count(x)], tuple(x.shape)), params)

    return xp.concat([xp.reshape(x, (count(x),)) for _, x in leaves]), cut
