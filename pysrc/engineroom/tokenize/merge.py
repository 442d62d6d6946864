"""Merging one chunk: again and again the neighbours whose concatenation comes first in the vocabulary, leftmost on ties.

Sennrich et al. 2016, arXiv 1508.07909, algorithm 1, applied to new text: merges in the order in which they were learnt.
"""

import re
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain, pairwise

LONG = 200  # parts: beyond, a heap is quicker than looking at every pair each time
NEVER = 1 << 62


def merge[Piece: (bytes, str, tuple[str, ...])](parts: Sequence[Piece], ranks: Mapping[Piece, int]) -> list[Piece]:
    """The pieces that `parts`, in order, end as: n log n for long chunks. `ranks` has the order of the merges."""
    return _by_heap(parts, ranks) if len(parts) > LONG else _by_scan(parts, ranks)


def _by_scan[Piece: (bytes, str, tuple[str, ...])](parts: Sequence[Piece], ranks: Mapping[Piece, int]) -> list[Piece]:
    rank, parts = ranks.get, list(parts)
    found = [rank(a + b, NEVER) for a, b in pairwise(parts)]  # of each part with the next
    while found:
        best = min(found)
        if best == NEVER:
            break
        at = found.index(best)
        parts[at] += parts.pop(at + 1)
        del found[at]
        if at < len(found):
            found[at] = rank(parts[at] + parts[at + 1], NEVER)
        if at:
            found[at - 1] = rank(parts[at - 1] + parts[at], NEVER)
    return parts


def _by_heap[Piece: (bytes, str, tuple[str, ...])](parts: Sequence[Piece], ranks: Mapping[Piece, int]) -> list[Piece]:
    n, here = len(parts), dict(enumerate(parts))  # the pieces by where they start; merged ones leave
    before, after = list(range(-1, n - 1)), list(range(1, n + 1))
    heap = [(rank, at, at + 1) for at in range(n - 1) if (rank := ranks.get(here[at] + here[at + 1])) is not None]
    heapify(heap)
    while heap:
        rank, at, right = heappop(heap)
        if at not in here or right not in here or ranks.get(here[at] + here[right]) != rank:
            continue  # one of the two has been merged since
        here[at] += here.pop(right)
        end = after[at] = after[right]
        if end < n:
            before[end] = at
            if (rank := ranks.get(here[at] + here[end])) is not None:
                heappush(heap, (rank, at, end))
        left = before[at]
        if left >= 0 and (rank := ranks.get(here[left] + here[at])) is not None:
            heappush(heap, (rank, left, at))
    return list(here.values())


class Characters:
    """Where merging may start from characters instead of single bytes, with the same result.

    Within a character its bytes merge as they do alone, unless some piece reaches from the middle of one character into
    another. Such pieces are few: when two bytes stand at an edge as in one of them, it is looked for.
    """

    def __init__(self, ranks: Mapping[bytes, int]):
        self._ranks = ranks
        self._seeds: dict[str, list[bytes]] = {}
        self._reaching: dict[bytes, list[bytes]] = {}  # by the bytes on the two sides of an edge
        for piece in ranks:
            if not piece.isascii() and not _whole(piece):
                for at in range(1, len(piece)):
                    if not 0x80 <= piece[at] < 0xC0:
                        self._reaching.setdefault(piece[at - 1 : at + 1], []).append(piece)
        lefts, rights = ({edge[side : side + 1] for edge in self._reaching} for side in (0, 1))
        self._edges = re.compile(
            b"(?=([%s][%s]))" % tuple(b"".join(map(re.escape, sorted(side))) or b"\xff" for side in (lefts, rights))
        ).findall

    def parts(self, chunk: str) -> list[bytes]:
        """What merging `chunk` may start from."""
        if chunk.isascii():
            return _bytes(chunk)
        whole, seeds, reaching = chunk.encode(), self._seeds, self._reaching
        for edge in reaching.keys() & self._edges(whole):
            for piece in reaching[edge]:
                if piece in whole:
                    return _bytes(chunk)
        return list(chain.from_iterable([seeds.get(char) or self._seed(char) for char in chunk]))

    def _seed(self, char: str) -> list[bytes]:
        self._seeds[char] = made = _by_scan(_bytes(char), self._ranks)
        return made


def _bytes(text: str) -> list[bytes]:
    return [bytes([byte]) for byte in text.encode()]


def _whole(piece: bytes) -> bool:
    try:
        return bool(piece.decode())
    except UnicodeDecodeError:
        return False
