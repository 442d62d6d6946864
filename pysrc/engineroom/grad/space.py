"""The namespace of Tensors, made from the table of rules and the namespace of the arrays they hold."""

from collections.abc import Callable
from typing import Any

from engineroom.arrays import count
from engineroom.errors import TapeError
from engineroom.grad.rules import RULES

CONSTANT = {  # of a Tensor they give what has no gradient, or whose gradient is zero wherever it has one
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "isnan", "isinf", "isfinite", "signbit", "nextafter"),
    *("all", "any", "argmax", "argmin", "argsort", "searchsorted", "count_nonzero", "nonzero", "logical_and", "logical_not", "logical_or"),
    *("logical_xor", "sign", "round", "floor", "ceil", "trunc", "floor_divide"),
    *("zeros_like", "ones_like", "full_like", "empty_like", "isdtype", "result_type", "can_cast", "finfo", "iinfo"),
}
ALIASES = {  # NumPy's older names
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
    "absolute": "abs",
    "power": "pow",
    "true_divide": "divide",
    "concatenate": "concat",
    "amax": "max",
    "amin": "min",
}


class Space:
    """What `arrays.namespace(tensor)` is: the names of `xp`, the namespace of the arrays that Tensors of this kind hold.

    `apply(name, function, args, kwargs)` computes and records. What has a rule is differentiated; what has no gradient gives `xp`'s own
    arrays, as creation does; everything else refuses a Tensor by name.
    """

    def __init__(self, xp: Any, apply: Callable[..., Any], kind: type):
        self._xp, self._apply, self._kind = xp, apply, kind
        self.__name__ = f"engineroom.grad over {xp.__name__}" if hasattr(xp, "__name__") else "engineroom.grad"

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__array_namespace_info__":
            raise AttributeError(name)
        found = self._made(name)
        setattr(self, name, found)  # asked once
        return found

    def _made(self, name: str) -> Any:
        known = ALIASES.get(name, name)
        if known in COMPOSED:
            return lambda *args, **kwargs: COMPOSED[known](self, *args, **kwargs)
        there = getattr(self._xp, name)
        if known in RULES:
            return lambda *args, **kwargs: self._apply(known, there, args, kwargs)
        if not callable(there) or isinstance(there, type):
            return there
        if known in CONSTANT:
            return lambda *args, **kwargs: there(*map(self._data, args), **{key: self._data(value) for key, value in kwargs.items()})
        return self._guarded(name, there)

    def _guarded(self, name: str, function: Callable) -> Callable:
        def call(*args: Any, **kwargs: Any) -> Any:
            if any(self._holds(value) for value in (*args, *kwargs.values())):
                raise TapeError(f"{name} has no rule for its gradient: use another function, or tensor.data where no gradient is needed")
            return function(*args, **kwargs)

        return call

    def _holds(self, value: Any) -> bool:
        return isinstance(value, self._kind) or (isinstance(value, list | tuple) and any(map(self._holds, value)))

    def _data(self, value: Any) -> Any:
        return value.data if isinstance(value, self._kind) else value


def _asarray(space: Space, x: Any, /, *, dtype: Any = None, device: Any = None, copy: Any = None) -> Any:
    if not isinstance(x, space._kind):
        return space._guarded("asarray of a list of Tensors (stack makes one array of them)", space._xp.asarray)(
            x, **{name: value for name, value in {"dtype": dtype, "device": device, "copy": copy}.items() if value is not None}
        )
    return x if dtype is None or dtype == x.dtype else space.astype(x, dtype)


def _clip(space: Space, x: Any, min: Any = None, max: Any = None) -> Any:
    bound = lambda value: space._xp.asarray(value, dtype=x.dtype, device=x.device) if isinstance(value, int | float) else value
    x = x if min is None else space.maximum(x, bound(min))
    return x if max is None else space.minimum(x, bound(max))


def _variance(space: Space, x: Any, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    centred = x - space.mean(x, axis=axis, keepdims=True)
    total = space.sum(centred * centred, axis=axis, keepdims=keepdims)
    n = count(x) // max(1, count(space.mean(x, axis=axis)))
    return total / (n - correction)


# What is written by what has a rule.
COMPOSED: dict[str, Callable[..., Any]] = {
    "asarray": _asarray,
    "clip": _clip,
    "var": _variance,
    "std": lambda space, x, axis=None, correction=0.0, keepdims=False: space.sqrt(_variance(space, x, axis, correction, keepdims)),
    "unstack": lambda space, x, axis=0: tuple(space.moveaxis(x, axis, 0)[i, ...] for i in range(x.shape[axis])),
    "broadcast_arrays": lambda space, *arrays: [
        space.broadcast_to(a, space._xp.broadcast_arrays(*map(space._data, arrays))[0].shape) for a in arrays
    ],
    "transpose": lambda space, x, axes=None: space.permute_dims(x, tuple(range(x.ndim))[::-1] if axes is None else axes),  # NumPy's
}
