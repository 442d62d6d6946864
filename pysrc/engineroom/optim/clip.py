"""Gradients of at most one length."""

from engineroom.arrays import Array, namespace
from engineroom.errors import ShapeError
from engineroom.grad import tree
from engineroom.optim.kinds import Tree


def global_norm(gradient: Tree) -> Array:
    r"""$\sqrt{\sum_i g_i^2}$ over every number of the tree: an array of no axes. Raises ShapeError for a tree without leaves."""
    leaves = [g for _, g in tree.leaves(gradient)]
    if not leaves:
        raise ShapeError("there is no gradient in an empty tree")
    xp = namespace(leaves[0])
    total = xp.sum(leaves[0] * leaves[0])
    for g in leaves[1:]:
        total = total + xp.sum(g * g)
    return xp.sqrt(total)


def clipped(gradient: Tree, most: float) -> tuple[Tree, Array]:
    r"""The gradient, scaled to length `most` where it is longer, and the length it had: $g \min(1, c / \lVert g \rVert)$.

    Pascanu et al. 2012, arXiv 1211.5063, algorithm 1, over all parameters together; as PyTorch's clip_grad_norm_, which adds 1e-6 below.
    Raises ShapeError for a tree without leaves.
    """
    norm = global_norm(gradient)
    xp = namespace(next(g for _, g in tree.leaves(gradient)))
    scale = most / (norm + 1e-6)
    scale = xp.where(scale < 1, scale, xp.ones_like(scale))
    return tree.map(lambda g: g * xp.astype(scale, g.dtype, copy=False), gradient), norm
