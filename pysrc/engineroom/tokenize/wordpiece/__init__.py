"""WordPiece: each word is cut, from its start, into the longest pieces the vocabulary has. BERT, and what you train.

Schuster & Nakajima 2012 (Japanese and Korean Voice Search) built such vocabularies; Devlin et al. 2019 (arXiv 1810.04805) and
google-research/bert, tokenization.py, give the rules of the uncased encoder followed here.

    bert = await tokenize.load("bert")
    bert.encode("Tokenization is fascinating!")  # [19204, 3989, 2003, 17160, 999]
    own = wordpiece.train(text, vocab_size=2000)
"""

from engineroom.tokenize.wordpiece.tokenizer import WordPiece, load_vocab
from engineroom.tokenize.wordpiece.training import FrequencyTrainer, Trainer, train, train_by_frequency

__all__ = ["FrequencyTrainer", "Trainer", "WordPiece", "load_vocab", "train", "train_by_frequency"]
