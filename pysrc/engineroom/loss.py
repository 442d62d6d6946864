"""The loss of a language model: how surprised it is by what really comes next."""

from typing import Any

from engineroom import by_type
from engineroom.arrays import Array, floating, indices
from engineroom.errors import ShapeError


@by_type.dispatched
def log_probs(logits: Array, ids: Any) -> Array:
    r"""$\ln \mathrm{softmax}(z)_{\text{id}} = z_\text{id} - \ln \sum_j e^{z_j}$: how likely each id was, (..., n).

    logits (..., n, vocab_size), ids (..., n) integers as arrays.indices takes them: what came at each place. Computed after subtracting each
    row's largest, which changes nothing and does not overflow. Raises ShapeError, DTypeError.
    """
    xp = floating(logits, "logits", ndim=2)
    ids = indices(ids, logits, logits.shape[-1])
    if tuple(ids.shape) != tuple(logits.shape[:-1]):
        raise ShapeError(f"logits {tuple(logits.shape)} need ids {tuple(logits.shape[:-1])}, one for each place, not {tuple(ids.shape)}")
    z = logits - xp.max(logits, axis=-1, keepdims=True)
    return xp.take_along_axis(z, ids[..., None], axis=-1)[..., 0] - xp.log(xp.sum(xp.exp(z), axis=-1))


def cross_entropy(logits: Array, ids: Any) -> Array:
    r"""$-\ln \mathrm{softmax}(z)_{\text{id}}$: nats at each place, (..., n). Shannon 1948, "A Mathematical Theory of Communication", section 6,
    for one outcome. Takes and raises what log_probs does.
    """
    return -log_probs(logits, ids)
