r"""Cutting a text into chunks before merging: the patterns of published tokenizers, for Python's `re`.

Merges never cross a chunk's edge. Radford et al. 2019 (GPT-2), section 2.2, keep merges within a category of characters; the
patterns are those of openai/gpt-2, encoder.py, and of tiktoken. `re` knows neither \p{L} nor the same \s, so classes are spelt out.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache

from engineroom.errors import VocabularyError
from engineroom.tokenize.unicode16 import ranges

PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    # Digits one by one, which also ends a run of spaces, then as GPT-2: Hugging Face's Digits and ByteLevel in sequence.
    "smollm": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+",
    "cl100k": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "o200k": (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "words": r"\S+",  # what is between spaces, which are lost: the first published BPE
    "none": r"(?s:.+)",
}
SPACE = [
    (9, 13), (32, 32), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)
]
ASCII, BASIC, ALL = 0x7F, 0xFFFF, 0x10FFFF

_PART = re.compile(r"\\p\{(\w+)\}|\\[sS]|\[|\]|\\.|.", re.S)


def splitter(pattern: str) -> Callable[[str], Iterable[str]]:
    """A function from a text to its chunks. `pattern` is a name in PATTERNS, or a pattern in their syntax.

    Raises VocabularyError for a pattern that cannot be compiled.
    """
    _compiled(pattern, ASCII)
    return lambda text: compiled(pattern, text).findall(text)


def spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the chunks of `text` stand: (start, end) in characters."""
    return (match.span() for match in compiled(pattern, text).finditer(text))


def compiled(pattern: str, text: str) -> re.Pattern[str]:
    """The pattern, with classes as wide as `text` needs: `re` looks through the far planes' ranges one by one."""
    return _compiled(pattern, ASCII if text.isascii() else BASIC if max(text) <= "\uffff" else ALL)


@cache
def _compiled(pattern: str, limit: int) -> re.Pattern[str]:
    source, inside = "", False
    for part in _PART.finditer(PATTERNS.get(pattern, pattern)):
        token = part[0]
        if token in "[]":
            inside = token == "["
            source += token
        elif token == r"\S":
            source += f"[^{_class(r's', limit)}]"
        elif token == r"\s" or part[1]:
            listed = _class(part[1] or "s", limit)
            source += listed if inside else f"[{listed}]"
        else:
            source += token
    try:
        made = re.compile(source)
    except re.error as error:
        raise VocabularyError(f"the split pattern {pattern!r} cannot be compiled: {error}") from None
    if made.groups:
        raise VocabularyError(f"the split pattern {pattern!r} has a group that captures: write (?:…)")
    return made


@lru_cache
def _class(name: str, limit: int) -> str:
    """What stands between the brackets of a class, for code points up to `limit`."""
    try:
        found = SPACE if name == "s" else ranges(name)
    except KeyError as error:
        raise VocabularyError(f"a split pattern names {error.args[0]}") from None
    within = [(first, min(last, limit)) for first, last in found if first <= limit]
    # Never empty: no Lt or Lm is ASCII. A lone surrogate is in no text that is tokenized.
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in within) or "\ud800"
