"""What both of SentencePiece's algorithms share: a text is one string with ▁ for spaces, and what has no piece becomes <unk> or bytes.

Kudo & Richardson 2018 (SentencePiece), arXiv 1808.06226; google/sentencepiece, sentencepiece_processor.cc. The library is not an
algorithm: it trains and runs BPE (sentencepiece_bpe) and unigram language models (unigram) alike.
"""

import codecs
import re
from abc import abstractmethod
from array import array
from collections.abc import Iterable, Sequence
from typing import Self

from engineroom.errors import VocabularyError
from engineroom.tokenize import vocab_file
from engineroom.tokenize.base import Token, Tokenizer, checked, numbered, numbers
from engineroom.tokenize.charsmap import CharacterMap, Table
from engineroom.tokenize.normalise import SPACE, Normaliser
from engineroom.tokenize.vocab_file import Vocabulary

NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # a piece's type, as sentencepiece_model.proto numbers them
SURFACE = " \u2047 "  # what <unk> is decoded as
EACH_BYTE = "engineroom.each-byte"  # one U+FFFD for every byte, where "replace" has one for the beginning of a character
codecs.register_error(EACH_BYTE, lambda error: ("\ufffd" * (error.end - error.start), error.end))  # pyright: ignore[reportAttributeAccessIssue]


class SentencePiece(Tokenizer):
    """pieces: spellings by id, with ▁ for a space. scores: (n,), in float32. types: NORMAL, UNKNOWN (once), CONTROL or BYTE.

    A character without a piece becomes its UTF-8 bytes when there are byte pieces (<0x00> to <0xFF>), else the unknown
    piece, one for a run of such characters. Raises VocabularyError.
    """

    kind: str  # of a vocabulary file

    def __init__(self, name: str, pieces: Sequence[str], scores: Sequence[float], types: Sequence[int], normaliser: Normaliser):
        if not len(pieces) == len(scores) == len(types):
            raise VocabularyError(f"{name} has {len(pieces)} pieces, {len(scores)} scores and {len(types)} types")
        if list(types).count(UNKNOWN) != 1:
            raise VocabularyError(f"{name} has {list(types).count(UNKNOWN)} pieces for the unknown; it needs one")
        self.name, self.pieces, self.scores, self.types, self.normaliser = name, list(pieces), array("f", scores), bytes(types), normaliser
        ids = numbered(name, self.pieces)
        self.unknown = self.types.index(UNKNOWN)
        self._ids = {piece: id for piece, id in ids.items() if types[id] == NORMAL}
        fallback = [f"<0x{byte:02X}>" for byte in range(256)] if BYTE in self.types else []
        if missing := [piece for piece in fallback if piece not in ids]:
            raise VocabularyError(f"{name} has byte pieces, but not {missing[0]}")
        self._bytes = [ids[piece] for piece in fallback]
        # Where no piece has a space after something else, none reaches from one word into the next.
        within = any(SPACE in piece.lstrip(SPACE) for piece in self._ids)
        self._words = re.compile(".+" if within else f"{SPACE}*[^{SPACE}]+|{SPACE}+", re.S).findall

    @property
    def vocab_size(self) -> int:
        return len(self.pieces)

    def encode(self, text: str) -> list[int]:
        """The ids of `text`, without <s> and </s>. Raises DTypeError, TextError for a lone surrogate."""
        spelt = self.normaliser.apply(checked(text))
        return self._expanded(spelt, self._cut(self._words(spelt)))

    def tokens(self, text: str) -> list[Token]:
        spelt, places = self.normaliser.placed(checked(text))
        found, at = [], 0
        for id, length in self._filled(spelt, self._cut(self._words(spelt))):
            stands = [place for place in places[at : at + (length or 1)] if place[0] < place[1]] or places[at : at + 1]
            found.append(Token(id, self.spelling(id), stands[0][0], stands[-1][1]))
            at += length
        return found

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`, spaces for ▁; each byte that is no UTF-8 becomes U+FFFD, <unk> becomes " ⁇ ", control pieces nothing."""
        text, waiting = "", bytearray()
        strip = self.normaliser.dummy_prefix or self.normaliser.collapse
        for place, id in enumerate(numbers(ids)):
            spelt, kind = self.spelling(id, place), self.types[id]
            if kind == BYTE:
                waiting += spelt
                continue
            text, waiting = text + waiting.decode("utf-8", EACH_BYTE), bytearray()
            piece = SURFACE if kind == UNKNOWN else "" if kind == CONTROL else spelt.decode()
            if strip and not text and kind == NORMAL and piece.startswith(SPACE):
                piece = piece.removeprefix(SPACE)
                strip = self.normaliser.collapse
            text += piece.replace(SPACE, " ")
        return text + waiting.decode("utf-8", EACH_BYTE)

    def spelling(self, id: int, place: int | None = None) -> bytes:
        """The piece as UTF-8, with ▁; a byte piece, which the vocabulary writes as <0x0A>, as its byte."""
        if not 0 <= id < len(self.pieces):
            raise self._unknown(id, place)
        piece = self.pieces[id]
        return bytes([int(piece[3:5], 16)]) if self.types[id] == BYTE else piece.encode()

    def id(self, piece: str) -> int | None:
        """The id of the piece spelt so, or None."""
        return self._ids.get(piece)

    def save(self) -> bytes:
        """The vocabulary as a file's bytes; tokenize.from_bytes reads it."""
        normaliser, rules = self.normaliser, self.normaliser.rules
        about = {"name": self.name, "dummy_prefix": normaliser.dummy_prefix, "collapse": normaliser.collapse}
        columns = {
            **vocab_file.pack_strings([piece.encode() for piece in self.pieces]),
            "types": self.types,
            "scores": vocab_file.pack_floats(self.scores),
        }
        if isinstance(rules, CharacterMap):
            return vocab_file.write(self.kind, about, columns | {"charsmap": rules.data})
        return vocab_file.write(self.kind, about | {"rules": rules.rules}, columns)  # pyright: ignore[reportAttributeAccessIssue]

    @classmethod
    def from_vocabulary(cls, vocabulary: Vocabulary) -> Self:
        """The tokenizer in a vocabulary file. Raises VocabularyError."""
        about = vocabulary.about
        try:
            compiled = vocabulary.columns.get("charsmap")
            rules = Table({str(key): str(value) for key, value in about["rules"].items()}) if compiled is None else CharacterMap(compiled)
            name, normaliser = str(about["name"]), Normaliser(rules, bool(about["dummy_prefix"]), bool(about["collapse"]))
        except (KeyError, AttributeError) as error:
            raise VocabularyError(f"the vocabulary file does not say what SentencePiece needs: {error!r}") from None
        scores = vocab_file.unpack_floats(vocabulary, "scores")
        return cls(name, vocab_file.unpack_texts(vocabulary), scores, vocab_file.column(vocabulary, "types"), normaliser)

    @abstractmethod
    def _cut(self, words: Sequence[str]) -> list[int]:
        """The ids of a text given as its words; `unknown` for a character without a piece."""

    def _expanded(self, spelt: str, ids: list[int]) -> list[int]:
        """`ids` of `spelt` with what a character without a piece becomes."""
        return [id for id, _ in self._filled(spelt, ids)] if self.unknown in ids else ids

    def _filled(self, spelt: str, ids: Sequence[int]) -> list[tuple[int, int]]:
        """As `_expanded`; beside each id the characters it takes: all bytes of a character but the last take none."""
        found: list[tuple[int, int]] = []
        at = 0
        for id in ids:
            length = 1 if id == self.unknown else len(self.pieces[id])
            if id != self.unknown:
                found.append((id, length))
            elif self._bytes:
                data = spelt[at].encode()
                found += [(self._bytes[byte], place == len(data)) for place, byte in enumerate(data, 1)]
            elif found and found[-1][0] == self.unknown:
                found[-1] = (id, found[-1][1] + 1)
            else:
                found.append((id, 1))
            at += length
        return found
