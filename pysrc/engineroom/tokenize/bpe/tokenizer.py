"""Text to the ids of a byte-level BPE, and back."""

from codecs import getincrementaldecoder
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Self

from engineroom.errors import TextError, VocabularyError
from engineroom.tokenize import special, split, vocab_file
from engineroom.tokenize.base import Token, Tokenizer, checked, numbered, numbers
from engineroom.tokenize.merge import Characters, merge
from engineroom.tokenize.split import splitter
from engineroom.tokenize.vocab_file import Vocabulary

CACHED = 1 << 17  # chunks whose ids are remembered
LONGEST = 256  # characters of a chunk worth remembering


class ByteBPE(Tokenizer):
    """A byte-level BPE vocabulary.

    pieces: spellings by id; None for an id that is unused or special. A pair of neighbours is merged when the vocabulary
    has its concatenation, smallest id first. split: a name in split.PATTERNS or a pattern. special: {name: id}.
    Raises VocabularyError for a repeated piece, ids that two pieces claim, or a split that cannot be read.

    Differs from Hugging Face: where a byte has no piece (SmolLM2 lacks 21, which UTF-8 seldom or never uses), encoding
    raises TextError instead of leaving the byte out.
    """

    kind = "byte-bpe"

    def __init__(self, name: str, pieces: Sequence[bytes | None], split: str, special: Mapping[str, int] = {}):
        splitter(split)
        self.name, self.split, self.special = name, split, dict(special)
        self._ranks = numbered(name, pieces)
        size = max([len(pieces), *(id + 1 for id in self.special.values())])
        self._spellings: list[bytes | None] = [piece or None for piece in pieces] + [None] * (size - len(pieces))
        for token, id in self.special.items():
            if id < 0 or self._spellings[id] is not None:
                raise VocabularyError(f"{name} gives id {id} to {token!r} and to another piece")
            self._spellings[id] = token.encode()
        self._characters = Characters(self._ranks)
        self._cached = _Chunks(self._ids)

    @property
    def vocab_size(self) -> int:
        return len(self._spellings)

    def encode(
        self, text: str, allowed_special: Collection[str] | str = (), disallowed_special: Collection[str] | str = "all"
    ) -> list[int]:
        """The ids of `text`. Special tokens as in tiktoken: names, or "all"; see special.split.

        Raises DTypeError, TextError for a lone surrogate, a disallowed special token or a byte without a piece.
        """
        ids: list[int] = []
        for _, stretch, control in self._stretches(text, allowed_special, disallowed_special):
            if control:
                ids.append(self.special[stretch])
            else:
                ids += chain.from_iterable(map(self._cached.__getitem__, split.chunks(self.split, stretch)))
        return ids

    def tokens(
        self, text: str, allowed_special: Collection[str] | str = (), disallowed_special: Collection[str] | str = "all"
    ) -> list[Token]:
        """As `encode`, each id with its bytes and its characters."""
        found: list[Token] = []
        for start, stretch, control in self._stretches(text, allowed_special, disallowed_special):
            if control:
                found.append(Token(self.special[stretch], stretch.encode(), start, start + len(stretch)))
                continue
            for first, last in split.spans(self.split, stretch):
                found += self._placed(stretch[first:last], start + first)
        return found

    def decode(self, ids: Iterable[int], errors: str = "replace") -> str:
        """The text of `ids`. Bytes that are no UTF-8 become U+FFFD; with errors="strict" they raise TextError saying where."""
        ids = numbers(ids)
        data = self.decode_bytes(ids)
        try:
            return data.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            at, place, lengths = 0, 0, [len(self._spellings[id] or b"") for id in ids]
            while at + lengths[place] <= error.start:
                at += lengths[place]
                place += 1
            raise TextError(f"byte {error.start} of these tokens, in the one at place {place}, is no UTF-8: {error.reason}") from None

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes of `ids`, exactly. Raises DTypeError, UnknownToken."""
        return b"".join([self.spelling(id, place) for place, id in enumerate(numbers(ids))])

    def spelling(self, id: int, place: int | None = None) -> bytes:
        found = self._spellings[id] if 0 <= id < len(self._spellings) else None
        if found is None:
            raise self._unknown(id, place)
        return found

    def id(self, piece: bytes) -> int | None:
        """The id whose spelling is `piece`, or None."""
        return self._ranks.get(piece)

    def stream(self) -> "Stream":
        """A decoder for ids that come one by one."""
        return Stream(self)

    def save(self) -> bytes:
        """The vocabulary as a file's bytes; tokenize.from_bytes reads it."""
        specials = set(self.special.values())
        pieces = [b"" if id in specials else piece or b"" for id, piece in enumerate(self._spellings)]
        return vocab_file.write(
            self.kind, {"name": self.name, "split": self.split, "special": self.special}, vocab_file.pack_strings(pieces)
        )

    @classmethod
    def from_vocabulary(cls, vocabulary: Vocabulary) -> Self:
        """The tokenizer in a vocabulary file. Raises VocabularyError."""
        about = vocabulary.about
        try:
            name, pattern = str(about["name"]), str(about["split"])
            control = {str(token): int(id) for token, id in about["special"].items()}
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise VocabularyError(f"the vocabulary file does not say what a byte BPE needs: {error!r}") from None
        return cls(name, vocab_file.unpack_strings(vocabulary), pattern, control)

    def _stretches(self, text: str, allowed: Collection[str] | str, disallowed: Collection[str] | str) -> Iterable[tuple[int, str, bool]]:
        if not self.special:
            return [(0, checked(text), False)]
        return special.split(checked(text), self.special, allowed, disallowed, self.name)

    def _ids(self, chunk: str) -> tuple[int, ...]:
        whole = chunk.encode()
        ranks = self._ranks
        if whole in ranks:
            return (ranks[whole],)
        try:
            return tuple([ranks[piece] for piece in merge(self._characters.parts(chunk), ranks)])
        except KeyError as error:
            raise TextError(f"{self.name} has no piece for the byte {error.args[0].hex()} of {chunk[:40]!r}") from None

    def _placed(self, chunk: str, start: int) -> list[Token]:
        """A chunk's tokens with their characters: those whose bytes, any of them, a token holds."""
        spellings = [(id, self._spellings[id]) for id in self._cached[chunk]]
        if chunk.isascii():
            owner: Sequence[int] = range(start, start + len(chunk))
        else:
            owner = [start + i for i, char in enumerate(chunk) for _ in char.encode()]
        found, at = [], 0
        for id, piece in spellings:
            found.append(Token(id, piece, owner[at], owner[at + len(piece) - 1] + 1))
            at += len(piece)
        return found


class Stream:
    """Decodes ids one by one and never gives half a character: bytes wait until their character is whole."""

    def __init__(self, tokenizer: ByteBPE):
        self._tokenizer, self._decoder = tokenizer, getincrementaldecoder("utf-8")("replace")

    def push(self, id: int) -> str:
        """The text that `id` completes, often nothing. Raises DTypeError, UnknownToken."""
        return self._decoder.decode(self._tokenizer.decode_bytes([id]))

    def end(self) -> str:
        """What is left: U+FFFD for a character that was never finished."""
        return self._decoder.decode(b"", final=True)


class _Chunks(dict):
    """The ids of chunks met before. A dict, so that looking up a text's chunks is one loop in C."""

    def __init__(self, make: Callable[[str], tuple[int, ...]]):
        self._make = make

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        ids = self._make(chunk)
        if len(chunk) <= LONGEST:
            if len(self) >= CACHED:
                self.clear()
            self[chunk] = ids
        return ids
