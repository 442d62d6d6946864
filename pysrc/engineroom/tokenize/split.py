r"""Cutting a text into chunks before merging: the patterns of published tokenizers, for Python's `re`.

Merges never cross a chunk's edge. Radford et al. 2019 (GPT-2), section 2.2, keep merges within a category of characters; the
patterns are those of openai/gpt-2, encoder.py, and of tiktoken. What no match covers is a chunk too, as in Hugging Face's Split.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from engineroom.errors import VocabularyError
from engineroom.tokenize import split_pattern

PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    # Digits one by one, which also ends a run of spaces, then as GPT-2: Hugging Face's Digits and ByteLevel in sequence.
    "smollm": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+",
    "cl100k": (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
    "o200k": (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "words": r"\S+",  # and the spaces between them
    "none": r"(?s:.+)",
}
ASCII, BASIC = 0x7F, 0xFFFF


def splitter(pattern: str) -> Callable[[str], Iterable[str]]:
    """A function from a text to its chunks, which together are the text. `pattern` is a name in PATTERNS, or a pattern in their syntax.

    Raises VocabularyError for a pattern that cannot be compiled, or a name that is not there.
    """
    _compiled(pattern, ASCII)
    return lambda text: chunks(pattern, text)


def chunks(pattern: str, text: str) -> list[str]:
    """The chunks of `text`, in order."""
    found = compiled(pattern, text).findall(text)
    if sum(map(len, found)) < len(text):
        return [text[first:last] for first, last in spans(pattern, text)]
    return list(filter(None, found))


def spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the chunks of `text` stand: (start, end) in characters."""
    at = 0
    for match in compiled(pattern, text).finditer(text):
        first, last = match.span()
        if at < first:
            yield at, first
        if first < last:
            yield first, last
        at = last
    if at < len(text):
        yield at, len(text)


def compiled(pattern: str, text: str) -> re.Pattern[str]:
    """The pattern, with classes as wide as `text` needs: `re` looks through the far planes' ranges one by one."""
    return _compiled(pattern, ASCII if text.isascii() else BASIC if max(text) <= "\uffff" else split_pattern.LAST)


@cache
def _compiled(pattern: str, limit: int) -> re.Pattern[str]:
    if re.fullmatch(r"\w[\w-]+", pattern) and pattern not in PATTERNS:
        raise VocabularyError(f"no split pattern is called {pattern!r}; there are {', '.join(PATTERNS)}, or write one as (?:{pattern})")
    return split_pattern.compiled(PATTERNS.get(pattern, pattern), limit)
