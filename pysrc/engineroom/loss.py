"""The loss of a language model: how surprised it is by what really comes next."""

from collections.abc import Sequence

from engineroom.arrays import Array, floating
from engineroom.errors import ShapeError


def cross_entropy(logits: Array, ids: Sequence[int]) -> Array:
    r"""$-\ln \mathrm{softmax}(z_i)_{\text{id}_i} = \ln \sum_j e^{z_{ij}} - z_{i,\text{id}_i}$: nats at each of n places, (n,).

    Shannon 1948, "A Mathematical Theory of Communication", section 6, for one outcome. logits (n, vocab_size), ids (n,) what came at each
    place. Computed after subtracting each row's largest, which changes nothing and does not overflow. Raises ShapeError, DTypeError.
    """
    xp = floating(logits, "logits", ndim=2)
    n, vocab_size = logits.shape
    if len(ids) != n or any(not 0 <= id < vocab_size for id in ids):
        raise ShapeError(f"logits {tuple(logits.shape)} need {n} ids from 0 to {vocab_size - 1}, not {len(ids)} that may lie outside")
    z = logits - xp.max(logits, axis=-1, keepdims=True)
    right = xp.stack([z[place, int(id)] for place, id in enumerate(ids)])
    return xp.log(xp.sum(xp.exp(z), axis=-1)) - right
