"""Rules that replace characters before a text is cut: a table, or the compiled map of a SentencePiece model.

google/sentencepiece, normalizer.cc: at each place the longest rule that fits; a character without one stays.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from engineroom.errors import VocabularyError

CACHED = 1 << 16


class Rules(Protocol):
    """reach: characters of the longest rule."""

    reach: int

    def longest(self, window: str) -> tuple[int, str]:
        """The longest rule that fits at the start of `window`: how many characters it takes (1 or more), and their replacement."""
        ...


class Table:
    """Rules as a mapping {character: replacement}. Raises VocabularyError for one of several characters."""

    reach = 1

    def __init__(self, rules: Mapping[str, str] = {}):
        self.rules = dict(rules)
        if wrong := [key for key in self.rules if len(key) != 1]:
            raise VocabularyError(f"a rule of a table is for one character, not for {wrong[0]!r}")

    def longest(self, window: str) -> tuple[int, str]:
        return 1, self.rules.get(window[0], window[0])


class CharacterMap:
    """Rules as SentencePiece compiles them: the size of a trie in bytes, the trie, and the replacements, each ended by a zero byte.

    data: the model file's precompiled_charsmap. The trie is a double array of 32-bit units (darts-clone): bits 0–7 are a node's
    own byte, bit 8 says that it has a leaf, bits 9–31 where its children are; a leaf's bits 0–30 say where its replacement starts.
    Raises VocabularyError.
    """

    reach = 8  # no rule of nfkc or nmt_nfkc is longer than four characters

    def __init__(self, data: bytes):
        self.data = data
        try:
            (size,) = struct.unpack_from("<I", data)
            self._units = struct.unpack_from(f"<{size // 4}I", data, 4)
        except struct.error:
            raise VocabularyError(f"the character map breaks off after {len(data)} bytes") from None
        if not self._units:
            raise VocabularyError("the character map is empty")
        self._replacements = data[4 + size :]
        self.longest = lru_cache(CACHED)(self._longest)

    def _longest(self, window: str) -> tuple[int, str]:
        units = self._units
        node, below, found = 0, offset(units[0]), (1, window[0])
        for end, char in enumerate(window, 1):
            for byte in char.encode():
                node = below ^ byte
                if node >= len(units) or units[node] & 0x800000FF != byte:
                    return found
                below = node ^ offset(units[node])
            if units[node] >> 8 & 1:
                found = end, self._replacement(below)
        return found

    def _replacement(self, leaf: int) -> str:
        try:
            at = self._units[leaf] & 0x7FFFFFFF
            return self._replacements[at : self._replacements.index(b"\0", at)].decode()
        except (IndexError, ValueError) as error:
            raise VocabularyError(f"the character map is damaged: its leaf {leaf} names no replacement ({error})") from None


def offset(unit: int) -> int:
    """From a node to its children; bit 9 says that the distance counts in 256s."""
    return unit >> 10 << ((unit & 1 << 9) >> 6)
