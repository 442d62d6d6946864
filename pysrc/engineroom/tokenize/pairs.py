"""Neighbouring pairs, counted while they are merged: what training a BPE comes down to.

Each merge costs as much as there are places where the pair stands, not as much as there is text: the distinct sequences lie end to
end in one list with links to their neighbours, and a heap of counts is put right only when its top turns out to be out of date.
"""

import itertools
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

from engineroom.errors import VocabularyError

type Pair = tuple[int, int]

TIES = ("first-seen", "smallest-pair")


class Pairs:
    """The pairs of `sequences` (each a list of ids), a sequence counted as often as `counts` says.

    ties: which of equally frequent pairs comes first. "first-seen": the one that stands first in the sequences as they are now, in
    their order. "smallest-pair": that of the smallest left id, then right id. Raises VocabularyError for others.
    """

    def __init__(self, sequences: Iterable[Sequence[int]], counts: Iterable[int], ties: str = "first-seen"):
        if ties not in TIES:
            raise VocabularyError(f"ties are settled by {' or '.join(map(repr, TIES))}, not {ties!r}")
        self._by_place = ties == "first-seen"
        self._symbols: list[int] = []
        self._weights: list[int] = []
        self._before: list[int] = []
        self._after: list[int] = []
        self.length = 0
        self._counts: dict[Pair, int] = {}
        self._places: dict[Pair, list[int]] = {}
        for sequence, count in zip(sequences, counts):
            self._add(sequence, count)
        self._heap = [(-self.worth(pair), pair) for pair in self._counts]
        heapify(self._heap)

    def worth(self, pair: Pair) -> float:
        """What the best pair has most of: how often it stands in the text."""
        return self._counts.get(pair, 0)

    def count(self, pair: Pair) -> int:
        """How often the pair stands in the text now; "aaa" holds (a, a) twice."""
        return self._counts.get(pair, 0)

    def best(self) -> tuple[Pair, float] | None:
        """The pair of the highest worth, and that; None when no two symbols are neighbours."""
        heap = self._heap
        tied: list[Pair] = []
        best = 0.0
        while heap:
            worth, pair = -heap[0][0], heap[0][1]
            if worth < best:
                break
            heappop(heap)
            true = self.worth(pair)
            if true != worth:
                if 0 < true < worth:
                    heappush(heap, (-true, pair))
            elif not tied or pair != tied[-1]:
                best = worth
                tied.append(pair)
                if not self._by_place:
                    break
        if not tied:
            return None
        chosen = min(tied, key=self._first) if len(tied) > 1 else tied[0]
        for pair in tied:
            heappush(heap, (-best, pair))
        return chosen, best

    def merge(self, pair: Pair, new: int) -> int:
        """Put the symbol `new` wherever `pair` stands, from left to right; returns how many times that was, weighted."""
        a, b = pair
        symbols, before, after, counts, places = self._symbols, self._before, self._after, self._counts, self._places
        rising: set[Pair] = set()
        merged = 0
        for at in sorted(places.pop(pair, ())):
            right = after[at]
            if symbols[at] != a or right < 0 or symbols[right] != b:
                continue  # out of date
            weight, left, further = self._weights[at], before[at], after[right]
            symbols[at], symbols[right] = new, -1
            after[at] = further
            merged += weight
            if further >= 0:
                before[further] = at
                counts[(b, symbols[further])] -= weight
                self._stands((new, symbols[further]), at, weight, rising)
            if left >= 0:
                counts[(symbols[left], a)] -= weight
                self._stands((symbols[left], new), left, weight, rising)
        counts.pop(pair, None)
        self.length -= merged
        self._settle(pair, new, merged, rising)
        return merged

    def sequences(self) -> Iterable[list[int]]:
        """The sequences as they are now."""
        row: list[int] = []
        for at, symbol in enumerate(self._symbols):
            if symbol >= 0:
                row.append(symbol)
                if self._after[at] < 0:
                    yield row
                    row = []

    def _settle(self, pair: Pair, new: int, merged: int, rising: set[Pair]) -> None:
        """After a merge: put pairs that may be worth more now where they belong. Those worth less wait until they come up."""
        for other in rising:
            if self._counts.get(other):
                heappush(self._heap, (-self.worth(other), other))

    def _add(self, sequence: Sequence[int], count: int) -> None:
        first, n = len(self._symbols), len(sequence)
        if not n:
            return
        self._symbols += sequence
        self._weights += [count] * n
        self._before += [-1, *range(first, first + n - 1)]
        self._after += [*range(first + 1, first + n), -1]
        self.length += n * count
        counts, places = self._counts, self._places
        for at, pair in enumerate(itertools.pairwise(sequence), first):
            if pair in counts:
                counts[pair] += count
                places[pair].append(at)
            else:
                counts[pair] = count
                places[pair] = [at]

    def _stands(self, pair: Pair, at: int, weight: int, rising: set[Pair]) -> None:
        if pair in self._counts:
            self._counts[pair] += weight
        else:
            self._counts[pair] = weight
        self._places.setdefault(pair, []).append(at)
        rising.add(pair)

    def _first(self, pair: Pair) -> int:
        """The first place where the pair stands now."""
        a, b = pair
        symbols, after = self._symbols, self._after
        return min(at for at in self._places[pair] if symbols[at] == a and after[at] >= 0 and symbols[after[at]] == b)
