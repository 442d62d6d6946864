"""One definition for every array library: functions ask their input which library it belongs to.

The Python Array API standard gives NumPy, PyTorch, JAX, CuPy and this project's own arrays one set of names.
https://data-apis.org/array-api/2023.12/

What is made, is made on the device of what came in, and of dtypes that came in. What needs more digits than a device may have, as RoPE's
angles do, is computed with NumPy and then brought there. An array's values are not read, unless they are NumPy's own.
"""

import math
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from engineroom.errors import DTypeError, MissingTensor, ShapeError

type Array = Any  # any object of an Array API namespace
type Params = Mapping[str, Any]  # nested: {"query": {"weight": array, "bias": array}, …}


_KNOWN: dict[type, ModuleType] = {}  # NumPy answers with an import, and a step of a model asks a thousand times


def namespace(x: Array, name: str = "x") -> ModuleType:
    """The Array API namespace (`np`, …) of `x`; `name` is what the error calls it.

    Raises DTypeError when `x` is not an array: a list, a number, None.
    """
    if (known := _KNOWN.get(type(x))) is not None:
        return known
    if hasattr(x, "__array_namespace__"):
        xp = x.__array_namespace__()
        if type(x) is getattr(xp, "ndarray", None):  # the library's own arrays all answer the same; those that wrap others may not
            _KNOWN[type(x)] = xp
        return xp
    try:
        from array_api_compat import array_namespace  # knows the arrays that do not say themselves, as PyTorch's

        return array_namespace(x)
    except (ImportError, TypeError):
        raise DTypeError(f"{name} must be an array, not {type(x).__name__}: wrap it in np.asarray(…)") from None


def floating(x: Array, name: str = "x", ndim: int = 1) -> ModuleType:
    """The namespace of `x`, once it is known to hold real floating-point numbers in at least `ndim` axes.

    Raises DTypeError for other numbers, ShapeError for fewer axes.
    """
    xp = _KNOWN.get(type(x)) or namespace(x, name)
    if (xp, x.dtype) not in _REAL and not _is_real(xp, x):
        raise DTypeError(f"{name} must hold floating-point numbers, not {x.dtype}: try {name} * 1.0")
    if x.ndim < ndim:
        raise ShapeError(f"{name} needs at least {ndim} axes; its shape is {tuple(x.shape)}")
    return xp


_REAL: set[tuple[Any, Any]] = set()  # namespaces, and dtypes of theirs known to be floating


def _is_real(xp: ModuleType, x: Array) -> bool:
    if real := xp.isdtype(x.dtype, "real floating"):
        _REAL.add((xp, x.dtype))
    return real


def device(x: Array) -> Any:
    """Where `x` is, as creation functions take it; None, the library's own choice, for what does not say: JAX's arrays while it traces."""
    return getattr(x, "device", None)


def on_host(x: Array) -> bool:
    """Whether `x` is NumPy's own, whose values can be read at no cost."""
    return type(x).__module__ == "numpy"


def placed(array: Array, like: Array, dtype: Any = None) -> Array:
    """`array`, NumPy's or of like's library, as an array of that library where `like` is, in `dtype`.

    None: its own, or for NumPy's integers the library's, which may have fewer bits.
    """
    xp = namespace(like)
    if namespace(array) is not xp:
        if dtype is None and on_host(array) and array.dtype.kind in "iu":
            array = array.tolist()
        return xp.asarray(array, dtype=dtype, device=device(like))
    return array if dtype is None or array.dtype == dtype else xp.astype(array, dtype)


def count(x: Array) -> int:
    """How many numbers x holds; PyTorch's arrays have a function where the standard has `size`."""
    return math.prod(x.shape)


def widest(x: Array) -> Any:
    """The dtype of most digits that there is for real numbers where `x` is: float64, on some devices float32."""
    xp = namespace(x)
    if not hasattr(xp, "__array_namespace_info__"):  # NumPy 2.0
        return xp.float64
    return xp.__array_namespace_info__().dtypes(device=device(x), kind="real floating").get("float64", xp.float32)


def indices(ids: Any, like: Array, size: int, ndim: int = 0) -> Array:
    """Integers from 0 to size − 1, (...,), as an array of like's library, on its device.

    ids is a sequence of integers, nested for more axes, or an array. What Python or NumPy holds is checked: raises ShapeError for none, for
    rows of unequal length, for fewer than `ndim` axes, and naming the first number outside; DTypeError for what are no integers. The values of other arrays are not read.
    """
    xp = namespace(like)
    if hasattr(ids, "dtype"):
        if not namespace(ids, "ids").isdtype(ids.dtype, "integral"):
            raise DTypeError(f"ids must be integers, not {ids.dtype}")
        numbers = ids.reshape(-1).tolist() if on_host(ids) else []
        ids = placed(ids, like)
    else:
        ids, numbers = _nested(ids)
        ids = xp.asarray(ids, device=device(like))
    if ids.ndim < ndim:
        raise ShapeError(f"ids need at least {ndim} {'axis' if ndim == 1 else 'axes'}: put a single id in a list")
    if 0 in ids.shape:
        raise ShapeError("at least one id is needed")
    wrong = next((number for number in numbers if not 0 <= number < size), None)
    if wrong is not None:
        raise ShapeError(f"id {wrong} is outside the vocabulary of {size}")
    return ids


def _nested(ids: Any) -> tuple[Any, list[int]]:
    """`ids` in Python's own integers, and all of them in one list."""
    if hasattr(ids, "__index__"):
        number = ids.__index__()
        return number, [number]
    try:
        if isinstance(ids, str | bytes) or hasattr(ids, "_fields"):  # a text, or a token as a tokenizer names it
            raise TypeError
        rows = [_nested(row) for row in ids]
    except TypeError:
        raise DTypeError("ids must be integers: [token.id for token in tokens]") from None
    if len({len(numbers) for _, numbers in rows}) > 1 or len({isinstance(row, int) for row, _ in rows}) > 1:
        raise ShapeError("rows of ids must be equally long")
    return [row for row, _ in rows], [number for _, numbers in rows for number in numbers]


def cumulative_sum(x: Array) -> Array:
    r"""$y_i = \sum_{j \le i} x_j$ along the last axis. NumPy has the standard's name for it since 2.1; the page has 2.0."""
    xp = namespace(x)
    return xp.cumulative_sum(x, axis=-1) if hasattr(xp, "cumulative_sum") else xp.cumsum(x, axis=-1)


def parameter(params: Params, path: str) -> Any:
    """The entry of nested `params` at a dotted `path`, as in `"attention.self.query"`.

    Raises MissingTensor naming the first part that is absent, and what is there instead.
    """
    here: Any = params
    try:
        for key in path.split("."):
            here = here[key]
        return here
    except (LookupError, TypeError):
        raise _missing(params, path) from None


def _missing(params: Params, path: str) -> MissingTensor:
    here, parts, depth = params, path.split("."), 0
    while isinstance(here, Mapping) and parts[depth] in here:
        here, depth = here[parts[depth]], depth + 1
    where = ".".join(parts[:depth]) or "params"
    there = ", ".join(map(str, here)) if isinstance(here, Mapping) else type(here).__name__
    return MissingTensor(f"{path}: {where} has no {parts[depth]!r}; it has {there or 'nothing'}")
