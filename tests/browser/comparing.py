"""Whether two outputs say the same, number by number: build and page add in another order, so the last digits of float32 may differ.

A number may differ from its twin by RELATIVE of itself. What is near zero among larger numbers of its own kind (its column in a table,
those with the same word before them in a text) carries the noise of the sums that the larger ones came from: it may differ by NOISE of the
largest, or by one unit of the last digit printed where that unit is below RELATIVE of the largest. There is no floor that is a constant, and
whole numbers are counts: equal or wrong. On a logarithmic axis no number is near zero: each is measured by itself alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

RELATIVE = 2e-3
NOISE = 1e-5  # some hundred roundings of float32, 6e-8 each
NUMBER = re.compile(
    r"(?<![\w.])[-+−]?"
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.(?=\s*[\[\]\d.+−-])|\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)"
)  # fmt: skip
WORD = re.compile(r"(?<!\w)(?!(?:and|at|from|of|or|to)\s)[^\W\d_]\S*")  # that may say what a number is one of


class Number(NamedTuple):
    """One number of a text: `unit` is what its last digit counts, or None for a whole number; `label` is the last word before it."""

    value: float
    unit: float | None
    label: str


def same_text(built: str, run: str, logarithmic: bool = False) -> bool:
    """Whether two texts have the same words and, up to noise, the same numbers."""
    if NUMBER.sub("#", built) != NUMBER.sub("#", run):
        return False
    ours, theirs = numbers(built), numbers(run)
    largest = {}
    for number in ours:
        if number.unit is not None and not logarithmic:
            largest[number.label] = max(largest.get(number.label, 0.0), abs(number.value))
    return all(_same_printed(a, b, largest.get(a.label, 0.0)) for a, b in zip(ours, theirs))


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in order."""
    found, label, at = [], "", 0
    for match in NUMBER.finditer(text):
        words = WORD.findall(text, at, match.start())
        label = words[-1] if words else label
        at = match.end()
        found.append(Number(float(match[0].replace("−", "-").replace(",", "")), _unit(match), label))
    return found


def _unit(match: re.Match) -> float | None:
    digits, _, exponent = match[0].lower().partition("e")
    if "." not in digits and not exponent:
        return None
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def _same_printed(a: Number, b: Number, largest: float) -> bool:
    if a.unit is None and b.unit is None:
        return a.value == b.value
    unit = min(unit for unit in (a.unit, b.unit) if unit is not None)
    rounding = 1.001 * unit if unit <= RELATIVE * largest else 0.0
    return math.isclose(a.value, b.value, rel_tol=RELATIVE, abs_tol=max(rounding, NOISE * largest))


def same_table(built: Sequence[Sequence], run: Sequence[Sequence], logarithmic: bool = False) -> bool:
    """Whether two tables have the same shape and in each column the same values, up to noise."""
    if [len(row) for row in built] != [len(row) for row in run]:
        return False
    return all(_same_column(ours, theirs, logarithmic) for ours, theirs in zip(_columns(built), _columns(run)))


def _columns(rows: Sequence[Sequence]) -> Iterable[list]:
    width = max(map(len, rows), default=0)
    return ([row[at] for row in rows if at < len(row)] for at in range(width))


def _same_column(ours: list, theirs: list, logarithmic: bool) -> bool:
    kind = [] if logarithmic else [abs(value) for value in ours if isinstance(value, float) and math.isfinite(value)]
    return all(_same_value(a, b, NOISE * max(kind, default=0.0)) for a, b in zip(ours, theirs))


def _same_value(a: object, b: object, floor: float) -> bool:
    """JavaScript writes 3.0 as 3: two whole numbers count only if neither side has a point."""
    if not (_is_number(a) and _is_number(b)):
        return type(a) is type(b) and a == b
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=floor) or (math.isnan(a) and math.isnan(b))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
