"""Stochastic gradient descent with momentum."""

from engineroom.grad import tree
from engineroom.optim.kinds import Optimiser, Tree, zeros


def sgd(momentum: float = 0.9, decay: float = 0.0) -> Optimiser:
    r"""$u \leftarrow \mu u + g + \lambda w$, $w \leftarrow w - \eta u$: a ball that rolls on.

    Polyak 1964, "Some methods of speeding up the convergence of iteration methods", in PyTorch's form (Sutskever et al. 2013 multiply $\eta$
    into u instead). The decay is a part of the gradient, as L2 regularisation is. Shapes and dtypes stay. The step raises ShapeError where
    params and gradient differ as trees.
    """

    def start(params: Tree) -> Tree:
        return {"velocity": zeros(params)}

    def step(params: Tree, state: Tree, gradient: Tree, rate: float) -> tuple[Tree, Tree]:
        velocity = tree.map(lambda u, g, x: momentum * u + (g + decay * x if decay else g), state["velocity"], gradient, params)
        return tree.map(lambda x, u: x - rate * u, params, velocity), {"velocity": velocity}

    return Optimiser(start, step)
