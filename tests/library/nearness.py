"""Comparing arrays of any library with NumPy's."""

from typing import Any

import numpy as np


def worst(actual: Any, expected: np.ndarray) -> float:
    """The largest absolute difference; shapes must be the same, and nothing may be NaN."""
    actual = np.asarray(actual)
    assert actual.shape == expected.shape
    assert not np.isnan(expected).any() and not np.isnan(actual).any()
    return float(np.abs(actual - expected).max(initial=0))
