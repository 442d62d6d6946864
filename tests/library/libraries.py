"""Array libraries to run the equations on, each with the device and the dtype that what is made must have."""

import os
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")  # each runs once

import array_api_strict
import numpy as np
import pytest

import tracing
from engineroom import arrays
from engineroom.grad import Tensor
from nearness import host


class Library(NamedTuple):
    """`library(values)` is an array of it, on its device: numbers in `real`, integers in the library's own."""

    xp: Any
    device: Any
    real: Any
    kind: type

    def __call__(self, values: Any) -> Any:
        values = np.asarray(values)
        return self.xp.asarray(values, dtype=self.real if values.dtype.kind == "f" else None, device=self.device)

    def check(self, array: Any) -> np.ndarray:
        """`array` on the host, once it is known to be an array of this library, on its device, and no wider than what went in."""
        assert isinstance(array, self.kind), f"{type(array).__module__}.{type(array).__name__}"
        assert arrays.device(array) in (None, self.device) or self.device == "cpu", arrays.device(array)
        assert not self.xp.isdtype(array.dtype, "real floating") or array.dtype == self.real, array.dtype
        return host(array)


def numpy(real: Any = np.float32) -> Library:
    return Library(np, "cpu", real, np.ndarray | np.generic)


def strict(device: str, real: Any = array_api_strict.float32) -> Library:
    there = array_api_strict.Device(device)
    return Library(array_api_strict, there, real, type(array_api_strict.asarray(0, device=there)))


def traced() -> Library:
    return Library(tracing.NAMESPACE, tracing.DEVICE, array_api_strict.float32, tracing.Traced)


def jax() -> Library:
    import jax

    return Library(jax.numpy, jax.devices("cpu")[0], jax.numpy.float32, jax.Array)


class Differentiable(Library):
    """Of another library's numbers: `library(values)` makes leaves of real ones, arrays of others."""

    def __call__(self, values: Any) -> Any:
        values = np.asarray(values)
        array = self.xp.asarray(values, dtype=self.real if values.dtype.kind == "f" else None, device=self.device)
        return Tensor(array) if values.dtype.kind == "f" else array


def tensors(of: Library) -> Library:
    xp = arrays.namespace(Tensor(of(0.0)[()] if of.xp is not np else np.zeros((), of.real)))
    return Differentiable(xp, of.device, of.real, Tensor | of.kind)


def torch() -> Library:
    found = pytest.importorskip("torch", reason="PyTorch is not installed: it is no part of requirements.lock, for its size")
    from array_api_compat import torch as xp

    return Library(xp, found.device("cpu"), found.float32, found.Tensor)


LIBRARIES: dict[str, Callable[[], Library]] = {
    "numpy": numpy,
    "strict, another device": lambda: strict("device1"),
    "strict, no float64": lambda: strict("no_float64"),
    "traced": traced,
    "jax": jax,
    "torch": torch,
    "tensors of numpy": lambda: tensors(numpy()),
    "tensors of traced": lambda: tensors(traced()),
}


class Elsewhere(ModuleType):
    """A library whose creation functions make what they make on one device, if nothing else is said."""

    CREATION = ("arange", "asarray", "empty", "eye", "full", "linspace", "ones", "zeros")

    def __init__(self, xp: ModuleType, device: Any):
        super().__init__(xp.__name__)
        self._xp, self._device = xp, device

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._xp, name)
        if name not in self.CREATION:
            return found
        return lambda *args, **kwargs: found(*args, **kwargs | {"device": kwargs.get("device") or self._device})


def leaves(value: Any) -> Iterator[Any]:
    """What a result is made of: the entries of tuples, lists and mappings, of models' caches and weights, one by one."""
    if isinstance(value, dict):
        value = tuple(value.values())
    elif fields := [name for name in ("layers", "key", "value", "q", "scale") if hasattr(value, name)]:
        value = tuple(getattr(value, name) for name in fields)
    if isinstance(value, tuple | list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value
