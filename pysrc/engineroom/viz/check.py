"""Input checks shared by the figures: a wrong shape is one sentence, not a blank drawing."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from engineroom.errors import DTypeError, ShapeError

type Numbers = Any  # whatever np.asarray makes an array of: arrays, lists of lists


def numbers(values: Numbers, name: str, ndim: int) -> np.ndarray:
    """`values` as a float64 array of `ndim` axes. Raises DTypeError, ShapeError."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DTypeError(f"{name} must be numbers in a regular array: {error}") from None
    if array.ndim != ndim:
        raise ShapeError(f"{name} must have {ndim} {'axis' if ndim == 1 else 'axes'}, not shape {array.shape}")
    if array.size == 0:
        raise ShapeError(f"{name} is empty: shape {array.shape}")
    return array


def finite(array: np.ndarray, name: str) -> np.ndarray:
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise ShapeError(f"{name} has {bad} value{'s' * (bad > 1)} that cannot be drawn (NaN or infinite)")
    return array


def labels(names: Iterable[object] | None, count: int, what: str) -> list[str]:
    """One label per row or column. Raises ShapeError."""
    names = [str(name) for name in (range(count) if names is None else names)]
    if len(names) != count:
        raise ShapeError(f"{count} {what} but {len(names)} labels")
    return names


def rounded(value: float) -> float:
    """Four significant digits: what a figure can show, and a small spec."""
    return float(f"{value:.4g}")
