"""AdamW: each number's own step, from running means of its gradient and of its square."""

from typing import Any

from engineroom.arrays import Array, namespace
from engineroom.grad import tree
from engineroom.optim.kinds import Optimiser, Results, Tree, unzipped, zeros


def adamw(b1: float = 0.9, b2: float = 0.95, eps: float = 1e-8, decay: float = 0.1, decays: Tree = None) -> Optimiser:
    r"""$m \leftarrow \beta_1 m + (1 - \beta_1) g$, $v \leftarrow \beta_2 v + (1 - \beta_2) g^2$, $w \leftarrow (1 - \eta\lambda) w - \eta\,
    \hat m / (\sqrt{\hat v} + \epsilon)$ with $\hat m = m / (1 - \beta_1^t)$, $\hat v = v / (1 - \beta_2^t)$.

    Kingma & Ba 2014, arXiv 1412.6980, algorithm 1; the decay apart from the gradient as Loshchilov & Hutter 2017, arXiv 1711.05101, algorithm 2,
    times the rate as in PyTorch. `decays` is a tree of True and False, which parameters are decayed, None for all: norms' gains are not by custom
    (`matrices`); for one flat vector an array of ones and zeros. b2 is 0.95 as for language models since GPT-3 (Brown et al. 2020,
    arXiv 2005.14165, appendix B). Shapes and dtypes stay. The step raises ShapeError where params, gradient and `decays` differ as trees.
    """

    def one(x: Array, m: Array, v: Array, g: Array, decayed: Any, rate: float, t: int) -> Results:
        xp = namespace(x)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * (g * g)
        x = x * (1 - (rate * decay) * decayed)
        return Results(x - (rate / (1 - b1**t)) * m / (xp.sqrt(v / (1 - b2**t)) + eps), m, v)

    def start(params: Tree) -> Tree:
        return {"t": 0, "mean": zeros(params), "square": zeros(params)}

    def step(params: Tree, state: Tree, gradient: Tree, rate: float) -> tuple[Tree, Tree]:
        t = state["t"] + 1
        which = tree.map(lambda _: True, params) if decays is None else decays
        after = tree.map(
            lambda x, m, v, g, decayed: one(x, m, v, g, decayed, rate, t), params, state["mean"], state["square"], gradient, which
        )
        params, mean, square = unzipped(after, 3)
        return params, {"t": t, "mean": mean, "square": square}

    return Optimiser(start, step)
