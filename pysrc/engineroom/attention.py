"""Attention: each position takes a weighted average of all values it may see.

Vaswani et al. 2017, "Attention Is All You Need", arXiv 1706.03762, section 3.2. Shapes: n_q queries, n_k keys, h heads;
`...` stands for any leading axes (batch, heads).
"""

import math
from collections.abc import Callable
from itertools import zip_longest
from types import ModuleType
from typing import Any

from engineroom import by_type
from engineroom.arrays import Array, Params, device, floating, namespace
from engineroom.errors import DTypeError, ShapeError
from engineroom.linear import project
from engineroom.products import matmul


@by_type.dispatched
def softmax(x: Array, axis: int = -1) -> Array:
    r"""$\mathrm{softmax}(x)_i = e^{x_i} / \sum_j e^{x_j}$, along `axis`; same shape and dtype as `x`.

    Computed as $e^{x_i - m}$ with $m = \max_j x_j$: the same number, and no overflow (Goodfellow et al. 2016, Deep
    Learning, section 4.1). Raises DTypeError for integers, ShapeError for an axis that is absent or empty.

    Differs from the textbook: where every entry is $-\infty$, as when a mask hides everything, the formula is 0/0.
    Here such a row is all zeros: nothing to attend to, nothing attended to.
    """
    xp = floating(x)
    if not -x.ndim <= axis < x.ndim or x.shape[axis] == 0:
        raise ShapeError(f"softmax: no numbers along axis {axis} of shape {tuple(x.shape)}")
    largest = xp.maximum(xp.max(x, axis=axis, keepdims=True), xp.finfo(x.dtype).min)  # −∞ − (−∞) would be NaN
    e = xp.exp(x - largest)  # every entry ≤ 1
    total = xp.sum(e, axis=axis, keepdims=True)  # ≥ 1, or 0 where all is masked
    return e / xp.maximum(total, 1.0)


def scaled_dot_product(
    query: Array, key: Array, value: Array, mask: Array | None = None, scale: float | None = None
) -> tuple[Array, Array]:
    r"""$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}(QK^\top / \sqrt{d_k})\,V$, equation 1.

    query (..., n_q, d_k), key (..., n_k, d_k), value (..., n_k, d_v), floating. mask broadcasts to (..., n_q, n_k):
    boolean, True where the query may look; or floating, added to the scores. `scale` replaces $1/\sqrt{d_k}$.
    Returns the output (..., n_q, d_v) and the weights (..., n_q, n_k). A query that may look nowhere gets weights
    and output of zero. Raises ShapeError when shapes do not fit, DTypeError for non-floating arrays or an integer mask.

    Differs from the paper: the weights are returned, and the mask is any, not only the decoder's.
    """
    check_projections(query, key, value)
    weights = attention_weights(query, key, mask, scale)  # (..., n_q, n_k), rows sum to one
    return matmul(weights, value), weights  # (..., n_q, d_v)


@by_type.dispatched
def attention_weights(query: Array, key: Array, mask: Array | None = None, scale: float | None = None) -> Array:
    r"""$\mathrm{softmax}(QK^\top / \sqrt{d_k})$: how much each query (..., n_q, d_k) looks at each key (..., n_k, d_k), (..., n_q, n_k).

    mask and scale as in scaled_dot_product, of which this is the first half. Raises ShapeError for a mask that does not fit, DTypeError for
    an integer one.
    """
    scores = matmul(query, key.mT)  # (..., n_q, n_k)
    scores = scores * (1 / math.sqrt(key.shape[-1]) if scale is None else scale)
    return softmax(scores if mask is None else masked(scores, mask))


def check_projections(query: Array, key: Array, value: Array) -> ModuleType:
    """The namespace of query (..., n_q, d_k), key (..., n_k, d_k), value (..., n_k, d_v), once they fit. Raises ShapeError, DTypeError."""
    xp = floating(query, "query", ndim=2)
    floating(key, "key", ndim=2)
    floating(value, "value", ndim=2)
    if query.shape[-1] != key.shape[-1]:
        raise ShapeError(f"query {tuple(query.shape)} and key {tuple(key.shape)} must agree in the last axis, d_k")
    if value.shape[-2] != key.shape[-2]:
        raise ShapeError(f"key {tuple(key.shape)} and value {tuple(value.shape)} must agree in n_k, the axis before last")
    leading = [tuple(a.shape[:-2]) for a in (query, key, value)]
    if not leading[0] == leading[1] == leading[2] and any(
        len({*at} - {1}) > 1 for at in zip_longest(*(s[::-1] for s in leading), fillvalue=1)
    ):
        shapes = ", ".join(f"{name} {tuple(a.shape)}" for name, a in (("query", query), ("key", key), ("value", value)))
        raise ShapeError(f"{shapes} do not broadcast: before the last two, their axes must agree, or be 1")
    return xp


def masked(scores: Array, mask: Array) -> Array:
    r"""The scores (..., n_q, n_k) with $-\infty$ where a boolean mask is False, or with a floating mask added.

    Raises ShapeError for a mask that does not broadcast to the scores, DTypeError for an integer one.
    """
    if check_mask(mask, tuple(scores.shape)).isdtype(mask.dtype, "bool"):
        xp = namespace(scores)
        return xp.where(mask, scores, xp.asarray(-math.inf, dtype=scores.dtype, device=device(scores)))
    return scores + mask


def check_mask(mask: Array, shape: tuple[int, ...]) -> ModuleType:
    """The namespace of a boolean or floating mask that broadcasts to scores of this shape. Raises ShapeError, DTypeError."""
    xp = namespace(mask, "mask")
    if len(mask.shape) > len(shape) or any(m not in (1, s) for m, s in zip(mask.shape[::-1], shape[::-1])):
        raise ShapeError(f"mask {tuple(mask.shape)} does not broadcast to the scores' shape {shape}")
    if not xp.isdtype(mask.dtype, ("bool", "real floating")):
        raise DTypeError(f"mask must be boolean (True: may look) or floating (added to the scores), not {mask.dtype}")
    return xp


def causal_mask(n: int, xp: ModuleType, seen: int = 0, device: Any = None) -> Array:
    r"""The decoder's mask, (n, seen + n) boolean: position $i$ may look at $j$ when $j \le i$ (section 3.2.3).

    The n queries come after `seen` positions whose keys are kept. `xp` is the array library to make it with, such as `np`,
    and `device` where, as its arrays' `device` says it.
    """
    position = xp.arange(seen + n, device=device)
    return position[None, :] <= position[seen:, None]


def split_heads(x: Array, n_heads: int) -> Array:
    """Cut the last axis into heads: (..., n, h·d_head) → (..., h, n, d_head).

    Raises ShapeError when the last axis is no multiple of n_heads.
    """
    xp = floating(x, ndim=2)
    *batch, n, d_model = x.shape
    if n_heads < 1 or d_model % n_heads:
        raise ShapeError(f"{d_model} dimensions cannot be cut into {n_heads} equal heads")
    if n == 1:  # nothing to move, and every token that is written comes this way
        return xp.reshape(x, (*batch, n_heads, 1, d_model // n_heads))
    return _swapped(xp.reshape(x, (*batch, n, n_heads, d_model // n_heads)), xp)  # (..., h, n, d_head)


def merge_heads(x: Array) -> Array:
    """Lay the heads side by side again: (..., h, n, d_head) → (..., n, h·d_head). The inverse of split_heads."""
    xp = floating(x, ndim=3)
    *batch, n_heads, n, d_head = x.shape
    return xp.reshape(x if n == 1 else _swapped(x, xp), (*batch, n, n_heads * d_head))


def _swapped(x: Array, xp: ModuleType) -> Array:
    """(..., a, b, c) → (..., b, a, c)."""
    before = x.ndim - 3
    return xp.permute_dims(x, (*range(before), before + 1, before, before + 2))


def heads(
    x: Array,
    params: Params,
    n_heads: int,
    mask: Array | None = None,
    source: Array | None = None,
    rotate: Callable[[Array], Array] | None = None,
    cache: Callable[[Array, Array], tuple[Array, Array]] | None = None,
    attend: Callable = scaled_dot_product,
) -> tuple[Array, Array]:
    r"""What each head computes alone: $\mathrm{head}_i = \mathrm{Attention}(xW^Q_i, sW^K_j, sW^V_j)$, section 3.2.2.

    x (..., n, d_model); params {"query", "key", "value"}, each {"weight": (h·d_head, d_model), "bias": (h·d_head,)},
    the heads' matrices stacked; mask as in scaled_dot_product. $s$ is x, or `source` (..., n_k, d_model) where keys and values
    come from elsewhere (cross-attention). Key and value may have fewer heads than the query: each then serves a group of
    neighbouring query heads (grouped-query attention: Ainslie et al. 2023, arXiv 2305.13245; with one, multi-query: Shazeer
    2019, arXiv 1911.02150). `rotate` turns queries and keys by their positions; `cache` takes the new keys and values and
    returns all there are; `attend` replaces scaled_dot_product. Returns (..., h, n, d_head) and weights (..., h, n, n_k), or what
    else `attend` returned for each query. Raises MissingTensor, ShapeError, DTypeError.

    Differs from the paper: projections have a bias, as in BERT and GPT-2; leave "bias" out for none.
    """
    source = x if source is None else source
    query = split_heads(project(x, params, "query"), n_heads)  # (..., h, n, d_head)
    key, value = project(source, params, "key"), project(source, params, "value")
    n_groups = _key_heads(key, query.shape[-1])
    key, value = split_heads(key, n_groups), split_heads(value, n_groups)  # (..., g, n_k, d_head)
    if rotate is not None:
        query, key = rotate(query), rotate(key)
    if cache is not None:
        key, value = cache(key, value)
    return grouped(query, key, value, mask, attend)


def _key_heads(key: Array, d_head: int) -> int:
    rows = key.shape[-1]
    if rows % d_head:
        raise ShapeError(f"the key's {rows} rows cannot be cut into heads of the query's {d_head} numbers")
    return rows // d_head


def grouped(
    query: Array, key: Array, value: Array, mask: Array | None = None, attend: Callable = scaled_dot_product
) -> tuple[Array, Array]:
    """scaled_dot_product where h query heads share g key and value heads, h/g neighbours each.

    query (..., h, n, d_k), key (..., g, n_k, d_k), value (..., g, n_k, d_v). `attend` replaces scaled_dot_product: it takes query, key,
    value and mask, and returns the output and one more array, with the query's leading axes. Returns (..., h, n, d_v) and weights
    (..., h, n, n_k), or the heads of that array. Raises ShapeError when g does not divide h.
    """
    floating(query, "query", ndim=3)
    h, g = query.shape[-3], key.shape[-3]
    if h == g:
        return attend(query, key, value, mask)
    if g < 1 or h % g:
        raise ShapeError(f"{h} query heads cannot share {g} key heads equally")
    batch = tuple(query.shape[:-3])
    query = namespace(query).reshape(query, (*batch, g, h // g, *query.shape[-2:]))  # (..., g, h/g, n, d_k)
    if mask is not None and mask.ndim >= 3:  # one for each head
        mask = (
            mask[..., None, :, :] if mask.shape[-3] == 1 else namespace(mask).reshape(mask, (*mask.shape[:-3], g, h // g, *mask.shape[-2:]))
        )
    output, weights = attend(query, key[..., None, :, :], value[..., None, :, :], mask)  # (..., g, h/g, n, d_v), (..., g, h/g, n, n_k)
    output, weights = (namespace(a).reshape(a, (*batch, h, *a.shape[len(batch) + 2 :])) for a in (output, weights))
    return output, weights


def multi_head(x: Array, params: Params, n_heads: int, mask: Array | None = None, **options: Any) -> tuple[Array, Array]:
    r"""$\mathrm{MultiHead}(x) = \mathrm{Concat}(\mathrm{head}_1, \dots, \mathrm{head}_h)\,W^O$, section 3.2.2.

    As `heads`, and params["output"] is $W^O$: {"weight": (d_model, h·d_head), "bias": (d_model,)}.
    Returns (..., n, d_model) and every head's weights (..., h, n, n_k). Raises MissingTensor, ShapeError, DTypeError.
    """
    outputs, weights = heads(x, params, n_heads, mask, **options)  # (..., h, n, d_head)
    return project(merge_heads(outputs), params, "output"), weights  # (..., n, d_model)
