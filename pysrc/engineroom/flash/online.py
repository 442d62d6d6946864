r"""Softmax over scores that arrive in pieces: keep the largest and a sum, and correct both when a larger score comes.

Milakov & Gimelshein 2018, arXiv 1805.02867; with the values, Rabe & Staats 2021, arXiv 2112.05682. With $m = \max(m_1, m_2)$,
$\sum_j e^{s_j - m} = e^{m_1 - m} \sum_{j \in 1} e^{s_j - m_1} + e^{m_2 - m} \sum_{j \in 2} e^{s_j - m_2}$: nothing is approximated.
"""

import math
from typing import NamedTuple

from engineroom.arrays import Array, device, floating, namespace
from engineroom.products import matmul


class Running(NamedTuple):
    r"""All that has to be kept of the keys seen so far, for each query.

    maximum (..., n_q, 1): $m$, their largest score, $-\infty$ for none; total (..., n_q, 1): $\ell = \sum_j e^{s_j - m}$;
    output (..., n_q, d_v): $o = \sum_j e^{s_j - m} v_j$, not yet divided by $\ell$.
    """

    maximum: Array
    total: Array
    output: Array


def start(query: Array, d_v: int) -> Running:
    r"""Before any key: $m = -\infty$, $\ell = 0$, $o = 0$. query (..., n_q, d_k) gives the number of rows and the dtype."""
    xp = floating(query, "query", ndim=2)
    zeros = lambda width: xp.zeros((*query.shape[:-1], width), dtype=query.dtype, device=device(query))
    return Running(zeros(1) - math.inf, zeros(1), zeros(d_v))


def step(running: Running, scores: Array, value: Array) -> Running:
    r"""Some more keys: $m' = \max(m, \max_j s_j)$, $\ell' = e^{m-m'}\ell + \sum_j e^{s_j-m'}$, $o' = e^{m-m'}o + \sum_j e^{s_j-m'}v_j$.

    scores (..., n_q, n) of n more keys, $-\infty$ where a mask hides one; value (..., n, d_v). Dao 2023, algorithm 1, lines 9 and 10.

    Differs from the paper: line 10 prints the inverse of the output's correction; it has to be $e^{m - m'}$, as in line 9.
    """
    xp = namespace(scores, "scores")
    maximum = xp.maximum(running.maximum, xp.max(scores, axis=-1, keepdims=True))  # (..., n_q, 1)
    largest = xp.where(maximum == -math.inf, xp.zeros_like(maximum), maximum)  # −∞ − (−∞) would be NaN
    correction = xp.exp(running.maximum - largest)  # (..., n_q, 1), at most 1
    p = xp.exp(scores - largest)  # (..., n_q, n), every entry ≤ 1
    total = correction * running.total + xp.sum(p, axis=-1, keepdims=True)
    return Running(maximum, total, correction * running.output + matmul(p, value))


def average(running: Running) -> Array:
    r"""$o / \ell$: the values' weighted average over the keys seen so far, (..., n_q, d_v). Zeros where none was seen."""
    return running.output / _divisor(running.total)


def log_sum(running: Running) -> Array:
    r"""$L = m + \ln \ell = \ln \sum_j e^{s_j}$, (..., n_q); $-\infty$ where nothing was seen.

    From it every weight can be had again, $e^{s_j - L}$, so that a backward pass needs no more (Dao 2023, section 3.1.1).
    """
    xp = namespace(running.total, "total")
    return (running.maximum + xp.log(_divisor(running.total)))[..., 0]


def _divisor(total: Array) -> Array:
    xp = namespace(total, "total")
    return xp.where(total == 0, xp.ones_like(total), total)  # ≥ 1, or 0 where nothing was seen
