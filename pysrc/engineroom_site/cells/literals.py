r"""The literals that a parameter may have: what Python reads of them, the page reads in cell/literals.ts, and writes back.

One line; a number in decimal digits, True, False, or a string in single or double quotes, without a prefix. Of the escapes those of
one character, \x, \u and \U; none that Python only warns of.
"""

import ast
import math
import re

_ESCAPE = (
    r"\\(?:[\\'\"abfnrtv]|x[0-9a-fA-F]{2}|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|U(?:000(?!0[dD][89a-fA-F])[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4}))"
)
STRING = rf"""(?:"(?:[^"\\\n\r]|{_ESCAPE})*"|'(?:[^'\\\n\r]|{_ESCAPE})*')"""
_DIGITS = r"[0-9](?:_?[0-9])*"
_EXPONENT = rf"[eE][-+]?{_DIGITS}"
FLOAT = rf"(?:(?:{_DIGITS}\.(?:{_DIGITS})?|\.{_DIGITS})(?:{_EXPONENT})?|{_DIGITS}{_EXPONENT})"
INTEGER = r"(?:[1-9](?:_?[0-9])*|0(?:_?0)*)"
NUMBER = rf"[-+]?(?:{FLOAT}|{INTEGER})(?![0-9A-Za-z_.])"
LITERAL = rf"(?:{STRING}|{NUMBER}|(?:True|False)\b)"
ALLOWED = "a number in decimal digits, True, False, or a string in quotes without a prefix, whose escapes are \\\\ \\' \\\" \\n \\t and their like, \\x41 or \\u00e9"
LARGEST = 2**53 - 1  # of the whole numbers that the page can count

_WHOLE = re.compile(LITERAL)


def read(text: str) -> bool | int | float | str:
    """What a literal says. Raises ValueError in words for its author."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text} must be {ALLOWED}")
    value = ast.literal_eval(text)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"{text} is more than a page can count to, {LARGEST}; write it with a point")
    if isinstance(value, float) and math.isinf(value):
        raise ValueError(f"{text} is no number that fits")
    return value
