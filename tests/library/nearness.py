"""Golden arrays for any library, and comparing what it makes of them with NumPy's."""

from types import ModuleType
from typing import Any

import array_api_strict
import numpy as np

import tracing
from engineroom.grad import Tensor

CPU = array_api_strict.Device("CPU_DEVICE")


def host(array: Any) -> np.ndarray:
    """`array` as NumPy's, wherever it is."""
    if isinstance(array, Tensor):
        array = array.data
    if isinstance(array, tracing.Traced):
        array = array.held
    return np.asarray(array.to_device(CPU) if type(array).__module__.startswith("array_api_strict") else array)


def worst(actual: Any, expected: np.ndarray) -> float:
    """The largest absolute difference; shapes must be the same, and nothing may be NaN."""
    actual = host(actual)
    assert actual.shape == expected.shape
    assert not np.isnan(expected).any() and not np.isnan(actual).any()
    return float(np.abs(actual - expected).max(initial=0))


def nested(arrays: dict[str, np.ndarray], prefix: str, xp: ModuleType) -> dict[str, Any]:
    """The parameters among golden `arrays`: names after `prefix` that end in weight or bias, nested at their dots."""
    params: dict[str, Any] = {}
    for name, array in arrays.items():
        if name.startswith(prefix) and name.endswith(("weight", "bias")):
            *parents, leaf = name.removeprefix(prefix).split(".")
            here = params
            for parent in parents:
                here = here.setdefault(parent, {})
            here[leaf] = xp.asarray(array)
    return params
