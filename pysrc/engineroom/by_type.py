"""One equation for all arrays, and for some types of array a way of its own to the same numbers.

`@by_type.dispatched` lets an equation be asked by type; `register` says who else computes it. The equation stays what it is, and what is
registered computes the same: faster, or with its derivative known as a whole.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

_WAYS: dict[Callable, dict[type, Callable]] = {}  # of each dispatched function: as registered, a later one first


def dispatched[**P, R](equation: Callable[P, R]) -> Callable[P, R]:
    """The equation, which from now on asks the types of its arguments first. The equation alone is its `__wrapped__`."""
    ways: dict[type, Callable] = {}
    asked: dict[type, Callable | None] = {}

    @wraps(equation)
    def chosen(*args: P.args, **kwargs: P.kwargs) -> R:
        if ways:
            for argument in (*args, *kwargs.values()) if kwargs else args:
                kind = type(argument)
                way = asked[kind] if kind in asked else asked.setdefault(kind, _fitting(ways, kind))
                if way is not None:
                    found = way(*args, **kwargs)
                    if found is not NotImplemented:
                        return found
                    break
        return equation(*args, **kwargs)

    chosen.asked = asked  # type: ignore[attr-defined]
    _WAYS[chosen] = ways
    return chosen


def register(function: Callable, kind: type, way: Callable) -> None:
    """From now on `way` computes `function` where an argument is of this type, or one derived from it: same arguments, same result.

    Where the first such argument's way returns NotImplemented, the equation computes. Raises KeyError for a function that is not dispatched.
    """
    ways = _WAYS[function]
    ways.pop(kind, None)
    ways[kind] = way
    function.asked.clear()  # type: ignore[attr-defined]


def forget(kind: type) -> None:
    """From now on nothing computes in a way of its own for arrays of this type: every equation is taken as it stands."""
    for function, ways in _WAYS.items():
        ways.pop(kind, None)
        function.asked.clear()  # type: ignore[attr-defined]


def registered(kind: type) -> dict[Callable, Callable]:
    """The functions that have a way of their own for arrays of this type, and what it is."""
    return {function: ways[kind] for function, ways in _WAYS.items() if kind in ways}


def _fitting(ways: dict[type, Callable], kind: type) -> Any:
    return next((way for of, way in reversed(ways.items()) if issubclass(kind, of)), None)
