"""What every tokenizer here is: `encode`, `decode`, `tokens`, and a number for every piece it knows."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engineroom.errors import DTypeError, TextError, UnknownToken, VocabularyError


class Token(NamedTuple):
    """One piece of a text: its id, its spelling in the vocabulary, and text[start:end], the characters it stands for.

    A token that holds only some bytes of a character spans that whole character, so neighbours may overlap by one. One
    that stands for no character, such as an added [CLS] or a space put before the text, has start == end.
    """

    id: int
    bytes: bytes
    start: int
    end: int

    @property
    def text(self) -> str:
        """The spelling as text; bytes that are no whole character show as U+FFFD."""
        return self.bytes.decode("utf-8", errors="replace")


class Tokenizer(ABC):
    """Text to ids and back. Ids run from 0 to vocab_size - 1; a few may be unused.

    name: what the vocabulary is called.
    """

    name: str

    @property
    @abstractmethod
    def vocab_size(self) -> int:
        """One more than the largest id: the rows a model needs in its embedding table."""

    @abstractmethod
    def tokens(self, text: str) -> list[Token]:
        """The tokens of `text`, in order. Raises DTypeError when it is no string, TextError for a lone surrogate."""

    def encode(self, text: str) -> list[int]:
        """The ids of `text`, (n,). Raises as `tokens`."""
        return [token.id for token in self.tokens(text)]

    @abstractmethod
    def decode(self, ids: Iterable[int]) -> str:
        """The text the ids stand for. Raises DTypeError when one is no integer, UnknownToken when one is outside the vocabulary."""

    @abstractmethod
    def spelling(self, id: int, place: int | None = None) -> bytes:
        """How the vocabulary spells this id. Raises UnknownToken, which names its place in a list of ids, if it has one."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self.vocab_size:,} ids>"

    def _unknown(self, id: int, place: int | None = None) -> UnknownToken:
        where = "" if place is None else f", at place {place}"
        return UnknownToken(f"{self.name} has no id {id}{where}: its ids run from 0 to {self.vocab_size - 1}")


def checked(text: str) -> str:
    """`text`, when it is a string that UTF-8 can write. Raises DTypeError, TextError naming the place of a lone surrogate."""
    if not isinstance(text, str):
        raise DTypeError(f"text must be a string, not {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise TextError(
            f"character {error.start} is half a character (the lone surrogate U+{ord(text[error.start]):04X}), which no UTF-8 text"
            " can hold: drop it, or put U+FFFD in its place"
        ) from None
    return text


def numbers(ids: Iterable[int]) -> list[int]:
    """`ids` as Python integers. Raises DTypeError."""
    if isinstance(ids, (str, bytes)):
        raise DTypeError(f"ids must be integers, not {type(ids).__name__}: encode text first")
    try:
        return [id.__index__() for id in ids]
    except (AttributeError, TypeError):
        raise DTypeError("ids must be integers, such as those encode gives") from None


def numbered[Piece: (bytes, str)](name: str, pieces: Sequence[Piece | None]) -> dict[Piece, int]:
    """The ids by spelling, counted from 0; one without a spelling is unused. Raises VocabularyError when two are spelt alike."""
    ids: dict[Piece, int] = {}
    for id, piece in enumerate(pieces):
        if piece and ids.setdefault(piece, id) != id:
            raise VocabularyError(f"{name} spells ids {ids[piece]} and {id} alike: {piece!r}")
    return ids
