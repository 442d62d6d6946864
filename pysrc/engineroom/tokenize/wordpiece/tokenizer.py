"""Text to the longest pieces that a WordPiece vocabulary has, and back.

Devlin et al. 2019 (arXiv 1810.04805) and google-research/bert, tokenization.py, give the rules of the uncased encoder followed here.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Self

from engineroom.errors import VocabularyError
from engineroom.tokenize import vocab_file
from engineroom.tokenize.base import Token, Tokenizer, checked, numbered, numbers
from engineroom.tokenize.bert_words import placed, words
from engineroom.tokenize.vocab_file import Vocabulary

MARK = "##"  # before a piece that continues a word
UNKNOWN = "[UNK]"
CACHED = 1 << 17  # words whose pieces are remembered


class WordPiece(Tokenizer):
    """vocab: {piece: id}, [UNK] among them; load_vocab reads BERT's. A word that cannot be spelt, or is longer than max_chars
    after normalising, becomes one [UNK].

    Raises VocabularyError when [UNK] is absent, or when an id is negative or taken twice.

    Differs from Hugging Face's defaults: "[CLS]" typed in the text is five characters, never a control token. Where combining
    marks stand in another than Unicode's canonical order, a token's place is that of the very mark, not where the order puts it.
    """

    kind = "wordpiece"

    def __init__(self, name: str, vocab: Mapping[str, int], max_chars: int = 100):
        self.name, self.vocab, self.max_chars = name, dict(vocab), max_chars
        if UNKNOWN not in self.vocab:
            raise VocabularyError(f"{name} has no {UNKNOWN}, the piece that stands for all it cannot spell")
        self._pieces: dict[int, str] = {}
        for piece, id in self.vocab.items():
            if id < 0 or id in self._pieces:
                raise VocabularyError(
                    f"{name} gives {piece!r} the id {id}, which is {'negative' if id < 0 else f'that of {self._pieces[id]!r}'}"
                )
            self._pieces[id] = piece
        self._longest = max(map(len, self.vocab))
        self._unknown_word = (self.vocab[UNKNOWN],)
        self._cached = lru_cache(CACHED)(self._cut)

    @property
    def vocab_size(self) -> int:
        return max(self._pieces) + 1

    def encode(self, text: str) -> list[int]:
        """The ids of `text`, without [CLS] and [SEP]. Raises DTypeError, TextError for a lone surrogate."""
        return list(chain.from_iterable(map(self._cached, words(checked(text)))))

    def tokens(self, text: str) -> list[Token]:
        """As `encode`, each id with its spelling and its characters in `text` itself."""
        spelt, origin = placed(checked(text))
        found: list[Token] = []
        for match in re.finditer("[^ ]+", spelt):
            at, ids = match.start(), self._cached(match[0])
            for id in ids:
                piece, mark = self._pieces[id], len(MARK) if at > match.start() else 0
                end = match.end() if ids == self._unknown_word else at + len(piece) - mark
                places = origin[at:end]
                found.append(Token(id, piece.encode(), min(places), max(places) + 1))
                at = end
        return found

    def decode(self, ids: Iterable[int]) -> str:
        """The pieces' spellings: those that continue a word without their mark, a space before the others.

        What normalising took away (capitals, accents, spaces) and what became [UNK] stays lost.
        """
        first, *others = [self.spelling(id, place).decode() for place, id in enumerate(numbers(ids))] or [""]
        return first + "".join([piece.removeprefix(MARK) if piece.startswith(MARK) else f" {piece}" for piece in others])

    def spelling(self, id: int, place: int | None = None) -> bytes:
        if id not in self._pieces:
            raise self._unknown(id, place)
        return self._pieces[id].encode()

    def save(self) -> bytes:
        """The vocabulary as a file's bytes; tokenize.from_bytes reads it."""
        pieces = [self._pieces.get(id, "").encode() for id in range(self.vocab_size)]
        return vocab_file.write(self.kind, {"name": self.name, "max_chars": self.max_chars}, vocab_file.pack_strings(pieces))

    @classmethod
    def from_vocabulary(cls, vocabulary: Vocabulary) -> Self:
        """The tokenizer in a vocabulary file. Raises VocabularyError."""
        try:
            name, max_chars = str(vocabulary.about["name"]), int(vocabulary.about["max_chars"])
        except (KeyError, TypeError, ValueError) as error:
            raise VocabularyError(f"the vocabulary file does not say what a WordPiece needs: {error!r}") from None
        return cls(name, numbered(name, vocab_file.unpack_texts(vocabulary)), max_chars)

    def _cut(self, word: str) -> tuple[int, ...]:
        """The longest piece the vocabulary has, then the longest for what is left, to the word's end."""
        if len(word) > self.max_chars:
            return self._unknown_word
        ids: list[int] = []
        mark, rest = "", word
        while rest:
            id, end = None, 0
            for end in range(min(len(rest), self._longest), 0, -1):
                id = self.vocab.get(mark + rest[:end])
                if id is not None:
                    break
            if id is None:
                return self._unknown_word
            ids.append(id)
            mark, rest = MARK, rest[end:]
        return tuple(ids)


def load_vocab(data: bytes) -> dict[str, int]:
    """A BERT vocab.txt, UTF-8, one piece per line: {piece: line number from 0}.

    Raises VocabularyError naming the line for bytes that are not UTF-8, an empty line or a repeated piece; also when
    [UNK] is absent.
    """
    try:
        lines = data.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise VocabularyError(f"vocabulary line {line} is not UTF-8 text") from None
    vocab: dict[str, int] = {}
    for number, line in enumerate(lines):
        piece = line.removesuffix("\r")
        if not piece:
            raise VocabularyError(f"vocabulary line {number + 1} is empty")
        if piece in vocab:
            raise VocabularyError(f"vocabulary line {number + 1} repeats {piece!r} of line {vocab[piece] + 1}")
        vocab[piece] = number
    if UNKNOWN not in vocab:
        raise VocabularyError(f"the vocabulary has no {UNKNOWN}, the piece that stands for all it cannot spell")
    return vocab
