"""Positions: attention alone does not know the order of its input."""

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
