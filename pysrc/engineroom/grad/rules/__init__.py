"""The derivatives: one table, from a function's name in the Array API to its rule.

A rule has one function for each argument that may need a gradient, None for one that never does. It takes the gradient g of the loss with
respect to the result, the result y, and the arguments, and returns the gradient with respect to its argument: the product of g with the
Jacobian, a "vjp". It is written in the Array API, for whatever g is. What broadcasting stretched is summed by who asks (`fitted`).

Griewank & Walther 2008, Evaluating Derivatives, chapter 3; the table is as in Maclaurin et al. 2015, "Autograd".
"""

from collections.abc import Callable
from typing import Any

from engineroom.grad.rules import elementwise, multiplying, places, reductions, shaping

type Rule = tuple[Callable[..., Any] | None, ...]

RULES: dict[str, Rule] = {**elementwise.RULES, **multiplying.RULES, **places.RULES, **reductions.RULES, **shaping.RULES}
LISTS = shaping.LISTS  # functions whose first argument is a list of arrays: their rule takes the place in it too
