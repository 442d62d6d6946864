"""Text to the most probable pieces of a unigram model, and back.

Kudo 2018, arXiv 1804.10959, section 3.2; google/sentencepiece, unigram_model.cc.
"""

from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count
from math import exp, inf, log
from random import Random
from typing import NamedTuple

from engineroom.errors import VocabularyError
from engineroom.tokenize.base import checked
from engineroom.tokenize.normalise import Normaliser
from engineroom.tokenize.sentencepiece import SentencePiece

UNKNOWN_PENALTY = 10.0  # a character without a piece costs this much more than the rarest piece, in nats
RESTART = 100_000.0  # where SentencePiece restarts its float32 sum
CACHED = 1 << 17  # words whose best cut is remembered


class Path(NamedTuple):
    """One way to cut a text: its ids, and the logarithm of their probability, in nats."""

    ids: list[int]
    score: float


class Unigram(SentencePiece):
    """See SentencePiece. A score is the natural logarithm of the piece's probability.

    `encode` adds in float32, from the text's start, as SentencePiece does: of two cuts that are equally probable, the one it
    takes depends on that.
    """

    kind = "unigram"

    def __init__(self, name: str, pieces: Sequence[str], scores: Sequence[float], types: Sequence[int], normaliser: Normaliser):
        super().__init__(name, pieces, scores, types, normaliser)
        if not self._ids:
            raise VocabularyError(f"{name} has no pieces but the unknown")
        known = {piece: self.scores[id] for piece, id in self._ids.items()}
        self._unknown_score = array("f", [min(known.values()) - UNKNOWN_PENALTY])[0]
        self._prefixes = {piece[:end] for piece in known for end in range(1, len(piece) + 1)}
        self._planned = lru_cache(CACHED)(self._plan)

    def n_best(self, text: str, n: int) -> list[Path]:
        """The `n` most probable cuts of `text`, the best first; fewer when there are no more. Raises as `encode`.

        Kudo 2018, section 3.2: an A* search from the text's end, with Viterbi's scores as what is still to come.
        """
        spelt = self.normaliser.apply(checked(text))
        into: list[list[tuple[int, int, float]]] = [[] for _ in range(len(spelt) + 1)]
        best = [0.0] + [-inf] * len(spelt)
        for start in range(len(spelt)):
            for end, id, score in self._edges(spelt, start):
                into[end].append((start, id, score))
                best[end] = max(best[end], best[start] + score)
        order = count()
        open_: list[tuple[float, int, int, float, tuple]] = [(-best[-1], next(order), len(spelt), 0.0, ())]
        found: list[Path] = []
        while open_ and len(found) < n:
            _, _, at, score, rest = heappop(open_)
            if not at:
                ids = []
                while rest:
                    id, rest = rest
                    ids.append(id)
                found.append(Path(self._expanded(spelt, ids), score))
            for start, id, more in into[at]:
                heappush(open_, (-(best[start] + more + score), next(order), start, score + more, (id, rest)))
        return found

    def sample(self, text: str, alpha: float = 1.0, random: Random | None = None) -> list[int]:
        """One cut of `text`, drawn with its probability to the power `alpha`: 0 takes any, a large one the best. Raises as `encode`.

        Kudo 2018, section 3.1: what a model is shown in training, so that it meets a word in several spellings.
        """
        random, ids = random or Random(), []
        spelt = self.normaliser.apply(checked(text))
        for word in self._words(spelt):
            into, sums = self._summed(word, alpha)
            at, drawn = len(word), []
            while at:
                weights = [exp(sums[start] + alpha * score - sums[at]) for start, _, score in into[at]]
                start, id, _ = random.choices(into[at], weights)[0]
                drawn.append(id)
                at = start
            ids += reversed(drawn)
        return self._expanded(spelt, ids)

    def log_likelihood(self, text: str) -> float:
        """The logarithm of the probability of `text`, all ways to cut it added up, in nats. Raises as `encode`."""
        return sum(self._summed(word)[1][-1] for word in self._words(self.normaliser.apply(checked(text))))

    def _cut(self, words: Sequence[str]) -> list[int]:
        ids: list[int] = []
        total = array("f", [0.0])
        for word in words:
            planned, gap = self._planned(word)
            reach = abs(total[0]) - len(word) * self._unknown_score
            # Sums in float32 are off by no more than this; a smaller difference is decided by their roundings.
            if gap > len(word) * reach / (1 << 22) and reach < RESTART:
                for id in planned:
                    total[0] += self._unknown_score if id == self.unknown else self.scores[id]
                ids += planned
            else:
                ids += self._exact(word, total)
        return ids

    def _plan(self, word: str) -> tuple[tuple[int, ...], float]:
        """The best cut of one word, and by how much it wins at the closest of its decisions."""
        n = len(word)
        best, second = [0.0] + [-inf] * n, [-inf] * (n + 1)
        came = [(0, 0)] * (n + 1)
        for start in range(n):
            for end, id, score in self._edges(word, start):
                score += best[start]
                if score > best[end]:
                    second[end], best[end], came[end] = best[end], score, (start, id)
                elif score > second[end]:
                    second[end] = score
        ids, gap, at = [], inf, n
        while at:
            gap = min(gap, best[at] - second[at])
            at, id = came[at]
            ids.append(id)
        return tuple(reversed(ids)), gap

    def _exact(self, word: str, total: array) -> list[int]:
        """The best cut of one word after others that scored `total`, every sum rounded to float32; `total` goes on."""
        n = len(word)
        best = array("f", [total[0]] + [-inf] * n)
        came = [(0, 0)] * (n + 1)
        rounded = array("f", [0.0])
        for start in range(n):
            here = best[start]
            if abs(here) > RESTART:
                for at in range(start, n + 1):
                    best[at] -= here
                here = 0.0
            for end, id, score in self._edges(word, start):
                rounded[0] = here + score
                if rounded[0] > best[end]:
                    best[end], came[end] = rounded[0], (start, id)
        total[0] = best[n]
        ids, at = [], n
        while at:
            at, id = came[at]
            ids.append(id)
        return ids[::-1]

    def _edges(self, text: str, start: int) -> Iterator[tuple[int, int, float]]:
        """The pieces that `text` has at `start`, shortest first: (end, id, score)."""
        single = False
        for end in range(start + 1, len(text) + 1):
            piece = text[start:end]
            if piece not in self._prefixes:
                break
            id = self._ids.get(piece)
            if id is not None:
                single = single or end == start + 1
                yield end, id, self.scores[id]
        if not single:
            yield start + 1, self.unknown, self._unknown_score

    def _summed(self, word: str, alpha: float = 1.0) -> tuple[list[list[tuple[int, int, float]]], list[float]]:
        """The pieces that end at each place of one word, and the log-sum of all ways to get there."""
        n = len(word)
        into: list[list[tuple[int, int, float]]] = [[] for _ in range(n + 1)]
        sums = [0.0] + [-inf] * n
        for start in range(n):
            if start:
                sums[start] = log_sum([sums[before] + alpha * score for before, _, score in into[start]])
            for end, id, score in self._edges(word, start):
                into[end].append((start, id, score))
        sums[n] = log_sum([sums[before] + alpha * score for before, _, score in into[n]])
        return into, sums


def log_sum(values: Sequence[float]) -> float:
    """log Σ exp(values)."""
    top = max(values)
    return top + log(sum([exp(value - top) for value in values]))
