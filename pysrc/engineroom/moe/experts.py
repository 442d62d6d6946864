"""Computing what was chosen: tokens are gathered by expert, so that the work follows the chosen and not the whole."""

import itertools
from collections.abc import Callable

from engineroom.arrays import Array, floating, namespace
from engineroom.errors import ShapeError
from engineroom.moe.routing import Routing


def mixture(x: Array, routing: Routing, n_experts: int, apply: Callable[[int, Array], Array]) -> Array:
    r"""$y = \sum_{j=1}^{k} g_j\, E_{e_j}(x)$ for each token: Shazeer et al. 2017, arXiv 1701.06538, equation 1.

    x (n, d_model) floating; `apply(e, rows)` is expert e on some of its rows, (m, d_model) → (m, d_out). Returns (n, d_out); nothing where
    a token was turned away. Raises ShapeError, DTypeError.
    """
    xp = floating(x, ndim=2)
    outputs = dispatch(x, routing.experts, n_experts, apply)  # (n, k, d_out)
    return (xp.astype(routing.gates, x.dtype)[:, None, :] @ outputs)[:, 0, :]  # (n, 1, k) by (n, k, d_out)


def dispatch(x: Array, experts: Array, n_experts: int, apply: Callable[[int, Array], Array]) -> Array:
    """What each token's experts say, (n, k, d_out): every expert runs once, on the tokens that were sent to it, and not at all without.

    x (n, d_model), experts (n, k) integers from 0 to n_experts − 1, or −1 for none, whose output is zero. Raises ShapeError.
    """
    xp = namespace(experts, "experts")
    if experts.ndim != 2:
        raise ShapeError(f"experts {tuple(experts.shape)} should be (n, k), k choices for each token")
    n, k = experts.shape
    if x.shape[0] != n:
        raise ShapeError(f"{x.shape[0]} tokens do not fit the routing of {n}")
    slots = xp.reshape(experts, (-1,))  # (n·k,)
    order = xp.argsort(slots, stable=True)  # slots by expert: one group after the other
    numbers = xp.arange(-1, n_experts + 1, dtype=slots.dtype)
    ends = [int(end) for end in xp.searchsorted(xp.take(slots, order), numbers)]  # where −1, 0, 1, … begin, and where E would
    if n_experts < 1 or ends[0] or ends[-1] < n * k:
        raise ShapeError(f"experts are numbered 0 to {n_experts - 1}, −1 for none; the routing names others")
    groups = []
    for e, (begin, end) in enumerate(itertools.pairwise(ends[1:])):
        if begin < end:
            groups.append(apply(e, xp.take(x, order[begin:end] // k, axis=0)))  # (m, d_out)
    if ends[1] or not groups:  # the slots that nobody computes come first
        width = groups[0].shape[-1] if groups else x.shape[-1]
        groups.insert(0, xp.zeros((ends[1], width), dtype=x.dtype))
    outputs = xp.take(xp.concat(groups), xp.argsort(order, stable=True), axis=0)  # back in the slots' order
    return xp.reshape(outputs, (n, k, outputs.shape[-1]))
