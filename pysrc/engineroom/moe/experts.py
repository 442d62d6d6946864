"""Computing what was chosen: tokens are gathered by expert, so that the work follows the chosen and not the whole.

In two ways. `dispatch` gives each expert just the tokens it got, and has to read their numbers for it; `dispatch_fixed` gives each as many
places as it is told, whatever was chosen: nothing is read, so that it can be traced, differentiated and left to a device.
"""

import itertools
from collections.abc import Callable

from engineroom.arrays import Array, device, floating, namespace, on_host
from engineroom.errors import ShapeError
from engineroom.moe.routing import Routing


def mixture(x: Array, routing: Routing, n_experts: int, apply: Callable[[int, Array], Array], room: int | None = None) -> Array:
    r"""$y = \sum_{j=1}^{k} g_j\, E_{e_j}(x)$ for each token: Shazeer et al. 2017, arXiv 1701.06538, equation 1.

    x (n, d_model) floating; `apply(e, rows)` is expert e on some of its rows, (m, d_model) → (m, d_out). Returns (n, d_out); nothing where
    a token was turned away. With `room`, at most so many tokens reach an expert, as capacity.limit says which, and no number is read:
    dispatch_fixed. Raises ShapeError, DTypeError.
    """
    floating(x, ndim=2)
    outputs = outputs_of(x, routing.experts, n_experts, apply, room)  # (n, k, d_out)
    return (namespace(routing.gates).astype(routing.gates, x.dtype)[:, None, :] @ outputs)[:, 0, :]  # (n, 1, k) by (n, k, d_out)


def outputs_of(x: Array, experts: Array, n_experts: int, apply: Callable[[int, Array], Array], room: int | None = None) -> Array:
    """`dispatch`, or with `room` dispatch_fixed."""
    return dispatch(x, experts, n_experts, apply) if room is None else dispatch_fixed(x, experts, n_experts, apply, room)


def dispatch(x: Array, experts: Array, n_experts: int, apply: Callable[[int, Array], Array]) -> Array:
    """What each token's experts say, (n, k, d_out): every expert runs once, on the tokens that were sent to it, and not at all without.

    x (n, d_model), experts (n, k) integers from 0 to n_experts − 1, or −1 for none, whose output is zero. Raises ShapeError.
    """
    xp = namespace(experts, "experts")
    n, k = _fit(x, experts)
    slots = xp.reshape(experts, (-1,))  # (n·k,)
    order = xp.argsort(slots, stable=True)  # slots by expert: one group after the other
    numbers = xp.arange(-1, n_experts + 1, dtype=slots.dtype, device=device(slots))
    ends = [int(end) for end in xp.searchsorted(xp.take(slots, order), numbers)]  # where −1, 0, 1, … begin, and where E would
    if n_experts < 1 or ends[0] or ends[-1] < n * k:
        raise _unnumbered(n_experts)
    groups, of_x = [], namespace(x)
    for e, (begin, end) in enumerate(itertools.pairwise(ends[1:])):
        if begin < end:
            groups.append(apply(e, of_x.take(x, order[begin:end] // k, axis=0)))  # (m, d_out)
    if ends[1] or not groups:  # the slots that nobody computes come first
        width = groups[0].shape[-1] if groups else x.shape[-1]
        groups.insert(0, of_x.zeros((ends[1], width), dtype=x.dtype, device=device(x)))
    of_y = namespace(groups[-1])
    outputs = of_y.take(of_y.concat(groups), xp.argsort(order, stable=True), axis=0)  # back in the slots' order
    return of_y.reshape(outputs, (n, k, outputs.shape[-1]))


def dispatch_fixed(x: Array, experts: Array, n_experts: int, apply: Callable[[int, Array], Array], room: int) -> Array:
    """`dispatch` with `room` places for each expert, which computes on all of them: zeros where nobody came.

    Who comes when there are too many is told in capacity.limit: first choices before second ones, then earlier tokens. Of the others the
    output is zero. Every shape follows from the arguments' shapes, and no number is read; but NumPy's are checked as in `dispatch`.
    Lepikhin et al. 2020, "GShard", arXiv 2006.16668, section 2.2, where places are found with one-hot matrices; here by sorting, so that
    memory does not grow with tokens times experts times places. Raises ShapeError.
    """
    xp = floating(x, ndim=2)
    n, k = _fit(x, experts)
    if n_experts < 1 or (on_host(experts) and not ((experts >= -1) & (experts < n_experts)).all()):
        raise _unnumbered(n_experts)
    if room < 1:
        raise ShapeError(f"an expert needs room for a token, not for {room}")
    if n * k == 0:
        return xp.zeros((n, k, x.shape[-1]), dtype=x.dtype, device=device(x))
    slots = xp.reshape(experts.T, (-1,))  # (k·n,): all first choices, then all second ones
    order = xp.argsort(slots, stable=True)  # slots by expert
    numbers = xp.arange(n_experts + 1, dtype=slots.dtype, device=device(slots))
    begins = xp.searchsorted(xp.take(slots, order), numbers)  # (E + 1,) where each expert's slots begin in that order

    places = begins[:-1, None] + xp.arange(room, dtype=begins.dtype, device=device(slots))[None, :]  # (E, room)
    slot = xp.take(order, xp.reshape(xp.clip(places, None, n * k - 1), (-1,)))  # (E·room,)
    came = xp.reshape(places < begins[1:, None], (-1, 1))
    rows = xp.where(came, xp.take(x, slot % n, axis=0), xp.asarray(0, dtype=x.dtype, device=device(x)))
    rows = xp.reshape(rows, (n_experts, room, -1))
    groups = [apply(e, rows[e, :, :]) for e in range(n_experts)]
    of_y = namespace(groups[0])
    outputs = of_y.concat(groups)  # (E·room, d_out)

    expert = xp.clip(slots, 0, n_experts - 1)
    place = xp.argsort(order, stable=True) - xp.take(begins, expert)  # (k·n,) of each slot, among its expert's
    kept = (slots >= 0) & (slots < n_experts) & (place < room)
    found = of_y.take(outputs, xp.where(kept, expert * room + place, xp.zeros_like(place)), axis=0)  # (k·n, d_out)
    found = of_y.where(kept[:, None], found, of_y.zeros_like(found))
    return of_y.permute_dims(of_y.reshape(found, (k, n, found.shape[-1])), (1, 0, 2))


def _fit(x: Array, experts: Array) -> tuple[int, int]:
    if experts.ndim != 2:
        raise ShapeError(f"experts {tuple(experts.shape)} should be (n, k), k choices for each token")
    n, k = experts.shape
    if x.shape[0] != n:
        raise ShapeError(f"{x.shape[0]} tokens do not fit the routing of {n}")
    return n, k


def _unnumbered(n_experts: int) -> ShapeError:
    return ShapeError(f"experts are numbered 0 to {n_experts - 1}, −1 for none; the routing names others")
