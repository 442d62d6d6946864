"""What an optimiser is, and two of them for two parts of the parameters."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from engineroom.arrays import Array, device, namespace
from engineroom.errors import MissingTensor
from engineroom.grad import tree

type Tree = Any


class Optimiser(NamedTuple):
    """start(params) → state; step(params, state, gradient, rate) → (params, state). A state is a tree of arrays and whole numbers."""

    start: Callable[[Tree], Tree]
    step: Callable[[Tree, Tree, Tree, float], tuple[Tree, Tree]]


def zeros(params: Tree) -> Tree:
    """A zero for each number."""
    return tree.map(lambda x: namespace(x).zeros(tuple(x.shape), dtype=x.dtype, device=device(x)), params)


def unzipped(pairs: Tree, n: int) -> tuple[Tree, ...]:
    """From a tree whose leaves are n results to n trees."""
    return tuple(tree.map(lambda leaf, i=i: leaf.values[i], pairs) for i in range(n))


class Results:
    """Several results for one leaf; a tuple would be a branch."""

    def __init__(self, *values: Array):
        self.values = values


def matrices(params: Tree) -> Tree:
    """True for each array of two axes or more, False for the others: norms' gains and biases, which are not decayed."""
    return tree.map(lambda x: x.ndim >= 2, params)


def by_part(where: Tree, first: Optimiser, second: Optimiser) -> Optimiser:
    """`first` for the leaves where the tree `where` is True, `second` for the others.

    As Muon is used: for the matrices of the layers, with AdamW for embeddings, the head and norms (Jordan et al. 2024). The step raises
    MissingTensor for a state of other parameters.
    """
    chosen = dict(tree.leaves(where))

    def parts(params: Tree) -> tuple[dict[str, Array], dict[str, Array]]:
        leaves = dict(tree.leaves(params))
        if leaves.keys() != chosen.keys():
            raise MissingTensor(f"by_part was told of {', '.join(chosen)}; here are {', '.join(leaves)}")
        return {p: x for p, x in leaves.items() if chosen[p]}, {p: x for p, x in leaves.items() if not chosen[p]}

    def start(params: Tree) -> Tree:
        one, other = parts(params)
        return {"first": first.start(one), "second": second.start(other)}

    def step(params: Tree, state: Mapping[str, Tree], gradient: Tree, rate: float) -> tuple[Tree, Tree]:
        (a, b), (da, db) = parts(params), parts(gradient)
        a, one = first.step(a, state["first"], da, rate)
        b, other = second.step(b, state["second"], db, rate)
        after = {**a, **b}
        return tree.with_paths(lambda path, _: after[path], params), {"first": one, "second": other}

    return Optimiser(start, step)
