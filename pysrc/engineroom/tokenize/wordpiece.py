"""WordPiece as BERT reads text: normalise, split into words, cut each word greedily into known pieces.

Schuster & Nakajima 2012 (Japanese and Korean Voice Search) built such vocabularies; Devlin et al. 2019
(arXiv 1810.04805) and google-research/bert, tokenization.py, give the rules of the uncased encoder followed here.
Every token carries where it stands in the text as it was typed.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engineroom.errors import DTypeError, VocabularyError
from engineroom.tokenize.unicode8 import category

type Vocabulary = Mapping[str, int]
type Placed = list[tuple[str, int]]  # characters, each with the index in the text of the one it came from

UNKNOWN = "[UNK]"
IDEOGRAPHS = (  # the last gap, 2B820–2B91F, is Hugging Face's; Google's code closes it
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)


class Token(NamedTuple):
    """One piece: its id, its spelling in the vocabulary, and text[start:end], what it stands for."""

    id: int
    text: str
    start: int
    end: int


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


def encode(text: str, vocab: Vocabulary, max_chars: int = 100) -> list[Token]:
    """The tokens of `text`, without [CLS] and [SEP]; offsets count characters of `text` itself.

    A word that the vocabulary cannot spell, or longer than max_chars after normalising, becomes one [UNK].
    Raises DTypeError when `text` is no string, VocabularyError when `vocab` has no [UNK].

    Differs from Hugging Face's defaults: "[CLS]" typed in the text is five characters, never a control token. And where
    combining marks stand in another than Unicode's canonical order, an offset there names the very mark, not its place.
    """
    if not isinstance(text, str):
        raise DTypeError(f"text must be a string, not {type(text).__name__}")
    if UNKNOWN not in vocab:
        raise VocabularyError(f"vocab has no {UNKNOWN}: load it with load_vocab")
    return [token for word in _words(normalise(text)) for token in _pieces(word, vocab, max_chars)]


def normalise(text: str) -> Placed:
    """Drop control characters, put spaces around ideographs, strip accents, lower the case."""
    placed: Placed = []
    for index, char in enumerate(text):
        if char.isspace() and (char in "\t\n\r" or category(char) != "Cc"):
            placed.append((" ", index))
        elif char in "\0\ufffd" or category(char) in ("Cc", "Cf", "Cs", "Co"):
            continue
        elif any(first <= ord(char) <= last for first, last in IDEOGRAPHS):
            placed += [(" ", index), *_plain(char, index), (" ", index)]
        else:
            placed += _plain(char, index)
    return placed


def _plain(char: str, index: int) -> Placed:
    base = (part for part in unicodedata.normalize("NFD", char) if category(part) != "Mn")
    return [(lower, index) for part in base for lower in part.lower()]


def _words(placed: Placed) -> Iterator[Placed]:
    """Split at spaces; each punctuation character is a word of its own."""
    word: Placed = []
    for char, index in [*placed, (" ", -1)]:
        if char != " " and not _is_punctuation(char):
            word.append((char, index))
            continue
        if word:
            yield word
            word = []
        if char != " ":
            yield [(char, index)]


def _is_punctuation(char: str) -> bool:
    return category(char)[0] == "P" or char in "$+<=>^`|~"  # ASCII symbols count: as typed, $ acts like a full stop


def _pieces(word: Placed, vocab: Vocabulary, max_chars: int) -> list[Token]:
    """The longest piece the vocabulary has, then the longest for what is left, to the word's end."""
    spelling = "".join(char for char, _ in word)
    first, last = word[0][1], word[-1][1]
    unknown = [Token(vocab[UNKNOWN], UNKNOWN, first, last + 1)]
    if len(spelling) > max_chars:
        return unknown
    tokens, start = [], 0
    while start < len(spelling):
        mark = "##" if start else ""
        ends = range(len(spelling), start, -1)  # longest first
        end = next((end for end in ends if mark + spelling[start:end] in vocab), None)
        if end is None:
            return unknown
        piece = mark + spelling[start:end]
        tokens.append(Token(vocab[piece], piece, word[start][1], word[end - 1][1] + 1))
        start = end
    return tokens
