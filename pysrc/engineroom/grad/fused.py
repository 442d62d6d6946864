"""Rules for the library's own functions, each in one step: what they compute is the equation's, on the arrays that Tensors hold.

The derivatives of their parts, multiplied out, need fewer passes over the numbers and keep fewer of them. They are chosen by function and
type (`by_type`): the equations do not know of them. Where one does not apply it returns NotImplemented, and the equation is recorded step by step.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engineroom import attention, by_type, feedforward, linear, loss, norm, products, rope
from engineroom.arrays import Array, device, indices
from engineroom.arrays import namespace as of
from engineroom.grad.rules.multiplying import by_weight, of_weight, rows
from engineroom.grad.rules.places import scattered
from engineroom.grad.tensor import Tensor, data_of, record


def _plain(function: Callable) -> Callable:
    """The equation alone."""
    return function.__wrapped__  # type: ignore[attr-defined]


def _step(name: str, y: Array, *parents: tuple[Any, Callable[[Array, Array], Array]]) -> Any:
    return record(name, y, [(parent, derivative, ()) for parent, derivative in parents if isinstance(parent, Tensor)], ())


def _once(function: Callable[[Array, Array], Any]) -> Callable[[Array, Array], Any]:
    """What two derivatives share, computed once."""
    found: list[Any] = []

    def shared(g: Array, y: Array) -> Any:
        if not found:
            found.append(function(g, y))
        return found[0]

    return shared


def _total(g: Array) -> Array:
    """The sum over all but the last axis."""
    return of(g).sum(rows(g), axis=0)


def linear_(x: Any, weight: Any, bias: Any = None) -> Any:
    """dx = gW, dW = gᵀx, db = Σg."""
    if hasattr(weight, "times"):
        return NotImplemented
    a, w = data_of(x), data_of(weight)
    y = _plain(linear.linear)(a, w, data_of(bias))
    return _step("linear", y, (x, lambda g, y: by_weight(g, w)), (weight, lambda g, y: of_weight(g, a)), (bias, lambda g, y: _total(g)))


def embedding(weight: Tensor, ids: Any, ndim: int = 0) -> Any:
    """Each row's gradients, added."""
    table = weight.data
    ids = indices(ids, table, table.shape[0], ndim)
    flat = of(ids).reshape(ids, (-1,))
    return _step("embedding", _plain(linear.embedding)(table, ids, ndim), (weight, lambda g, y: scattered(rows(g), flat, table.shape[0])))


def _softmax_back(g: Array, y: Array, axis: int = -1) -> Array:
    d = g * y
    d -= y * of(d).sum(d, axis=axis, keepdims=True)
    return d


def softmax(x: Tensor, axis: int = -1) -> Any:
    """dx = y (g − Σ g y)."""
    return _step("softmax", _plain(attention.softmax)(x.data, axis), (x, lambda g, y: _softmax_back(g, y, axis)))


def attention_weights(query: Any, key: Any, mask: Any = None, scale: float | None = None) -> Any:
    """With dS = softmax's · scale: dQ = dS K, dK = dSᵀ Q. A mask that is learned is left to the equation."""
    if isinstance(mask, Tensor):
        return NotImplemented
    q, k = data_of(query), data_of(key)
    by = 1 / math.sqrt(k.shape[-1]) if scale is None else scale

    def scores(g: Array, y: Array) -> Array:
        d = _softmax_back(g, y)
        d *= by
        return d

    d = _once(scores)
    weights = _plain(attention.attention_weights)(q, k, mask, scale)
    back_q, back_k = (lambda g, y: products.matmul(d(g, y), k)), (lambda g, y: products.matmul(d(g, y).mT, q))
    return _step("attention weights", weights, (query, back_q), (key, back_k))


def rms_norm(x: Any, weight: Any = None, eps: float = 1e-6) -> Any:
    """With n = x / rms: dx = (gw − n mean(gw n)) / rms, dw = Σ g n."""
    a, w = data_of(x), data_of(weight)
    y = _plain(norm.rms_norm)(a, w, eps)
    xp = of(a)
    rms = xp.sqrt(xp.vecdot(a, a)[..., None] / a.shape[-1] + eps)

    def back(g: Array, y: Array) -> Array:
        d = g if w is None else g * w
        n = a / rms
        n *= xp.vecdot(d, n)[..., None] / a.shape[-1]
        d = d - n
        d /= rms
        return d

    return _step("rms_norm", y, (x, back), (weight, lambda g, y: _total(g * (a / rms))))


def layer_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """With n the normalised x: dx = (gw − mean(gw) − n mean(gw n)) / σ, dw = Σ g n, db = Σ g."""
    a, w = data_of(x), data_of(weight)
    y = _plain(norm.layer_norm)(a, w, data_of(bias), eps)
    xp = of(a)
    n = a - xp.mean(a, axis=-1, keepdims=True)
    deviation = xp.sqrt(xp.vecdot(n, n)[..., None] / a.shape[-1] + eps)
    n /= deviation

    def back(g: Array, y: Array) -> Array:
        d = g if w is None else g * w
        d = d - xp.mean(d, axis=-1, keepdims=True)
        d -= n * (xp.vecdot(d, n)[..., None] / a.shape[-1])
        d /= deviation
        return d

    return _step("layer_norm", y, (x, back), (weight, lambda g, y: _total(g * n)), (bias, lambda g, y: _total(g)))


def gated(gate: Any, up: Any, activation: Callable = feedforward.silu) -> Any:
    """SwiGLU's middle, with s = σ(a): da = g u (s + a s (1 − s)), du = g a s."""
    if activation is not feedforward.silu or gate.shape != up.shape or gate.dtype != up.dtype:
        return NotImplemented
    a, u = data_of(gate), data_of(up)
    s = of(a).tanh(0.5 * a)
    s += 1
    s *= 0.5
    passed = a * s

    def back(g: Array, y: Array) -> Array:
        d = 1 - s
        d *= passed
        d += s
        d *= u
        d *= g
        return d

    return _step("gated", passed * u, (gate, back), (up, lambda g, y: g * passed))


def gelu(x: Tensor) -> Any:
    """dx = g (Φ(x) + x φ(x))."""
    a = x.data
    xp = of(a)
    whole = 0.5 * (1 + feedforward.erf(a / math.sqrt(2)))
    return _step("gelu", a * whole, (x, lambda g, y: g * (whole + a * (xp.exp(-0.5 * a * a) / math.sqrt(2 * math.pi)))))


def erf(x: Tensor) -> Any:
    """dx = g 2/√π e^(−x²)."""
    a = x.data
    return _step("erf", _plain(feedforward.erf)(a), (x, lambda g, y: g * (of(a).exp(-a * a) * (2 / math.sqrt(math.pi)))))


def log_probs(logits: Tensor, ids: Any) -> Any:
    """dz = g (one-hot − softmax(z))."""
    z = logits.data
    ids = indices(ids, z, z.shape[-1])

    def back(g: Array, y: Array) -> Array:
        p = _plain(attention.softmax)(z)
        p *= -g[..., None]
        return added(p, ids, g)

    return _step("log_probs", _plain(loss.log_probs)(z, ids), (logits, back))


@by_type.dispatched
def added(x: Array, ids: Array, g: Array) -> Array:
    """x (..., V) with g (...,) added at ids (...,) of the last axis."""
    xp = of(x)
    places = xp.arange(x.shape[-1], dtype=ids.dtype, device=device(ids))
    return x + xp.where(places == ids[..., None], g[..., None], xp.zeros_like(x))


def _numpy_added(x: np.ndarray, ids: np.ndarray, g: np.ndarray) -> np.ndarray:
    flat = rows(x)  # a view: x was made for this
    flat[np.arange(flat.shape[0]), ids.reshape(-1)] += g.reshape(-1)
    return x


def rotated(rotation: rope.Rotation, x: Tensor) -> Any:
    """The turn back."""
    cos, sin, other = rotation
    y = _plain(rope.Rotation.__call__)(rotation, x.data)
    return _step("rotation", y, (x, lambda g, y: g * cos + of(g).take(g * sin, other, axis=-1)))


FUSED: dict[Callable, Callable] = {
    attention.softmax: softmax,
    attention.attention_weights: attention_weights,
    feedforward.erf: erf,
    feedforward.gated: gated,
    feedforward.gelu: gelu,
    linear.embedding: embedding,
    linear.linear: linear_,
    loss.log_probs: log_probs,
    norm.layer_norm: layer_norm,
    norm.rms_norm: rms_norm,
    rope.Rotation.__call__: rotated,
}


def register() -> None:
    """From now on each of the library's functions in FUSED is one step of the tape; `by_type.forget(Tensor)` undoes it."""
    for function, way in FUSED.items():
        by_type.register(function, Tensor, way)


by_type.register(added, np.ndarray, _numpy_added)
register()
