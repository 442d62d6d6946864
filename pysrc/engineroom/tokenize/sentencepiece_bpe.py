"""BPE as SentencePiece runs it: on characters with ▁ for spaces, bytes where there is no piece. Llama 2, Mistral's first models.

google/sentencepiece, bpe_model.cc: of all neighbours whose concatenation is a piece, those with the highest score merge first, the
leftmost on ties.

    mistral = await tokenize.load("mistral")
    mistral.encode("Tokenization is fascinating!")  # [16625, 1837, 349, 23069, 28808]
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from engineroom.tokenize.merge import merge
from engineroom.tokenize.normalise import Normaliser
from engineroom.tokenize.sentencepiece import SentencePiece

CACHED = 1 << 17  # words whose ids are remembered


class SentencePieceBPE(SentencePiece):
    """See SentencePiece. A score says when a merge was learnt: the highest came first."""

    kind = "sentencepiece-bpe"

    def __init__(self, name: str, pieces: Sequence[str], scores: Sequence[float], types: Sequence[int], normaliser: Normaliser):
        super().__init__(name, pieces, scores, types, normaliser)
        order = {score: rank for rank, score in enumerate(sorted({self.scores[id] for id in self._ids.values()}, reverse=True))}
        self._ranks = {piece: order[self.scores[id]] for piece, id in self._ids.items() if len(piece) > 1}
        self._cached = lru_cache(CACHED)(self._merged)

    def _cut(self, words: Sequence[str]) -> list[int]:
        return list(chain.from_iterable(map(self._cached, words)))

    def _merged(self, word: str) -> tuple[int, ...]:
        return tuple([self._ids.get(piece, self.unknown) for piece in merge(list(word), self._ranks)])
