"""Text as uncased BERT reads it, before any piece is looked up: no controls, no accents, no capitals, one word after another.

google-research/bert, tokenization.py, BasicTokenizer: clean, set ideographs apart, strip accents, lower the case, set punctuation
apart. Each step is a table for str.translate, so that a megabyte is a few loops in C.
"""

import unicodedata
from collections.abc import Callable
from itertools import groupby

from engineroom.tokenize.unicode8 import category

IDEOGRAPHS = (  # the last gap, 2B820–2B91F, is Hugging Face's; Google's code closes it
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def normalise(text: str) -> str:
    """The words of `text` as the vocabulary spells them, with spaces between."""
    return unicodedata.normalize("NFD", text.translate(_CLEAN)).translate(_PLAIN)


def words(text: str) -> list[str]:
    """The words of `text`, normalised. A punctuation mark or an ideograph is a word of its own."""
    return normalise(text).split()


def placed(text: str) -> tuple[str, list[int]]:
    """normalise(text), and for each of its characters the index in `text` of the one it came from."""
    became = [_ALONE[ord(char)] for char in text]
    spelt = normalise(text)
    if "".join(became) != spelt:
        return spelt, _reordered(text)
    return spelt, [at for at, part in enumerate(became) for _ in part]


def _reordered(text: str) -> list[int]:
    """As `placed`, where marks change places: runs of them go by their class, Unicode's canonical order."""
    order = lambda part: unicodedata.combining(part[0])
    parts = [(part, at) for at, char in enumerate(text) for part in unicodedata.normalize("NFD", _CLEAN[ord(char)] or "")]
    runs = groupby(parts, key=lambda part: order(part) > 0)
    parts = [part for marks, run in runs for part in (sorted(run, key=order) if marks else run)]
    return [at for part, at in parts for _ in _PLAIN[ord(part)] or ""]


def _clean(char: str) -> str | None:
    if char.isspace() and (char in "\t\n\r" or category(char) != "Cc"):
        return " "
    if char in "\0\ufffd" or category(char) in ("Cc", "Cf", "Cs", "Co"):
        return None
    return f" {char} " if any(first <= ord(char) <= last for first, last in IDEOGRAPHS) else char


def _plain(char: str) -> str | None:
    if category(char) == "Mn":
        return None
    return "".join(f" {lower} " if _is_punctuation(lower) else lower for lower in char.lower())


def _is_punctuation(char: str) -> bool:
    return category(char)[0] == "P" or char in "$+<=>^`|~"  # ASCII symbols count: as typed, $ acts like a full stop


class _Table[T](dict[int, T]):
    """What each character becomes, None for nothing; worked out when it is first met."""

    def __init__(self, become: Callable[[str], T]):
        self._become = become

    def __missing__(self, code: int) -> T:
        self[code] = self._become(chr(code))
        return self[code]


_CLEAN, _PLAIN, _ALONE = _Table(_clean), _Table(_plain), _Table(normalise)
