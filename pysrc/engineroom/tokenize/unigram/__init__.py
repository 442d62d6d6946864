"""The unigram language model: every piece has a probability, and a text is cut the way that makes their product largest.

Kudo 2018 (Subword Regularization), arXiv 1804.10959, section 3.2; google/sentencepiece, unigram_model.cc. T5, ALBERT, XLM-R.

    botchan = await tokenize.load("botchan-unigram")
    botchan.n_best("hello", 3)
    own = unigram.train(text, vocab_size=2000)
"""

from engineroom.tokenize.unigram.tokenizer import Path, Unigram
from engineroom.tokenize.unigram.training import Round, Trainer, train

__all__ = ["Path", "Round", "Trainer", "Unigram", "train"]
