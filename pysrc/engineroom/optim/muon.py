"""Muon: the step of a matrix is its momentum with all singular values made one."""

import math

from engineroom.arrays import Array, floating
from engineroom.errors import ShapeError
from engineroom.grad import tree
from engineroom.optim.kinds import Optimiser, Results, Tree, unzipped, zeros
from engineroom.products import matmul

A, B, C = 3.4445, -4.7750, 2.0315  # Jordan et al.: steepest at zero, so that five steps do


def orthogonal(x: Array, steps: int = 5, eps: float = 1e-7) -> Array:
    r"""About $U V^\top$ of $x = U S V^\top$ (m, n): $X \leftarrow aX + (bXX^\top + c(XX^\top)^2)X$, a few times, from $x / \lVert x \rVert$.

    A Newton–Schulz iteration: singular values come to lie between about 0.7 and 1.2, which serves as well as one. Jordan et al. 2024,
    https://kellerjordan.github.io/posts/muon/. Computed in x's dtype (there in bfloat16). Raises ShapeError for what is no matrix, DTypeError.
    """
    xp = floating(x)
    if x.ndim != 2:
        raise ShapeError(f"only a matrix can be made orthogonal, not an array of shape {tuple(x.shape)}")
    if x.shape[0] > x.shape[1]:
        return orthogonal(x.T, steps, eps).T
    size = xp.sqrt(xp.sum(x * x))
    x = x / xp.maximum(size, xp.asarray(eps, dtype=x.dtype, device=getattr(x, "device", None)))
    for _ in range(steps):
        gram = matmul(x, x.T)  # (m, m)
        x = A * x + matmul(B * gram + C * matmul(gram, gram), x)
    return x


def muon(momentum: float = 0.95, decay: float = 0.1, match_adamw: bool = True) -> Optimiser:
    r"""$u \leftarrow \mu u + (1 - \mu) g$, $w \leftarrow (1 - \eta\lambda) w - \eta s\,\mathrm{orthogonal}((1 - \mu) g + \mu u)$, Nesterov's way.

    For matrices only: `by_part` gives the rest to another optimiser. Jordan et al. 2024. $s = 0.2\sqrt{\max(m, n)}$ makes the step as large
    as AdamW's, so that a rate serves both (Liu et al. 2025, "Muon is Scalable for LLM Training", arXiv 2502.16982, section 2.2); else
    $\sqrt{\max(1, m/n)}$, the authors' first. As `torch.optim.Muon`, in the dtype of the parameters. The step raises ShapeError for what is no matrix.
    """

    def one(x: Array, u: Array, g: Array, rate: float) -> Results:
        if x.ndim != 2:
            raise ShapeError(f"Muon steps matrices; an array of shape {tuple(x.shape)} goes to another optimiser: optim.by_part")
        m, n = x.shape
        scale = 0.2 * math.sqrt(max(m, n)) if match_adamw else math.sqrt(max(1, m / n))
        u = momentum * u + (1 - momentum) * g
        return Results(x * (1 - rate * decay) - (rate * scale) * orthogonal((1 - momentum) * g + momentum * u), u)

    def start(params: Tree) -> Tree:
        return {"momentum": zeros(params)}

    def step(params: Tree, state: Tree, gradient: Tree, rate: float) -> tuple[Tree, Tree]:
        after = tree.map(lambda x, u, g: one(x, u, g, rate), params, state["momentum"], gradient)
        params, u = unzipped(after, 2)
        return params, {"momentum": u}

    return Optimiser(start, step)
