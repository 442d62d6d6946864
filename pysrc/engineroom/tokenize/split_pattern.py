r"""A split pattern in the syntax of published tokenizers, as one for Python's `re`: with \p{L} and their \s, which `re` has not.

What the two read differently is refused rather than guessed. https://docs.rs/regex/latest/regex/#syntax
"""

import re
import warnings
from collections.abc import Callable
from functools import lru_cache

from engineroom.errors import VocabularyError
from engineroom.tokenize.unicode16 import ranges

LAST = 0x10FFFF
SPACE = [
    (9, 13),
    (32, 32),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
]

_PART = re.compile(
    r"\\(?P<sign>[pP])(?:\{(?P<not>\^?)(?P<name>\w+)\}|(?P<letter>\w))|\\(?P<space>[sS])|\\.|(?P<open>\[\^?\]?)|(?P<close>\])"
    r"|(?P<comment>\(\?#[^)]*\))|(?P<verbose>\(\?[a-zA-Z]*x)|.",
    re.S,
)


def compiled(pattern: str, limit: int = LAST) -> re.Pattern[str]:
    """The pattern for texts whose characters are none above `limit`. Raises VocabularyError, which says what cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # set operations: `re` takes them for characters
            re.compile(_spelt(pattern, lambda *_: r"\s"))  # ranges that end at a class show themselves before the class is spelt out
            made = re.compile(_spelt(pattern, lambda name, wanted: _class(name, wanted, limit)))
    except (re.error, OverflowError, FutureWarning) as error:
        raise VocabularyError(f"the split pattern {pattern!r} cannot be compiled: {error}") from None
    if made.groups:
        raise VocabularyError(f"the split pattern {pattern!r} has a group that captures: write (?:…)")
    return made


def _spelt(pattern: str, listed: Callable[[str, bool], str]) -> str:
    source, inside = "", False
    for part in _PART.finditer(pattern):
        token, sign = part[0], part["sign"] or part["space"]
        if sign:
            name, wanted = part["name"] or part["letter"] or "s", (sign in "ps") != bool(part["not"])
            source += listed(name, wanted) if inside else f"[{listed(name, wanted)}]"
        elif part["open"] and inside:
            raise VocabularyError(
                f"the split pattern {pattern!r} has a class within a class, at character {part.start()}: write \\[ for a bracket"
            )
        elif inside or not (part["comment"] or part["verbose"]):
            inside = (inside or bool(part["open"])) and not part["close"]
            source += token
        elif part["verbose"]:
            raise VocabularyError(
                f"the split pattern {pattern!r} sets the flag x, at character {part.start()}: write it without spaces and comments"
            )
    return source


@lru_cache
def _class(name: str, wanted: bool, limit: int) -> str:
    """What stands between the brackets of a class, or of what is not in it, for code points up to `limit`."""
    try:
        found = SPACE if name == "s" else ranges(name)
    except KeyError as error:
        raise VocabularyError(f"a split pattern names {error.args[0]}") from None
    if not wanted:
        found = [(last + 1, first - 1) for (_, last), (first, _) in zip([(0, -1), *found], [*found, (LAST + 1, 0)]) if last + 1 < first]
    within = [(first, min(last, limit)) for first, last in found if first <= limit]
    # Never empty: no Lt or Lm is ASCII. A lone surrogate is in no text that is tokenized.
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in within) or "\ud800"
