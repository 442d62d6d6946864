"""tokenize: learning a vocabulary."""

from functools import partial

from engineroom.errors import DTypeError, TextError, VocabularyError
from engineroom.tokenize import bpe, character_bpe, learner, pairs, unigram, wordpiece


def whole(trainer):
    """What is no text, or no UTF-8."""
    return [
        (DTypeError, "text must be a string, not int", lambda: trainer([1])),
        (TextError, "character 1 is half a character", lambda: trainer("a\ud800")),
    ]


def ties(trainer):
    return (VocabularyError, "ties are settled by .* not 'random'", lambda: trainer("a", ties="random"))


TABLE = {
    bpe.Trainer: [*whole(bpe.Trainer), ties(bpe.Trainer), (VocabularyError, "split pattern", lambda: bpe.Trainer("a", pattern="("))],
    bpe.train: [
        (VocabularyError, "n_merges is -1", lambda: bpe.train("a", -1)),
        (VocabularyError, "9 were asked", lambda: bpe.train("ab", 9)),
    ],
    character_bpe.Trainer: [*whole(character_bpe.Trainer), ties(character_bpe.Trainer)],
    character_bpe.train: [
        (VocabularyError, "n_merges is -1", lambda: character_bpe.train("a", -1)),
        (VocabularyError, "9 were asked", lambda: character_bpe.train("ab", 9)),
    ],
    learner.Learner.known: [(VocabularyError, "9 merges asked for", lambda: bpe.Trainer("ab").known(9))],
    unigram.Trainer: [
        *whole(partial(unigram.Trainer, vocab_size=5)),
        (VocabularyError, "the text is empty", lambda: unigram.Trainer("", 5)),
        (VocabularyError, "vocab_size is 1; the text has . characters", lambda: unigram.Trainer("ab", 1)),
    ],
    unigram.train: [
        (VocabularyError, "vocab_size is 1; the text has . characters", lambda: unigram.train("aab aab", 1)),
        (VocabularyError, "9999 were asked for", lambda: unigram.train("aab aab", 9999)),
    ],
    wordpiece.Trainer: [*whole(wordpiece.Trainer), ties(wordpiece.Trainer)],
    wordpiece.train: [
        (VocabularyError, "vocab_size is 1; .* need 3", lambda: wordpiece.train("ab ab", 1)),
        (VocabularyError, "9999 were asked for", lambda: wordpiece.train("ab ab", 9999)),
    ],
    wordpiece.train_by_frequency: [(VocabularyError, "vocab_size is 1; .* need 3", lambda: wordpiece.train_by_frequency("ab ab", 1))],
    pairs.Pairs: [(VocabularyError, "ties are settled by .* not 'random'", lambda: pairs.Pairs([], [], "random"))],
}
