"""Positions: attention alone does not know the order of its input. (The fourth way, RoPE, has `rope` to itself.)"""

import math
from types import ModuleType
from typing import Any

import numpy as np

from engineroom.arrays import Array, floating
from engineroom.errors import ShapeError


def learned(x: Array, table: Array) -> Array:
    r"""$x_i + P_i$: add to each position its own trained vector.

    Gehring et al. 2017 (arXiv 1705.03122, section 3.1); BERT and GPT-2 do the same.
    x (..., n, d_model), table $P$ (n_positions, d_model). Raises ShapeError when n > n_positions: such a model has
    no vector for a position it was never given.
    """
    floating(x, ndim=2)
    floating(table, "table", ndim=2)
    n = x.shape[-2]
    if n > table.shape[0]:
        raise ShapeError(f"{n} positions, but the table was trained with {table.shape[0]}: shorten the text")
    if x.shape[-1] != table.shape[1]:
        raise ShapeError(f"x {tuple(x.shape)} and table {tuple(table.shape)} must agree in the last axis, d_model")
    return x + table[:n, :]  # (..., n, d_model)


def sinusoidal(n: int, d_model: int, xp: ModuleType, start: int = 0, dtype: Any = None, device: Any = None) -> Array:
    r"""$PE_{p,2i} = \sin(p / 10000^{2i/d})$, $PE_{p,2i+1} = \cos(p / 10000^{2i/d})$: a vector for each position, (n, d_model).

    Vaswani et al. 2017, section 3.5, for positions p = start, start + 1, …. Computed in float64 with NumPy, and made an array of `xp` in
    `dtype` (None: float64, where the library has it) on `device`. Raises ShapeError for an odd d_model.
    """
    if d_model < 2 or d_model % 2:
        raise ShapeError(f"sines and cosines come in pairs: d_model = {d_model} is odd")
    p = np.arange(start, start + n, dtype=np.float64)
    angle = p[:, None] / 10000 ** (np.arange(0, d_model, 2, dtype=np.float64) / d_model)[None, :]  # (n, d_model/2)
    waves = np.reshape(np.stack([np.sin(angle), np.cos(angle)], axis=-1), (n, d_model))
    return xp.asarray(waves, dtype=dtype, device=device)


def alibi(n_heads: int, n_q: int, n_k: int, xp: ModuleType, dtype: Any = None, device: Any = None) -> Array:
    r"""$-s_h\,(i - j)$ with $s_h = 2^{-8h/n}$ for $h = 1, \dots, n$: a penalty on distance, (n_heads, n_q, n_k), and −∞ for the future.

    Press et al. 2022, arXiv 2108.12409, section 3: added to the scores of each head. The queries are the last n_q of the n_k
    positions. Where n_heads is no power of two, the slopes are those of the next smaller one, then every other one of the next
    larger (the authors' `fairseq` code). Computed and made as in `sinusoidal`.
    """
    power = 2 ** math.floor(math.log2(n_heads))
    slopes = [2 ** (-8 * h / power) for h in range(1, power + 1)]
    slopes += [2 ** (-4 * h / power) for h in range(1, 2 * (n_heads - power), 2)]
    i, j = np.arange(n_k - n_q, n_k, dtype=np.float64), np.arange(n_k, dtype=np.float64)
    distance = i[:, None] - j[None, :]  # (n_q, n_k)
    penalty = -np.asarray(slopes)[:, None, None] * np.where(distance < 0, math.inf, distance)
    return xp.asarray(penalty, dtype=dtype, device=device)
