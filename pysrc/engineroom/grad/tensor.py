"""`Tensor`: an array that knows what it was computed from, so that the way back can be gone.

Reverse-mode differentiation: each function writes down its arguments as it computes (the tape), and `backward` walks from the loss to the
leaves, multiplying by each function's Jacobian (Griewank & Walther 2008, Evaluating Derivatives, chapter 3). A Tensor is what needs a
gradient: whatever does not is the array itself, and no record is kept of it.
"""

import itertools
import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from engineroom.arrays import Array, count, floating, namespace
from engineroom.arrays import device as device_of
from engineroom.errors import DTypeError, TapeError
from engineroom.grad import shown
from engineroom.grad.rules import LISTS, RULES
from engineroom.grad.space import ALIASES, Space
from engineroom.grad.tape import Step, walk

_number = itertools.count()
_SPACES: dict[Any, Space] = {}


class Tensor:
    """A leaf that gradients are wanted for, or what was computed from one.

        x = Tensor(np.asarray([1.0, 2.0]))
        y = x * x
        y.backward(np.ones(2))
        x.grad  # array([2., 4.])

    data: any floating-point array of the Array API. Functions of the library and of `arrays.namespace(x)` take Tensors as they take arrays,
    as NumPy's own do where the data is NumPy's. Raises DTypeError for what is no array of real floating-point numbers.
    """

    __slots__ = ("data", "grad", "number", "step")

    def __init__(self, data: Array):
        if isinstance(data, Tensor):
            raise DTypeError("a Tensor holds an array, not another Tensor: use tensor.data")
        floating(data, "the data of a Tensor", ndim=0)
        _begin(self, data, None)

    @property
    def shape(self) -> tuple[int, ...]:
        """As the data's."""
        return self.data.shape

    dtype = property(lambda self: self.data.dtype)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: count(self.data))
    device = property(lambda self: device_of(self.data))
    mT = property(lambda self: apply("matrix_transpose", namespace(self.data).matrix_transpose, (self,)))
    T = property(lambda self: self.__array_namespace__().permute_dims(self, tuple(range(self.ndim))[::-1]))

    @property
    def origin(self) -> str:
        """The function it came from, "leaf" for none."""
        return "leaf" if self.step is None else self.step.name

    def backward(self, seed: Array | None = None) -> None:
        """Write each leaf's gradient of this number to its `grad`: $\\partial y / \\partial x$, of x's shape and dtype, over what stood there.

        Where this is no single number, `seed` (its shape and dtype) says what each counts: the gradient of $\\sum_i \\text{seed}_i y_i$.
        What was recorded is used up. Raises TapeError for a second time, ShapeError and DTypeError for a seed that is absent or does not fit.
        """
        for leaf, gradient in walk(self, seed):
            leaf.grad = gradient

    def __array_namespace__(self, api_version: str | None = None) -> Any:
        xp = namespace(self.data)
        found = _SPACES.get(xp)
        return _SPACES.setdefault(xp, Space(xp, apply, Tensor)) if found is None else found

    def __array_function__(self, function: Callable, types: object, args: tuple, kwargs: dict) -> Any:
        return getattr(self.__array_namespace__(), function.__name__)(*args, **kwargs)

    def __array_ufunc__(self, function: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs:
            raise TapeError(f"np.{function.__name__} cannot write a Tensor into an array: a = a + x, not a += x")
        name = ALIASES.get(function.__name__, function.__name__)
        if name in OPERATORS:
            return apply(name, OPERATORS[name], args)
        return getattr(self.__array_namespace__(), function.__name__)(*args)

    def __getitem__(self, key: Any) -> "Tensor":
        return apply("getitem", operator.getitem, (self, key))

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TapeError(
            "a Tensor cannot be written to: what was computed from it would no longer fit. Make a new one, with where or concat"
        )

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Any:
        return (self[i, ...] for i in range(len(self.data)))

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise DTypeError("a Tensor as a plain array would lose its gradient: use tensor.data")

    __neg__ = lambda self: apply("negative", operator.neg, (self,))
    __pos__ = lambda self: self
    __abs__ = lambda self: apply("abs", operator.abs, (self,))
    __float__ = lambda self: float(self.data)
    __int__ = lambda self: int(self.data)
    __bool__ = lambda self: bool(self.data)
    __hash__ = object.__hash__
    __repr__ = shown.text
    _repr_mimebundle_ = shown.bundle


def _begin(tensor: Tensor, data: Array, step: Step | None) -> None:
    tensor.data, tensor.step, tensor.grad, tensor.number = data, step, None, next(_number)


def made(data: Array, step: Step) -> Tensor:
    """What a step gave, as a Tensor. Numbers that NumPy gives for arrays without axes are arrays again."""
    tensor = Tensor.__new__(Tensor)
    _begin(tensor, np.asarray(data) if isinstance(data, np.generic) else data, step)
    return tensor


def apply(name: str, function: Callable, args: tuple, kwargs: dict | None = None) -> Any:
    """`function` of what the Tensors among its arguments hold, recorded under the rule `name`: a Tensor, or an array where there is none.

    What the function gives that is not floating, as astype may, is an array. Raises TapeError for a Tensor among the options.
    """
    kwargs = kwargs or {}
    rule = RULES[name]
    if name in LISTS:
        listed = args[0]
        held = [data_of(a) for a in listed]
        plain = (held, *args[1:])
        wanted = [(a, rule[0], (i,)) for i, a in enumerate(listed) if isinstance(a, Tensor)]
    else:
        plain = tuple([data_of(a) for a in args])
        wanted = [(a, derivative, ()) for a, derivative in zip(args, rule) if isinstance(a, Tensor)]
    if any(isinstance(value, Tensor) for value in kwargs.values()):
        raise TapeError(f"{name} takes arrays before its options: give them by place, not by name")
    y = function(*plain, **kwargs)
    return record(name, y, wanted, plain, kwargs) if wanted else y


def record(name: str, y: Array, wanted: list, args: tuple, kwargs: dict | None = None) -> Any:
    """y as a Tensor that came from `args`: `wanted` is (parent, its derivative (*place, g, y, *args) → gradient, place) for each parent."""
    if not namespace(np.asarray(y) if isinstance(y, np.generic) else y).isdtype(y.dtype, "real floating"):
        return y
    return made(y, Step(name, wanted, args, kwargs or {}))


def data_of(value: Any) -> Any:
    """What a Tensor holds; anything else itself."""
    return value.data if isinstance(value, Tensor) else value


OPERATORS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv, "pow": operator.pow,
    "matmul": operator.matmul,
}  # fmt: skip
IN_PLACE = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "matmul": "@"}


def _give() -> None:
    """Tensor's operators, from their table."""
    for name, function in OPERATORS.items():
        python = function.__name__.strip("_")
        setattr(Tensor, f"__{python}__", lambda a, b, name=name, function=function: _operated(name, function, a, b))
        setattr(Tensor, f"__r{python}__", lambda b, a, name=name, function=function: _operated(name, function, a, b))
    for python, sign in IN_PLACE.items():
        setattr(Tensor, f"__i{python}__", _in_place(f"__{python}__", sign))
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        setattr(Tensor, f"__{compare.__name__}__", lambda a, b, compare=compare: compare(a.data, data_of(b)))


def _operated(name: str, function: Callable, a: Any, b: Any) -> Any:
    if isinstance(a, str | bytes | list | tuple | dict | None) or isinstance(b, str | bytes | list | tuple | dict | None):
        return NotImplemented
    return apply(name, function, (a, b))


def _in_place(python: str, sign: str) -> Callable:
    def change(x: Tensor, other: Any) -> Any:
        if x.step is None:
            raise TapeError(
                f"x {sign}= … on a leaf would make another Tensor and leave the leaf as it is: write y = x {sign} …, or change x.data"
            )
        return getattr(x, python)(other)

    return change


_give()
