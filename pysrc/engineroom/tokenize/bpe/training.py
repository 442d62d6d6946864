"""Learning the merges of a byte-level BPE: the most frequent pair of neighbours becomes a new piece, again and again.

Sennrich et al. 2016, arXiv 1508.07909, algorithm 1; on bytes within chunks, as GPT-2.
"""

from collections import Counter
from collections.abc import Iterable

from engineroom import ui
from engineroom.errors import VocabularyError
from engineroom.tokenize import split
from engineroom.tokenize.base import checked
from engineroom.tokenize.bpe.tokenizer import ByteBPE
from engineroom.tokenize.learner import Learner
from engineroom.tokenize.pairs import Pairs

# The bytes in the order of GPT-2's ids: those that print in Latin-1 first. "!" is 0 in every vocabulary made so.
BYTES = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100), *range(0x21), *range(0x7F, 0xA1), 0xAD]


class Trainer(Learner[bytes]):
    """Counts `text` (a string, or an iterable of strings) once; then learns a merge a step. What it has learnt is usable at any time.

    pattern: as in split.PATTERNS. ties: "first-seen" as minbpe, "smallest-pair" as Hugging Face's trainer; see Pairs.
    Raises DTypeError, TextError, VocabularyError.

    Differs from minbpe and GPT-2: counts are over distinct chunks, which changes nothing but the time.
    """

    def __init__(self, text: str | Iterable[str], ties: str = "first-seen", pattern: str = "gpt2", name: str = "own"):
        self.name, self.pattern = name, pattern
        chop = split.splitter(pattern)
        chunks: Counter[str] = Counter()
        for part in [text] if isinstance(text, str) else text:
            chunks.update(chop(checked(part)))
        ids = {byte: id for id, byte in enumerate(BYTES)}
        pairs = Pairs(([ids[byte] for byte in chunk.encode()] for chunk in chunks), chunks.values(), ties)
        super().__init__([bytes([byte]) for byte in BYTES], pairs)

    def tokenizer(self, n_merges: int | None = None) -> ByteBPE:
        """A tokenizer with the merges learnt so far, or the first `n_merges` of them."""
        return ByteBPE(self.name, self.known(n_merges), self.pattern)


def train(text: str | Iterable[str], n_merges: int, ties: str = "first-seen", pattern: str = "gpt2", name: str = "own") -> ByteBPE:
    """A tokenizer of 256 + n_merges pieces, learnt from `text`; see Trainer. Shows its progress.

    Raises VocabularyError when n_merges is negative, or more than the text has pairs to merge.
    """
    if n_merges < 0:
        raise VocabularyError(f"n_merges is {n_merges}; it must be 0 or more")
    trainer = Trainer(text, ties, pattern, name)
    learnt = sum(1 for _ in ui.progress(trainer.steps(n_merges), "merges", total=n_merges))
    if learnt < n_merges:
        raise VocabularyError(f"the text allows {learnt} merges, then every chunk is one token; {n_merges} were asked for")
    return trainer.tokenizer()
