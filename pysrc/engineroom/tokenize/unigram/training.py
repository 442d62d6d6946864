"""Learning a unigram language model: start from many pieces, fit their probabilities, drop those that are missed least, repeat.

Kudo 2018 (Subword Regularization), arXiv 1804.10959, section 3.2; google/sentencepiece, unigram_model_trainer.cc, also for the
digamma in place of the logarithm (Liang & Klein 2007, Structured Bayesian Nonparametric Models with Variational Inference).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from engineroom import ui
from engineroom.errors import VocabularyError
from engineroom.tokenize.base import checked
from engineroom.tokenize.charsmap import Table
from engineroom.tokenize.lattices import Lattices
from engineroom.tokenize.normalise import SPACE, Normaliser
from engineroom.tokenize.sentencepiece import NORMAL, UNKNOWN
from engineroom.tokenize.split_pattern import SPACE as SPACES
from engineroom.tokenize.unigram.tokenizer import Unigram

SPARE = 1.1  # pieces kept until the end, as a multiple of what was asked for
SHRINK = 0.75  # of the pieces stay in a round
FITS = 2  # of the probabilities, each round
RARE = 0.5  # a piece expected less often than this goes
PENALTY = 10.0  # nats below the rarest piece, for a character that would go
WHITESPACE = Normaliser(Table({chr(code): " " for first, last in SPACES for code in range(first, last + 1)}))


class Round(NamedTuple):
    """What one round did: `size` pieces are left, `removed` are gone, the most missed last; the text's log-likelihood, in nats, and
    tokens before that."""

    size: int
    removed: list[str]
    log_likelihood: float
    n_tokens: int


class Trainer:
    """Counts the words of `text` (a string, or an iterable of strings) and their substrings; then shrinks, a round a step.

    vocab_size: pieces of the tokenizer, <unk> among them. longest: characters of a piece. n_seeds: substrings to start from, those
    that cover the most text; by default eight for each piece asked for, at least 20,000.
    Raises DTypeError, TextError, VocabularyError.

    Differs from SentencePiece: every character of the text gets a piece; seeds are substrings of words, wherever they stand,
    where SentencePiece's are those of a suffix array over whole lines; sums are in float64; whitespace of any kind is a space.
    """

    def __init__(self, text: str | Iterable[str], vocab_size: int, longest: int = 16, n_seeds: int | None = None, name: str = "own"):
        self.name, self.vocab_size = name, vocab_size
        words: Counter[str] = Counter()
        for part in [text] if isinstance(text, str) else text:
            words.update(re.findall(f"{SPACE}[^{SPACE}]*", WHITESPACE.apply(checked(part))))
        if not words:
            raise VocabularyError("the text is empty: there is nothing to learn from")
        self._counts = np.array(list(words.values()), float)
        self.pieces = seeds(words, longest, max(20_000, 8 * vocab_size) if n_seeds is None else n_seeds)
        self._required = np.array([len(piece) == 1 for piece in self.pieces], bool)
        if vocab_size < 1 + self._required.sum():
            raise VocabularyError(
                f"vocab_size is {vocab_size}; the text has {self._required.sum()} characters, so {1 + self._required.sum()} is the least"
            )
        index = {piece: number for number, piece in enumerate(self.pieces)}
        self._words = Lattices(list(words), index, longest)
        self._inside = Lattices(self.pieces, index, longest, whole=False)
        cover = np.bincount(self._words.piece, self._counts[self._words.row], len(self.pieces)) * [len(piece) for piece in self.pieces]
        self._alive = np.ones(len(self.pieces), bool)
        self._rare = np.zeros(len(self.pieces), bool)
        self._scores = np.log(cover / cover.sum())

    def steps(self) -> Iterator[Round]:
        """Rounds, one by one, until a tenth more pieces than asked for are left."""
        wanted = int(self.vocab_size * SPARE)
        while True:
            before = self._alive.copy()
            likelihood = [self._fit() for _ in range(FITS)][-1]
            n_tokens, losses = self._losses()
            size = max(wanted, int(SHRINK * self._alive.sum()))
            going = np.flatnonzero(self._alive & ~self._required)
            going = going[np.argsort(losses[going], kind="stable")]
            spare = max(0, int(self._alive.sum()) - size)
            never = int(np.isneginf(losses[going]).sum())
            self._drop(going[: max(spare, never)])
            removed = np.flatnonzero(before & ~self._alive)
            yield Round(
                int(self._alive.sum()),
                [self.pieces[at] for at in removed[np.argsort(losses[removed], kind="stable")]],
                likelihood,
                n_tokens,
            )
            if self._alive.sum() <= wanted:
                return

    def tokenizer(self) -> Unigram:
        """A tokenizer with the `vocab_size` most probable of the pieces that are left, every character of the text among them."""
        alternative, _ = self._inside.best(self._masked())
        usable = self._alive & ((alternative <= self._scores) | self._required)
        scores, rare = self._scores.copy(), np.flatnonzero(self._rare)
        scores[rare] = scores[self._alive & ~self._rare].min() + 1e-4 * np.arange(len(rare))  # as SentencePiece: no two alike
        order = sorted(np.flatnonzero(usable).tolist(), key=lambda at: (not self._required[at], -scores[at], self.pieces[at]))
        chosen = sorted(order[: self.vocab_size - 1], key=lambda at: (-scores[at], self.pieces[at]))
        if len(chosen) < self.vocab_size - 1:
            raise VocabularyError(f"the text allows {len(chosen) + 1} pieces; {self.vocab_size} were asked for")
        pieces = ["<unk>", *(self.pieces[at] for at in chosen)]
        return Unigram(self.name, pieces, [0.0, *scores[chosen]], [UNKNOWN] + [NORMAL] * len(chosen), WHITESPACE)

    def _fit(self) -> float:
        """One step of expectation and maximisation; the log-likelihood before it."""
        expected, likelihood = self._words.expected(self._scores, self._counts)
        common = self._alive & (expected >= RARE)
        self._rare = self._required & ~common
        self._drop(np.flatnonzero(self._alive & ~common & ~self._rare))
        self._scores[common] = digamma(expected[common]) - digamma(expected[common].sum())
        self._scores[self._rare] = self._scores[common].min() - PENALTY
        return float(likelihood @ self._counts)

    def _losses(self) -> tuple[int, np.ndarray]:
        """Tokens in the best cut of the text; and for each piece by how much a token is worse off, in nats, were it cut in turn.

        -inf for a piece that no best cut has, +inf for one that cannot be cut.
        """
        scores = self._masked()
        _, cuts = self._words.best(scores)
        used = sum((np.bincount(pieces, self._counts[texts], len(scores)) for texts, pieces in cuts), np.zeros(len(scores)))
        total = used.sum()
        alternative, cuts = self._inside.best(scores)
        logs, parts = np.zeros(len(scores)), np.zeros(len(scores))
        with np.errstate(divide="ignore", invalid="ignore"):
            for whole, part in cuts:
                logs[whole] += np.log(used[part] + used[whole])
                parts[whole] += 1
            cut = logs - parts * np.log(total + used * (parts - 1))
            losses = used / total * (np.log(used / total) - cut)
        losses[np.isneginf(alternative)] = np.inf
        losses[(used == 0) | (alternative > scores)] = -np.inf
        return int(total), losses

    def _drop(self, pieces: np.ndarray) -> None:
        self._alive[pieces] = False
        self._words.keep(self._alive)
        self._inside.keep(self._alive)

    def _masked(self) -> np.ndarray:
        return np.where(self._alive, self._scores, -np.inf)


def train(text: str | Iterable[str], vocab_size: int, longest: int = 16, n_seeds: int | None = None, name: str = "own") -> Unigram:
    """A tokenizer of vocab_size pieces, learnt from `text`; see Trainer. Shows its progress.

    Raises VocabularyError when vocab_size is smaller than the text's characters need, or larger than its substrings allow.
    """
    trainer = Trainer(text, vocab_size, longest, n_seeds, name)
    for _ in ui.progress(trainer.steps(), "rounds"):
        pass
    return trainer.tokenizer()


def seeds(words: Counter[str], longest: int, n: int) -> list[str]:
    """All characters of `words`, and the `n` substrings that occur twice or more and cover the most text."""
    found: Counter[str] = Counter()
    for word, count in words.items():
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + longest) + 1):
                found[word[start:end]] += count
    characters = sorted(piece for piece in found if len(piece) == 1)
    longer = [(-len(piece) * count, piece) for piece, count in found.items() if count > 1 and len(piece) > 1]
    return characters + [piece for _, piece in sorted(longer)[:n]]


def digamma(x: np.ndarray) -> np.ndarray:
    """The derivative of log Γ at x > 0. Abramowitz & Stegun 1964, 6.3.5 and 6.3.18: raised above 10, then the asymptotic series."""
    x = np.array(x, float)
    found = np.zeros_like(x)
    for _ in range(10):
        low = x < 10
        found -= np.where(low, 1 / x, 0.0)
        x = np.where(low, x + 1, x)
    inverse = 1 / (x * x)
    return found + np.log(x) - 0.5 / x - inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse / 240)))
