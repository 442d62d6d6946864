"""What SentencePiece does to a text before cutting it: replace by rules, keep or collapse spaces, and write a space as ▁.

Kudo & Richardson 2018 (SentencePiece), arXiv 1808.06226, section 3.2; google/sentencepiece, normalizer.cc.
"""

import re
from collections.abc import Iterator
from itertools import dropwhile

from engineroom.tokenize.charsmap import Rules, Table

SPACE = "\u2581"  # ▁


NO_RULES = Table()


class Normaliser:
    """rules: what is replaced. dummy_prefix: a space is put before the text. collapse: spaces at the ends go, several become one.

    Every space is written as ▁, so that the pieces, joined, say where spaces were.
    """

    def __init__(self, rules: Rules = NO_RULES, dummy_prefix: bool = True, collapse: bool = True):
        self.rules, self.dummy_prefix, self.collapse = rules, dummy_prefix, collapse
        self._ascii = {code: rules.longest(chr(code))[1] for code in range(128)}  # of no two of these is there a rule

    def apply(self, text: str) -> str:
        """`text` as the vocabulary's pieces spell it."""
        prefix = SPACE if self.dummy_prefix and text else ""
        text = text.translate(self._ascii) if text.isascii() else "".join([part for _, _, part in self._parts(text)])
        if not self.collapse:
            return prefix + text.replace(" ", SPACE)
        return (prefix + re.sub(" +", " ", text).strip(" ").replace(" ", SPACE)).rstrip(SPACE)

    def placed(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        """apply(text), and for each of its characters where those of `text` stand that it came from: (start, end).

        The space put before the text stands for none.
        """
        parts = list(self._parts(text))
        if self.collapse:
            parts = list(dropwhile(lambda part: part[2] == " ", parts))
        spelt: list[str] = []
        places: list[tuple[int, int]] = []
        if self.dummy_prefix and parts:
            spelt.append(SPACE)
            places.append((parts[0][0], parts[0][0]))
        spaced = self.collapse
        for start, end, part in parts:
            for char in part:
                if char != " " or not spaced:
                    spelt.append(SPACE if char == " " else char)
                    places.append((start, end))
                spaced = self.collapse and char == " "
        while self.collapse and spelt and spelt[-1] == SPACE:
            spelt.pop()
            places.pop()
        return "".join(spelt), places

    def _parts(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The replacements with the characters they are for: (start, end, replacement)."""
        at, n, longest, reach = 0, len(text), self.rules.longest, self.rules.reach
        while at < n:
            length, part = longest(text[at : at + reach])
            yield at, at + length, part
            at += length
