"""An array that refuses what a traced array, or one on a GPU, cannot do: its values are never read, and it is never written to.

It computes as it goes, with array-api-strict on the device that has no float64, and takes nothing but arrays of its own and Python's
numbers. There is no `__array__` and no `__setitem__`.
"""

from collections.abc import Callable
from typing import Any

import array_api_strict as strict

DEVICE = strict.Device("no_float64")
READING = {"nonzero", "unique_all", "unique_counts", "unique_inverse", "unique_values", "from_dlpack"}  # shapes that follow from values


class Traced:
    __array_ufunc__ = None  # or NumPy's arrays would take each of our numbers alone

    def __init__(self, held: Any):
        self.held = held

    def __array_namespace__(self, api_version: str | None = None) -> "Namespace":
        return NAMESPACE

    shape = property(lambda self: self.held.shape)
    ndim = property(lambda self: self.held.ndim)
    size = property(lambda self: self.held.size)
    dtype = property(lambda self: self.held.dtype)
    device = property(lambda self: self.held.device)
    T = property(lambda self: Traced(self.held.T))
    mT = property(lambda self: Traced(self.held.mT))

    def __getitem__(self, key: Any) -> "Traced":
        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, Traced) and part.dtype == strict.bool:
                raise TypeError("the shape of x[mask] follows from the mask's values")
        return Traced(self.held[unwrap(key)])

    def _refused(self, *_: Any) -> Any:
        raise TypeError("a traced array's values are not read")

    __bool__ = __float__ = __int__ = __index__ = __complex__ = __iter__ = __len__ = __contains__ = _refused


def _operator(name: str) -> Callable:
    def apply(self: Traced, *others: Any) -> Traced:
        if any(not isinstance(other, Traced | bool | int | float | complex) for other in others):
            return NotImplemented  # of another library's, which may know this one's: else Python raises
        return Traced(getattr(self.held, name)(*map(unwrap, others)))

    return apply


for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"):
    setattr(Traced, f"__{name}__", _operator(f"__{name}__"))
    setattr(Traced, f"__r{name}__", _operator(f"__r{name}__"))
for name in ("neg", "pos", "abs", "invert", "lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Traced, f"__{name}__", _operator(f"__{name}__"))


class Namespace:
    """The standard's names, for Traced. Creation functions make what they make where they are told to, else on another device."""

    def __getattr__(self, name: str) -> Any:
        if name in READING:
            raise AttributeError(f"{name}: its result's shape follows from values")
        found = getattr(strict, name)
        return _wrapped(found) if callable(found) and not isinstance(found, type) and name != "__array_namespace_info__" else found


def _wrapped(function: Callable) -> Callable:
    return lambda *args, **kwargs: wrap(function(*map(unwrap, args), **{key: unwrap(value) for key, value in kwargs.items()}))


def unwrap(value: Any) -> Any:
    if isinstance(value, Traced):
        return value.held
    return type(value)(map(unwrap, value)) if type(value) in (list, tuple) else value


def wrap(value: Any) -> Any:
    if type(value) is type(_ONE):
        return Traced(value)
    return tuple(map(wrap, value)) if isinstance(value, list | tuple) else value


_ONE = strict.asarray(1.0, device=DEVICE, dtype=strict.float32)
NAMESPACE = Namespace()
