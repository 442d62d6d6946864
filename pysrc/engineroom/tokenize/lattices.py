"""All ways to cut many texts at once, as arrays: what training a unigram model sums over.

The places between characters are nodes, the pieces edges; a text's nodes are numbered from its first. Sums and maxima run over all
texts together, one place after another, so that Python's part does not grow with the number of texts.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

type Ints = np.ndarray
type Floats = np.ndarray


class Level(NamedTuple):
    """The edges that end (or start) at one place of every text: where each node's begin, and the nodes."""

    edges: slice
    first: Ints
    node: Ints


class Lattices:
    """texts: strings. index: {piece: number}. longest: characters of a piece. whole: whether a piece may be a whole text."""

    def __init__(self, texts: Sequence[str], index: Mapping[str, int], longest: int, whole: bool = True):
        starts = np.concatenate([[0], np.cumsum([len(text) + 1 for text in texts])])
        self.begin, self.end, self.n_nodes = starts[:-1], starts[1:] - 1, int(starts[-1])
        row, source, target, piece = [], [], [], []
        find = index.get
        for number, (text, first) in enumerate(zip(texts, self.begin.tolist())):
            n = len(text)
            for start in range(n):
                for end in range(start + 1, min(n, start + longest) + 1):
                    found = find(text[start:end])
                    if found is not None and (whole or end - start < n):
                        row.append(number)
                        source.append(first + start)
                        target.append(first + end)
                        piece.append(found)
        row, source, target, piece = (np.array(values, np.intp) for values in (row, source, target, piece))
        by_end = np.lexsort((source, target, target - self.begin[row]))
        self._set(row[by_end], source[by_end], target[by_end], piece[by_end])
        self._backward: Ints | None = None

    def _set(self, row: Ints, source: Ints, target: Ints, piece: Ints) -> None:
        self.row, self.source, self.target, self.piece = row, source, target, piece
        self._by_end = levels(target, target - self.begin[row])

    def keep(self, pieces: np.ndarray) -> None:
        """Drop the edges whose piece is False in `pieces`, (n_pieces,)."""
        kept = pieces[self.piece]
        if self._backward is not None:
            self._backward = (np.cumsum(kept) - 1)[self._backward[kept[self._backward]]]
        self._set(self.row[kept], self.source[kept], self.target[kept], self.piece[kept])

    def expected(self, scores: Floats, counts: Floats) -> tuple[Floats, Floats]:
        """How often each piece is expected, (n_pieces,), and each text's log-likelihood, (n_texts,), when a text occurs `counts` times.

        scores: (n_pieces,), logarithms. Forward and backward sums, as in Baum et al. 1970.
        """
        score = scores[self.piece]
        alpha = np.full(self.n_nodes, -np.inf)
        alpha[self.begin] = 0.0
        for edges, first, node in self._by_end:
            alpha[node] = log_sums(alpha[self.source[edges]] + score[edges], first)
        beta = np.full(self.n_nodes, -np.inf)
        beta[self.end] = 0.0
        if self._backward is None:
            self._backward = np.lexsort((self.target, self.source, self.source - self.begin[self.row]))
        order = self._backward
        source, target, back = self.source[order], self.target[order], score[order]
        for edges, first, node in reversed(levels(source, source - self.begin[self.row[order]])):
            beta[node] = log_sums(beta[target[edges]] + back[edges], first)
        likelihood = alpha[self.end]
        share = np.exp(alpha[self.source] + score + beta[self.target] - likelihood[self.row])
        return np.bincount(self.piece, share * counts[self.row], len(scores)), likelihood

    def best(self, scores: Floats) -> tuple[Floats, list[tuple[Ints, Ints]]]:
        """Each text's best score, (n_texts,), -inf where it cannot be cut; and the best cuts, from the last piece to the first, as
        (numbers of texts, their pieces)."""
        score = scores[self.piece]
        top = np.full(self.n_nodes, -np.inf)
        top[self.begin] = 0.0
        came = np.zeros(self.n_nodes, np.intp)
        for edges, first, node in self._by_end:
            sums = top[self.source[edges]] + score[edges]
            top[node] = np.maximum.reduceat(sums, first)
            is_top = sums == np.repeat(top[node], np.diff(first, append=len(sums)))
            came[node] = np.minimum.reduceat(np.where(is_top, np.arange(edges.start, edges.stop), len(score)), first)
        found = top[self.end]
        texts = np.flatnonzero(np.isfinite(found))
        at, steps = self.end[texts], []
        while len(texts):
            going = at > self.begin[texts]
            texts, at = texts[going], at[going]
            edge = came[at]
            steps.append((texts, self.piece[edge]))
            at = self.source[edge]
        return found, steps[:-1]


def levels(node: Ints, place: Ints) -> list[Level]:
    """The stretches of edges at one place; `node` and `place` of each edge, in their order."""
    if not len(node):
        return []
    edges = np.flatnonzero(np.diff(place, prepend=-1))
    found = []
    for start, stop in zip(edges.tolist(), [*edges[1:].tolist(), len(node)]):
        first = np.flatnonzero(np.diff(node[start:stop], prepend=-1))
        found.append(Level(slice(start, stop), first, node[start:stop][first]))
    return found


def log_sums(values: Floats, first: Ints) -> Floats:
    """log Σ exp over the stretches of `values` that begin at `first`."""
    top = np.maximum.reduceat(values, first)
    finite = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return finite + np.log(np.add.reduceat(np.exp(values - np.repeat(finite, np.diff(first, append=len(values)))), first))
