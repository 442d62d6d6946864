"""How evenly the experts are used, and what keeps them so. The losses of two papers share a form and differ in value: both are here."""

from engineroom.arrays import Array, device, floating, namespace, on_host, widest
from engineroom.errors import ShapeError
from engineroom.moe.routing import Routing


def load(experts: Array, n_experts: int) -> Array:
    r"""$f_i$, the share of the choices that went to each expert: experts (n, k) integers → (n_experts,), whose sum is one.

    Tokens that were turned away (−1) are not counted. In float64 where the device has it. Raises ShapeError when nothing is left to count;
    with arrays whose values are not read (arrays.on_host), the shares are then NaN.
    """
    xp = namespace(experts, "experts")
    chosen = xp.reshape(experts, (-1, 1)) == xp.arange(n_experts, device=device(experts))
    counts = xp.sum(xp.astype(chosen, widest(experts)), axis=0)  # (E,)
    total = xp.sum(counts)
    if on_host(experts) and not total:
        raise ShapeError("no token was sent to any expert")
    return counts / total


def switch_loss(routing: Routing, alpha: float = 0.01) -> Array:
    r"""$\alpha\, E \sum_i f_i P_i$, with $f_i$ the share of tokens whose first choice is $i$, $P_i$ the mean score: $\alpha$ when even.

    Fedus et al. 2021, arXiv 2101.03961, equations 4 to 6. scores must be a softmax's. Returns a number (an array of no axes).
    Raises ShapeError when no token was sent anywhere, DTypeError for scores that are not floating.
    """
    first = routing.experts[:, :1]
    return alpha * _aligned(load(first, routing.scores.shape[-1]), routing.scores)


def mixtral_loss(routing: Routing) -> Array:
    r"""$E \sum_i f_i P_i$, with $f_i$ the number of choices of $i$, of any rank, for each token: $k$ when even.

    As transformers computes it for Mixtral (`load_balancing_loss_func`), over the tokens of all layers together, which then multiplies it
    by the config's router_aux_loss_coef. Not comparable with `switch_loss`: all k choices count here, and no weight is in it.
    Raises as switch_loss.
    """
    k = routing.experts.shape[-1]
    return _aligned(k * load(routing.experts, routing.scores.shape[-1]), routing.scores)


def _aligned(used: Array, scores: Array) -> Array:
    xp = floating(scores, "scores", ndim=2)
    return scores.shape[-1] * xp.sum(xp.astype(used, scores.dtype) * xp.mean(scores, axis=0))


def adjusted_bias(bias: Array, experts: Array, speed: float = 0.001) -> Array:
    r"""$b_i \mp \gamma$: lower for an expert that got more than an even share, higher for one that got less. (E,), as bias.

    DeepSeek-AI 2024, arXiv 2412.19437, section 2.1.2, after each training step; their $\gamma$ is 0.001 (section 4.2). Raises ShapeError, DTypeError.
    """
    xp = floating(bias, "bias")
    n_experts = bias.shape[0]
    return bias - speed * xp.astype(xp.sign(load(experts, n_experts) - 1 / n_experts), bias.dtype)
