"""Merging one chunk: again and again the neighbours whose concatenation comes first in the vocabulary, leftmost on ties.

Sennrich et al. 2016, arXiv 1508.07909, algorithm 1, applied to new text: merges in the order in which they were learnt.
"""

from collections.abc import Mapping
from heapq import heapify, heappop, heappush

LONG = 200  # symbols: beyond, a heap is quicker than looking at every pair each time
NEVER = 1 << 62


def merge[Piece: (bytes, tuple[str, ...])](chunk: Piece, ranks: Mapping[Piece, int]) -> list[Piece]:
    """The pieces `chunk`, bytes or a tuple of symbols, ends as: n log n for long chunks. `ranks` has the order of the merges."""
    return _by_heap(chunk, ranks) if len(chunk) > LONG else _by_scan(chunk, ranks)


def _by_scan[Piece: (bytes, tuple[str, ...])](chunk: Piece, ranks: Mapping[Piece, int]) -> list[Piece]:
    rank = ranks.get
    parts = [chunk[i : i + 1] for i in range(len(chunk))]
    found = [rank(chunk[i : i + 2], NEVER) for i in range(len(chunk) - 1)]  # of each part with the next
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


def _by_heap[Piece: (bytes, tuple[str, ...])](chunk: Piece, ranks: Mapping[Piece, int]) -> list[Piece]:
    n = len(chunk)
    ends = list(range(1, n + 1))  # of the part that starts here; 0 when none does
    before = list(range(-1, n - 1))  # where the part before starts
    heap = [(rank, at, at + 2) for at in range(n - 1) if (rank := ranks.get(chunk[at : at + 2])) is not None]
    heapify(heap)
    while heap:
        _, at, end = heappop(heap)
        middle = ends[at]
        if not middle or middle >= n or middle >= end or ends[middle] != end:
            continue  # one of the two has been merged since
        ends[at], ends[middle] = end, 0
        if end < n:
            before[end] = at
            if (rank := ranks.get(chunk[at : ends[end]])) is not None:
                heappush(heap, (rank, at, ends[end]))
        left = before[at]
        if left >= 0 and (rank := ranks.get(chunk[left:end])) is not None:
            heappush(heap, (rank, left, end))
    return [chunk[at : ends[at]] for at in range(n) if ends[at]]
