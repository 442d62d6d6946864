"""BPE as first published for text: characters, and a mark where a word ends.

Sennrich, Haddow & Birch 2016, Neural Machine Translation of Rare Words with Subword Units, arXiv 1508.07909, section 3.2: the
mark is a symbol of its own until it is merged, and spaces are not kept.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from engineroom import ui
from engineroom.errors import TextError, VocabularyError
from engineroom.tokenize import split, vocab_file
from engineroom.tokenize.base import Token, Tokenizer, checked, numbered, numbers
from engineroom.tokenize.learner import Learner
from engineroom.tokenize.merge import merge
from engineroom.tokenize.pairs import Pairs
from engineroom.tokenize.vocab_file import Vocabulary

END = "</w>"
MARK = " "  # END as the pieces have it: a text may hold </w>, but no word holds a space


class CharacterBPE(Tokenizer):
    """pieces: by id, a space for the mark: first the single characters and the mark, then merges in the order in which they were learnt.

    The mark is spelt </w>, and told apart from those characters in a text. Encoding raises TextError for a character that was not in
    the training text; decoding puts one space between words. Raises VocabularyError for a repeated piece, or one with the mark inside.
    """

    kind = "character-bpe"

    def __init__(self, name: str, pieces: Sequence[str]):
        self.name, self._pieces = name, list(pieces)
        self._ranks = numbered(name, self._pieces)
        if MARK not in self._ranks or any(MARK in piece[:-1] for piece in self._pieces):
            raise VocabularyError(f"{name} needs a piece for the mark, written as a space, which ends a piece or is not in it")

    @property
    def vocab_size(self) -> int:
        return len(self._pieces)

    def tokens(self, text: str) -> list[Token]:
        found: list[Token] = []
        for first, last in _words(checked(text)):
            at = first
            for piece in merge([*text[first:last], MARK], self._ranks):
                if piece not in self._ranks:
                    raise TextError(f"{self.name} has no piece for {piece!r}, character {at} of the text: it was not in the training text")
                end = min(at + len(piece), last)
                found.append(Token(self._ranks[piece], _spelt(piece), at, end))
                at = end
        return found

    def decode(self, ids: Iterable[int]) -> str:
        return "".join([self._piece(id, place) for place, id in enumerate(numbers(ids))]).removesuffix(MARK)

    def spelling(self, id: int, place: int | None = None) -> bytes:
        return _spelt(self._piece(id, place))

    def _piece(self, id: int, place: int | None = None) -> str:
        if not 0 <= id < len(self._pieces):
            raise self._unknown(id, place)
        return self._pieces[id]

    def save(self) -> bytes:
        """The vocabulary as a file's bytes; tokenize.from_bytes reads it."""
        return vocab_file.write(self.kind, {"name": self.name}, vocab_file.pack_strings([piece.encode() for piece in self._pieces]))

    @classmethod
    def from_vocabulary(cls, vocabulary: Vocabulary) -> Self:
        """The tokenizer in a vocabulary file. Raises VocabularyError."""
        try:
            return cls(str(vocabulary.about["name"]), vocab_file.unpack_texts(vocabulary))
        except KeyError as error:
            raise VocabularyError(f"the vocabulary file does not say what a character BPE needs: {error!r}") from None


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Where the words stand. What is between them is dropped."""
    return (match.span() for match in split.compiled("words", text).finditer(text))


def _spelt(piece: str) -> bytes:
    return piece.replace(MARK, END).encode()


class Trainer(Learner[str]):
    """Counts the words of `text` once, then learns a merge a step; as bpe.Trainer. Raises DTypeError, TextError, VocabularyError."""

    def __init__(self, text: str | Iterable[str], ties: str = "first-seen", name: str = "own"):
        self.name = name
        words: Counter[str] = Counter()
        for part in [text] if isinstance(text, str) else text:
            words.update(part[first:last] for first, last in _words(checked(part)))
        pieces = [*sorted({char for word in words for char in word}), MARK]
        ids = {piece: id for id, piece in enumerate(pieces)}
        super().__init__(pieces, Pairs(([*(ids[char] for char in word), ids[MARK]] for word in words), words.values(), ties))

    def tokenizer(self, n_merges: int | None = None) -> CharacterBPE:
        """A tokenizer with the merges learnt so far, or the first `n_merges` of them."""
        return CharacterBPE(self.name, self.known(n_merges))

    def _spelt(self, piece: str) -> bytes:
        return _spelt(piece)


def train(text: str | Iterable[str], n_merges: int, ties: str = "first-seen", name: str = "own") -> CharacterBPE:
    """A tokenizer with n_merges merges learnt from `text`; see Trainer. Shows its progress.

    Raises VocabularyError when n_merges is negative, or more than the text has pairs to merge.
    """
    if n_merges < 0:
        raise VocabularyError(f"n_merges is {n_merges}; it must be 0 or more")
    trainer = Trainer(text, ties, name)
    learnt = sum(1 for _ in ui.progress(trainer.steps(n_merges), "merges", total=n_merges))
    if learnt < n_merges:
        raise VocabularyError(f"the text allows {learnt} merges, then every word is one token; {n_merges} were asked for")
    return trainer.tokenizer()
