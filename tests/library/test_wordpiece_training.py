"""Learning WordPiece: the published toy, the plain rescan, and what Hugging Face's trainer merges."""

import itertools
from collections import Counter
from fractions import Fraction

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import models, normalizers, pre_tokenizers, trainers

from engineroom import tokenize
from engineroom.errors import DTypeError, TextError, VocabularyError
from engineroom.tokenize import wordpiece
from engineroom.tokenize.pairs import Pairs
from engineroom_site import texts

TOY = "hug " * 10 + "pug " * 5 + "pun " * 12 + "bun " * 4 + "hugs " * 5
few_letters = st.lists(st.text("abc", min_size=1, max_size=6), max_size=12).map(" ".join)


def rescan(text: str, n: int, ties: str) -> list[tuple[str, Fraction]]:
    """Every score worked out anew for every merge, in fractions."""
    counts = Counter(text.split())
    rows = {word: [word[0], *(f"##{char}" for char in word[1:])] for word in counts}
    ids = {piece: id for id, piece in enumerate(["[UNK]", *sorted({piece for row in rows.values() for piece in row})])}
    numbered = {word: [ids[piece] for piece in row] for word, row in rows.items()}
    spelt, merged = list(ids), []
    for _ in range(n):
        pairs, single = Counter(), Counter()
        for word, row in numbered.items():
            for symbol in row:
                single[symbol] += counts[word]
            for pair in itertools.pairwise(row):
                pairs[pair] += counts[word]
        if not pairs:
            break
        score = {pair: Fraction(count, single[pair[0]] * single[pair[1]]) for pair, count in pairs.items()}
        best = max(score, key=score.get) if ties == "first-seen" else min(score, key=lambda pair: (-score[pair], pair))
        spelt.append(spelt[best[0]] + spelt[best[1]].removeprefix("##"))
        merged.append((spelt[-1], score[best]))
        for row in numbered.values():
            at = 0
            while at < len(row) - 1:
                if (row[at], row[at + 1]) == best:
                    row[at : at + 2] = [len(spelt) - 1]
                at += 1
    return merged


def test_the_toy_of_the_course():
    """Hugging Face's course, chapter 6.6: the first three merges; BPE would begin with u and g, 20 times together."""
    merges = [(merge.bytes.decode(), merge.score) for merge in wordpiece.Trainer(TOY).steps(3)]
    assert merges == [("##gs", 5 / (20 * 5)), ("hu", 15 / (15 * 36)), ("hugs", 5 / (15 * 5))]
    first = next(wordpiece.FrequencyTrainer(TOY).steps(1))
    assert (first.bytes, first.count, first.score) == (b"##ug", 20, 20)


@settings(max_examples=300)
@given(few_letters, st.sampled_from(["first-seen", "smallest-pair"]))
def test_merges_as_by_scoring_anew(text, ties):
    ours = [(merge.bytes.decode(), merge.score) for merge in wordpiece.Trainer(text, ties).steps(10)]
    assert ours == [(piece, float(score)) for piece, score in rescan(text, 10, ties)]


def test_merges_of_real_text_as_by_scoring_anew():
    text = " ".join(tokenize.bert_words.words(texts.king_james()[:8_000]))
    ours = [(merge.bytes.decode(), merge.score) for merge in wordpiece.Trainer(text).steps(120)]
    assert ours == [(piece, float(score)) for piece, score in rescan(text, 120, "first-seen")]


def test_every_merge_of_hugging_faces_trainer_is_of_a_most_frequent_pair(measured):
    """Its ties depend on the order of a hash table, so its own choices are followed, step by step."""
    text = texts.king_james()[:300_000]
    theirs = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    theirs.normalizer, theirs.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    theirs.train_from_iterator(text.splitlines(), trainers.WordPieceTrainer(vocab_size=1000, special_tokens=["[UNK]"], show_progress=False))
    vocabulary = sorted(theirs.get_vocab(), key=theirs.get_vocab().get)
    own = wordpiece.FrequencyTrainer(text)
    learnt = [piece for piece in vocabulary if len(piece.removeprefix("##")) > 1 and piece != "[UNK]"]
    assert set(own.pieces) <= set(vocabulary) - set(learnt)  # it has a few characters more, as they would start a word
    pairs: Pairs = own._pairs
    spelt, steps = list(own.pieces), 0
    for piece in learnt:
        top = pairs.best()[1]
        fitting = [
            pair for pair, count in pairs._counts.items() if count == top and spelt[pair[0]] + spelt[pair[1]].removeprefix("##") == piece
        ]
        assert fitting, piece
        spelt.append(piece)
        pairs.merge(fitting[0], len(spelt) - 1)
        steps += 1
    measured(
        "WordPiece training by frequency",
        against=f"tokenizers {tokenizers.__version__}",
        error=0,
        metric="merges of another pair",
        cases=steps,
    )


def test_what_is_learnt_is_a_tokenizer():
    own = wordpiece.train(TOY, 15)
    assert own.vocab_size == 15 and own.vocab["[UNK]"] == 0
    assert [token.text for token in own.tokens("Hugs, bug!")] == ["hugs", "[UNK]", "bu", "##g", "[UNK]"]
    assert tokenize.from_bytes(own.save()).encode("pun hug") == own.encode("pun hug")
    by_frequency = wordpiece.train_by_frequency(TOY, 15)
    assert by_frequency.vocab.keys() != own.vocab.keys()


def test_training_can_stop_at_any_step_and_go_on():
    trainer = wordpiece.Trainer(TOY)
    first = list(trainer.steps(2))
    assert trainer.tokenizer().vocab_size == trainer.tokenizer(1).vocab_size + 1
    assert [*first, *trainer.steps(2)] == list(wordpiece.Trainer(TOY).steps(4)) == trainer.merges


def test_bad_input_says_what_is_wrong():
    with pytest.raises(VocabularyError, match=r"vocab_size is 5; the text's characters and \[UNK\] need 8"):
        wordpiece.train(TOY, 5)
    with pytest.raises(VocabularyError, match="the text allows 17 pieces, then every word is one; 100 were asked for"):
        wordpiece.train(TOY, 100)
    with pytest.raises(VocabularyError, match="'first-seen' or 'smallest-pair', not 'random'"):
        wordpiece.train(TOY, 9, ties="random")
    with pytest.raises(VocabularyError, match="3 merges asked for; 0 are learnt"):
        wordpiece.Trainer(TOY).tokenizer(3)
    with pytest.raises(DTypeError, match="text must be a string, not int"):
        wordpiece.train([1], 9)
    with pytest.raises(TextError, match="lone surrogate"):
        wordpiece.train("a\udfff", 9)
    assert wordpiece.train("", 1).encode("a") == [0]
