"""Rules of functions that work number by number."""

import math
from typing import Any

from engineroom.arrays import Array
from engineroom.arrays import namespace as of

LN2, LN10 = math.log(2), math.log(10)


def only(where: Array, g: Array) -> Array:
    """g where `where` is True, zero elsewhere."""
    xp = of(g)
    return xp.where(where, g, xp.zeros_like(g))


def winner(g: Array, mine: Array, other: Array, wins: Array) -> Array:
    """The gradient of the larger or smaller of two: half of it on a tie, as PyTorch and JAX have it."""
    xp = of(g)
    return xp.where(mine == other, 0.5 * g, only(wins, g))


def _power(g: Array, a: Array, b: Any) -> Array:
    if isinstance(b, int | float):
        return g * b * a ** (b - 1) if b else 0 * g
    xp = of(g)
    none = b == 0
    safe = xp.where(none, xp.ones_like(b), b)
    return only(~none, g * safe * a ** (safe - 1))


def _exponent(g: Array, y: Array, a: Any) -> Array:
    if isinstance(a, int | float):
        return g * y * (math.log(a) if a > 0 else 0.0)
    xp = of(g)
    return g * y * xp.log(xp.where(a > 0, a, xp.ones_like(a)))


RULES = {
    # of two numbers
    "add": (lambda g, y, a, b: g, lambda g, y, a, b: g),
    "subtract": (lambda g, y, a, b: g, lambda g, y, a, b: -g),
    "multiply": (lambda g, y, a, b: g * b, lambda g, y, a, b: g * a),
    "divide": (lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b),
    "pow": (lambda g, y, a, b: _power(g, a, b), lambda g, y, a, b: _exponent(g, y, a)),
    "maximum": (lambda g, y, a, b: winner(g, a, b, a > b), lambda g, y, a, b: winner(g, b, a, b > a)),
    "minimum": (lambda g, y, a, b: winner(g, a, b, a < b), lambda g, y, a, b: winner(g, b, a, b < a)),
    "atan2": (lambda g, y, a, b: g * b / (a * a + b * b), lambda g, y, a, b: -g * a / (a * a + b * b)),
    "hypot": (lambda g, y, a, b: g * a / y, lambda g, y, a, b: g * b / y),
    "logaddexp": (lambda g, y, a, b: g * of(g).exp(a - y), lambda g, y, a, b: g * of(g).exp(b - y)),
    "where": (None, lambda g, y, c, a, b: only(c, g), lambda g, y, c, a, b: only(~c, g)),
    # of one
    "negative": (lambda g, y, x: -g,),
    "positive": (lambda g, y, x: g,),
    "abs": (lambda g, y, x: g * of(g).sign(x),),
    "square": (lambda g, y, x: g * (2 * x),),
    "sqrt": (lambda g, y, x: g * 0.5 / y,),
    "reciprocal": (lambda g, y, x: -g * y * y,),
    "exp": (lambda g, y, x: g * y,),
    "expm1": (lambda g, y, x: g * (y + 1),),
    "log": (lambda g, y, x: g / x,),
    "log1p": (lambda g, y, x: g / (1 + x),),
    "log2": (lambda g, y, x: g / (x * LN2),),
    "log10": (lambda g, y, x: g / (x * LN10),),
    "sin": (lambda g, y, x: g * of(g).cos(x),),
    "cos": (lambda g, y, x: -g * of(g).sin(x),),
    "tan": (lambda g, y, x: g * (1 + y * y),),
    "asin": (lambda g, y, x: g / of(g).sqrt(1 - x * x),),
    "acos": (lambda g, y, x: -g / of(g).sqrt(1 - x * x),),
    "atan": (lambda g, y, x: g / (1 + x * x),),
    "sinh": (lambda g, y, x: g * of(g).cosh(x),),
    "cosh": (lambda g, y, x: g * of(g).sinh(x),),
    "tanh": (lambda g, y, x: g * (1 - y * y),),
    "asinh": (lambda g, y, x: g / of(g).sqrt(1 + x * x),),
    "acosh": (lambda g, y, x: g / of(g).sqrt(x * x - 1),),
    "atanh": (lambda g, y, x: g / (1 - x * x),),
}
