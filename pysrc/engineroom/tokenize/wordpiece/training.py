"""Learning a WordPiece vocabulary: like BPE, but which pair is merged next is another question.

Schuster & Nakajima 2012 (Japanese and Korean Voice Search), section 3: the pair that raises the likelihood of the training text
most. Google never published the trainer; the score used here, f(ab) / (f(a) f(b)), is the usual reconstruction (Hugging Face's
course, chapter 6.6). Hugging Face's own WordPieceTrainer counts pairs as BPE does: train_by_frequency.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import heappush

from engineroom import ui
from engineroom.errors import VocabularyError
from engineroom.tokenize.base import checked
from engineroom.tokenize.bert_words import words
from engineroom.tokenize.learner import Learner
from engineroom.tokenize.pairs import Pair, Pairs
from engineroom.tokenize.wordpiece.tokenizer import MARK, UNKNOWN, WordPiece


class LikelyPairs(Pairs):
    """Pairs by f(ab) / (f(a) f(b)): how much more often they stand together than by chance, but for a factor that all share."""

    def __init__(self, sequences: Iterable[Sequence[int]], counts: Iterable[int], ties: str = "first-seen"):
        self._frequency: defaultdict[int, int] = defaultdict(int)
        self._with: defaultdict[int, set[Pair]] = defaultdict(set)  # the pairs a symbol is in
        super().__init__(sequences, counts, ties)
        for pair in self._counts:
            self._joins(pair)

    def worth(self, pair: Pair) -> float:
        count = self._counts.get(pair, 0)
        return count and count / (self._frequency[pair[0]] * self._frequency[pair[1]])

    def _add(self, sequence: Sequence[int], count: int) -> None:
        super()._add(sequence, count)
        for symbol in sequence:
            self._frequency[symbol] += count

    def _settle(self, pair: Pair, new: int, merged: int, rising: set[Pair]) -> None:
        """Beside the new pairs, every pair with a part of the merged one is worth more: that part is rarer now."""
        self._frequency[new] = merged
        for symbol in pair:
            self._frequency[symbol] -= merged
        for other in rising:
            self._joins(other)
        for other in self._with[pair[0]] | self._with[pair[1]] | rising:
            if self._counts.get(other):
                heappush(self._heap, (-self.worth(other), other))
            else:
                self._with[other[0]].discard(other)
                self._with[other[1]].discard(other)

    def _joins(self, pair: Pair) -> None:
        self._with[pair[0]].add(pair)
        self._with[pair[1]].add(pair)


class Trainer(Learner[str]):
    """Counts the words of `text` (a string, or an iterable of strings) once, normalised as uncased BERT does; then learns a merge a step.

    ties: "first-seen" or "smallest-pair"; see Pairs. pieces: [UNK], the characters as they start words and, marked ##, as they go on.
    Raises DTypeError, TextError, VocabularyError.
    """

    pairs: type[Pairs] = LikelyPairs

    def __init__(self, text: str | Iterable[str], ties: str = "first-seen", name: str = "own"):
        self.name = name
        counts: Counter[str] = Counter()
        for part in [text] if isinstance(text, str) else text:
            counts.update(words(checked(part)))
        spelt = [[word[0], *(MARK + char for char in word[1:])] for word in counts]
        pieces = [UNKNOWN, *sorted({piece for word in spelt for piece in word})]
        ids = {piece: id for id, piece in enumerate(pieces)}
        super().__init__(pieces, self.pairs(([ids[piece] for piece in word] for word in spelt), counts.values(), ties))

    def _joined(self, left: str, right: str) -> str:
        return left + right.removeprefix(MARK)

    def tokenizer(self, n_merges: int | None = None) -> WordPiece:
        """A tokenizer with the merges learnt so far, or the first `n_merges` of them. A piece learnt in two ways is there once."""
        return WordPiece(self.name, {piece: id for id, piece in enumerate(dict.fromkeys(self.known(n_merges)))})


class FrequencyTrainer(Trainer):
    """As Trainer, but the most frequent pair is merged: BPE's rule with WordPiece's marks."""

    pairs = Pairs


def train(text: str | Iterable[str], vocab_size: int, ties: str = "first-seen", name: str = "own") -> WordPiece:
    """A vocabulary of vocab_size pieces, learnt from `text` by likelihood; see Trainer. Shows its progress.

    Raises VocabularyError when vocab_size is smaller than the text's characters need, or larger than its words allow.
    """
    return _grown(Trainer(text, ties, name), vocab_size)


def train_by_frequency(text: str | Iterable[str], vocab_size: int, ties: str = "smallest-pair", name: str = "own") -> WordPiece:
    """As `train`, but merging the most frequent pair, as Hugging Face's WordPieceTrainer does."""
    return _grown(FrequencyTrainer(text, ties, name), vocab_size)


def _grown(trainer: Trainer, vocab_size: int) -> WordPiece:
    known = set(trainer.pieces)
    wanted = vocab_size - len(known)
    if wanted < 0:
        raise VocabularyError(f"vocab_size is {vocab_size}; the text's characters and {UNKNOWN} need {len(known)}")
    with ui.Progress("pieces", wanted) as bar:
        while len(known) < vocab_size:
            bar.update(wanted - vocab_size + len(known))
            merge = next(trainer.steps(1), None)
            if merge is None:
                raise VocabularyError(f"the text allows {len(known)} pieces, then every word is one; {vocab_size} were asked for")
            known.add(trainer.pieces[merge.id])
    return trainer.tokenizer()
