"""Byte-level BPE: 256 bytes, then pieces made of two earlier ones. GPT-2 to GPT-4o, SmolLM2, and what you train.

Sennrich et al. 2016 (arXiv 1508.07909) on characters; Radford et al. 2019 (GPT-2), section 2.2, on bytes after a split.

    gpt2 = await tokenize.load("gpt2")
    gpt2.encode("Tokenization is fascinating!")  # [30642, 1634, 318, 13899, 0]
    own = bpe.train(text, n_merges=512)
"""

from engineroom.tokenize.bpe.tokenizer import ByteBPE, Stream
from engineroom.tokenize.bpe.training import BYTES, Trainer, train
from engineroom.tokenize.learner import Merge

__all__ = ["BYTES", "ByteBPE", "Merge", "Stream", "Trainer", "train"]
