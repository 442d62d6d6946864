"""How many tokens an expert takes: fixed room makes fixed shapes, and what does not fit is turned away."""

import math
from fractions import Fraction

from engineroom.arrays import Array, cumulative_sum, device, namespace
from engineroom.errors import ShapeError
from engineroom.moe.routing import Routing


def capacity(n: int, n_experts: int, factor: float = 1.25, k: int = 1) -> int:
    r"""$\lceil n k / E \cdot \text{factor} \rceil$: the places of one expert for n tokens. A factor of 1 fits only an even load.

    Fedus et al. 2021, arXiv 2101.03961, equation 3, which has k = 1. Raises ShapeError for numbers below 1, or a factor not above 0.
    """
    if min(n, n_experts, k) < 1 or not factor > 0:
        raise ShapeError(f"{n} tokens, {n_experts} experts, {k} for each, factor {factor}: all must be above zero")
    return math.ceil(n * k * Fraction(factor).limit_denominator(1_000_000) / n_experts)  # 1.1 as it is written, not as a double has it


def limit(routing: Routing, room: int) -> Routing:
    """The routing with at most `room` tokens for each expert: later ones are turned away, their expert −1 and their gate 0.

    First choices are placed before second ones, and in a rank earlier tokens before later ones (Lepikhin et al. 2020, "GShard",
    arXiv 2006.16668, algorithm 1). What is turned away passes the layer by the residual connection alone. Raises ShapeError.
    """
    xp = namespace(routing.experts, "experts")
    if room < 0:
        raise ShapeError(f"an expert cannot have room for {room} tokens")
    if routing.experts.ndim != 2:
        raise ShapeError(f"experts {tuple(routing.experts.shape)} should be (n, k), k choices for each token")
    n, k = routing.experts.shape
    slots = xp.reshape(routing.experts.T, (-1,))  # all first choices, then all second ones
    chosen = slots[None, :] == xp.arange(routing.scores.shape[-1], device=device(slots))[:, None]  # (E, k·n)
    before = xp.sum(xp.where(chosen, cumulative_sum(xp.astype(chosen, slots.dtype)), 0), axis=0) - 1  # (k·n,) places taken ahead of each
    fits = xp.reshape(before < room, (k, n)).T
    experts = xp.where(fits, routing.experts, xp.full_like(routing.experts, -1))
    return routing._replace(experts=experts, gates=_where(fits, routing.gates))


def _where(fits: Array, gates: Array) -> Array:
    xp = namespace(gates)
    return xp.where(fits, gates, xp.zeros_like(gates))


def distinct(n_experts: int, k: int, n: int) -> float:
    r"""$E\,(1 - (1 - k/E)^n)$: how many experts of a layer n tokens touch, if each chooses k evenly and independently.

    Elementary probability: an expert is missed by one token with chance $1 - k/E$. Raises ShapeError when k is not 1 to E.
    """
    if not 1 <= k <= n_experts or n < 0:
        raise ShapeError(f"{n} tokens cannot choose {k} of {n_experts} experts each")
    return n_experts * (1 - (1 - k / n_experts) ** n)
