"""Attention three ways, with one result: by whole matrices, or by tiles with the keys or the queries in the outer loop."""

import math
from types import ModuleType

from engineroom.arrays import Array
from engineroom.attention import check_projections, masked, softmax
from engineroom.errors import ShapeError
from engineroom.flash.online import Running, average, log_sum, start, step
from engineroom.flash.tiles import Look, Tiles, cut, look_for
from engineroom.flash.traffic import Traffic
from engineroom.products import matmul


def standard_attention(
    query: Array, key: Array, value: Array, mask: Array | None = None, scale: float | None = None, traffic: Traffic | None = None
) -> tuple[Array, Array]:
    """attention.scaled_dot_product in three passes over slow memory: scores, weights, output. Dao et al. 2022, algorithm 0.

    Arguments and results as there; `traffic` counts what is moved. Raises ShapeError, DTypeError.
    """
    xp, query, scale, memory = _checked(query, key, value, scale, traffic)
    scores = scale * matmul(memory.load(query), xp.matrix_transpose(memory.load(key)))
    scores = memory.store(scores if mask is None else masked(scores, memory.load(mask)))  # (..., n_q, n_k)
    weights = memory.store(softmax(memory.load(scores)))  # (..., n_q, n_k)
    return memory.store(matmul(memory.load(weights), memory.load(value))), weights


def flash_attention(
    query: Array,
    key: Array,
    value: Array,
    tiles: Tiles,
    mask: Array | Look | None = None,
    scale: float | None = None,
    traffic: Traffic | None = None,
) -> tuple[Array, Array]:
    r"""FlashAttention: keys in the outer loop, each tile of queries brought up to date again and again.

    Dao et al. 2022, algorithm 1. query (..., n_q, d_k), key (..., n_k, d_k), value (..., n_k, d_v), floating; what a tile is, in `tiles`.
    mask as in scaled_dot_product, or a function of a tile's rows and columns, as `causal` makes: what it hides altogether is skipped.
    `scale` replaces $1/\sqrt{d_k}$; `traffic` counts what is moved. Returns the output (..., n_q, d_v), zeros for a query that may look
    nowhere, and the log of the sum of exponentials, (..., n_q). Raises ShapeError, DTypeError.

    Differs from the paper: masks, which it has in its appendix B, are part of it here, and dropout is not.
    """
    xp, query, scale, memory = _checked(query, key, value, scale, traffic)
    look = look_for(mask, query, key, memory.load)
    rows = list(cut(query.shape[-2], tiles.rows))
    slow = [_store(memory, start(query[..., row, :], value.shape[-1])) for row in rows]  # O, ℓ and m live in slow memory
    for column in cut(key.shape[-2], tiles.columns):
        k, v = memory.load(key[..., column, :]), memory.load(value[..., column, :])
        for i, row in enumerate(rows):
            if (seen := look(row, column)) is not False:
                q, running = memory.load(query[..., row, :]), _load(memory, slow[i])
                slow[i] = _store(memory, step(running, _scores(q, k, scale, seen), v))
    whole = Running(*(xp.concat(parts, axis=-2) for parts in zip(*slow)))
    return whole.output, log_sum(whole)


def flash_attention_2(
    query: Array,
    key: Array,
    value: Array,
    tiles: Tiles,
    mask: Array | Look | None = None,
    scale: float | None = None,
    traffic: Traffic | None = None,
) -> tuple[Array, Array]:
    """FlashAttention-2: queries in the outer loop, so that a tile of output stays in fast memory until it is done.

    Dao 2023, algorithm 1. Arguments and results as of flash_attention. Raises ShapeError, DTypeError.
    """
    xp, query, scale, memory = _checked(query, key, value, scale, traffic)
    look = look_for(mask, query, key, memory.load)
    outputs, logs = [], []
    for row in cut(query.shape[-2], tiles.rows):
        q = memory.load(query[..., row, :])
        running = start(q, value.shape[-1])
        for column in cut(key.shape[-2], tiles.columns):
            if (seen := look(row, column)) is not False:
                k, v = memory.load(key[..., column, :]), memory.load(value[..., column, :])
                running = step(running, _scores(q, k, scale, seen), v)
        outputs.append(memory.store(average(running)))
        logs.append(memory.store(log_sum(running)))
    return xp.concat(outputs, axis=-2), xp.concat(logs, axis=-1)


def _scores(q: Array, k: Array, scale: float, seen: bool | Array) -> Array:
    scores = scale * matmul(q, k.mT)  # (..., B_r, B_c)
    return scores if seen is True else masked(scores, seen)


def _store(memory: Traffic, running: Running) -> Running:
    return Running(*map(memory.store, running._replace(output=average(running))))  # the paper keeps O divided by ℓ


def _load(memory: Traffic, stored: Running) -> Running:
    running = Running(*map(memory.load, stored))
    return running._replace(output=running.output * running.total)


def _checked(
    query: Array, key: Array, value: Array, scale: float | None, traffic: Traffic | None
) -> tuple[ModuleType, Array, float, Traffic]:
    """What the arguments mean: the query has the leading axes of all three."""
    xp = check_projections(query, key, value)
    if key.shape[-2] == 0:
        raise ShapeError("attention over no keys: n_k is 0")
    leading = xp.broadcast_arrays(*(a[..., :0, :0] for a in (query, key, value)))[0].shape[:-2]
    query = xp.broadcast_to(query, (*leading, *query.shape[-2:]))
    return xp, query, 1 / math.sqrt(key.shape[-1]) if scale is None else scale, Traffic() if traffic is None else traffic
