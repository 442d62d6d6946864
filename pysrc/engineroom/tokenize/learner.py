"""What all trainers that merge have in common: the best pair becomes a new piece, one step at a time, and can be had at any of them."""

from collections.abc import Iterator
from typing import NamedTuple

from engineroom.errors import VocabularyError
from engineroom.tokenize.pairs import Pairs


class Merge(NamedTuple):
    """One step: the ids `left` and `right` became `id`, spelt `bytes`, in `count` places; the text is now `length` tokens long.

    score: what no other pair had more of; in BPE, `count`.
    """

    id: int
    left: int
    right: int
    bytes: bytes
    count: int  # pyright: ignore[reportIncompatibleMethodOverride]
    length: int
    score: float


class Learner[Piece: (bytes, str)]:
    """Learns merges one by one. pieces: spellings by id, at first those that nothing was merged for. pairs: the text, as their ids."""

    def __init__(self, pieces: list[Piece], pairs: Pairs):
        self.pieces, self._pairs, self._n_first = pieces, pairs, len(pieces)
        self.merges: list[Merge] = []

    @property
    def length(self) -> int:
        """Tokens in the text as it is cut now."""
        return self._pairs.length

    def steps(self, n: int) -> Iterator[Merge]:
        """At most `n` more merges, one by one; fewer when nothing is left to merge."""
        for _ in range(n):
            found = self._pairs.best()
            if found is None:
                return
            (left, right), score = found
            id, count = len(self.pieces), self._pairs.count((left, right))
            piece = self._joined(self.pieces[left], self.pieces[right])
            self.pieces.append(piece)
            self._pairs.merge((left, right), id)
            self.merges.append(Merge(id, left, right, self._spelt(piece), count, self.length, score))
            yield self.merges[-1]

    def known(self, n_merges: int | None = None) -> list[Piece]:
        """The pieces after the first `n_merges` merges, or all so far. Raises VocabularyError."""
        n = len(self.merges) if n_merges is None else n_merges
        if not 0 <= n <= len(self.merges):
            raise VocabularyError(f"{n_merges} merges asked for; {len(self.merges)} are learnt")
        return self.pieces[: self._n_first + n]

    def _joined(self, left: Piece, right: Piece) -> Piece:
        return left + right

    def _spelt(self, piece: Piece) -> bytes:
        return piece if isinstance(piece, bytes) else piece.encode()
