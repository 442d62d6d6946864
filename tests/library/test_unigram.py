"""The unigram language model: n-best, sampling and likelihood against SentencePiece; training against its trainer."""

import io
import itertools
import math
from collections import Counter
from random import Random

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import sentencepiece_model_pb2 as protobuf

from engineroom import tokenize
from engineroom.errors import DTypeError, TextError, VocabularyError
from engineroom.tokenize import unigram
from engineroom.tokenize.lattices import Lattices
from engineroom.tokenize.normalise import Normaliser
from engineroom.tokenize.sentencepiece import NORMAL, UNKNOWN
from engineroom.tokenize.unigram.training import digamma, seeds
from engineroom_site import texts
from engineroom_site.assets import fetch
from engineroom_site.vocabularies import CONVERTERS
from engineroom_site.vocabularies import sentencepiece as converter
from tokenize_corpus import strings

AGAINST = f"sentencepiece {sentencepiece.__version__}"
SENTENCES = [
    "Hello world.",
    "unhappiness",
    "a",
    "I saw a girl with a telescope.",
    "これは",
    "xyzzy",
    "It was a quiet, quiet night.",
    "  two  spaces ",
    "Botchan!",
]


@pytest.fixture(scope="module")
def botchan() -> unigram.Unigram:
    return tokenize.from_bytes(CONVERTERS["botchan-unigram"][0]("botchan-unigram"))


@pytest.fixture(scope="module")
def theirs() -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_proto=fetch.file("botchan-unigram").read_bytes())


@pytest.fixture(scope="module")
def toy() -> unigram.Unigram:
    pieces = {"<unk>": 0.0, "▁": 0.1, "a": 0.2, "b": 0.1, "ab": 0.25, "▁a": 0.15, "ba": 0.1, "aba": 0.1}
    scores = [0.0, *(math.log(p) for p in list(pieces.values())[1:])]
    return unigram.Unigram("toy", list(pieces), scores, [UNKNOWN] + [NORMAL] * 7, Normaliser())


def every_cut(tokenizer: unigram.Unigram, word: str) -> dict[tuple[int, ...], float]:
    """All ways to cut a word, with their scores, by trying."""
    if not word:
        return {(): 0.0}
    found = {}
    for end in range(1, len(word) + 1):
        if (id := tokenizer.id(word[:end])) is not None:
            found |= {(id, *rest): tokenizer.scores[id] + score for rest, score in every_cut(tokenizer, word[end:]).items()}
    return found


def test_the_best_cuts_as_in_sentencepiece(botchan, theirs, measured):
    """Cuts that score alike may come in any order."""
    compared = 0
    for text in [*SENTENCES, *(text for text in strings(1500) if 0 < len(text) < 60)]:
        ours, reference = botchan.n_best(text, 12), theirs.nbest_encode(text, nbest_size=12, return_type="proto").nbests
        assert len(ours) == len(reference), text
        scores = [path.score for path in ours]
        assert scores == sorted(scores, reverse=True) and np.allclose(scores, [n.score for n in reference], rtol=1e-5, atol=1e-3), text
        assert len({tuple(path.ids) for path in ours}) == len(ours), text
        for place, (path, other) in enumerate(zip(ours, reference)):
            near = [abs(path.score - score) for at, score in enumerate(scores) if at != place]
            if min(near, default=1) > 1e-3 and place < len(ours) - 1:
                assert path.ids == [piece.id for piece in other.pieces], text
        compared += 1
    measured("n-best cuts", against=AGAINST, error=0, metric="strings with other cuts", cases=compared // 100 * 100)


@given(st.text("ab ", max_size=9))
def test_n_best_finds_every_cut_once(toy, text):
    word = toy.normaliser.apply(text)
    cuts = every_cut(toy, word) if word else {(): 0.0}
    found = toy.n_best(text, 10_000)
    assert {tuple(path.ids) for path in found} == cuts.keys() and len(found) == len(cuts)
    for path in found:
        assert math.isclose(path.score, cuts[tuple(path.ids)], abs_tol=1e-9)
    assert math.isclose(toy.log_likelihood(text), math.log(math.fsum(map(math.exp, cuts.values()))), abs_tol=1e-9)
    assert math.isclose(found[0].score, sum(toy.scores[id] for id in toy.encode(text)), abs_tol=1e-5)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, 3.0])
def test_sampling_draws_each_cut_with_its_probability(toy, alpha):
    cuts = every_cut(toy, "▁abab")
    weights = {ids: math.exp(alpha * score) for ids, score in cuts.items()}
    drawn = Counter(tuple(toy.sample("abab", alpha, random)) for random in [Random(7)] for _ in range(20_000))
    for ids, weight in weights.items():
        expected = 20_000 * weight / sum(weights.values())
        assert abs(drawn[ids] - expected) < 5 * math.sqrt(expected) + 3
    assert drawn.keys() <= cuts.keys()


def test_sampling_as_sentencepiece_does(botchan, theirs):
    """The same cuts about as often; its generator is another, so the counts are compared as two samples of one law."""
    sentencepiece.set_random_generator_seed(5)
    n = 6000
    ours = Counter(tuple(botchan.sample("unhappiness", 0.6, random)) for random in [Random(5)] for _ in range(n))
    reference = Counter(tuple(theirs.encode("unhappiness", enable_sampling=True, alpha=0.6, nbest_size=-1)) for _ in range(n))
    common = [ids for ids in ours | reference if ours[ids] + reference[ids] >= 20]
    chi = sum((ours[ids] - reference[ids]) ** 2 / (ours[ids] + reference[ids]) for ids in common)
    assert len(common) >= 10 and chi < len(common) + 4 * math.sqrt(2 * len(common))


def test_bad_input_says_what_is_wrong(botchan):
    for call in (botchan.encode, botchan.sample, botchan.log_likelihood, lambda text: botchan.n_best(text, 3)):
        with pytest.raises(TextError, match="lone surrogate"):
            call("a\ud800")
        with pytest.raises(DTypeError, match="text must be a string"):
            call(None)
    assert botchan.n_best("", 3) == [unigram.Path([], 0.0)] and botchan.sample("") == [] and botchan.log_likelihood("") == 0


# Training


def sentencepiece_trained(lines: list[str], vocab_size: int, **options) -> unigram.Unigram:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=vocab_size, model_type="unigram", character_coverage=1.0,
        normalization_rule_name="identity", split_by_unicode_script=False, split_by_number=False, bos_id=-1, eos_id=-1, num_threads=1,
        minloglevel=2, **options,
    )  # fmt: skip
    return converter.tokenizer("theirs", protobuf.ModelProto.FromString(model.getvalue()), "theirs")


@pytest.fixture(scope="module")
def corpus() -> str:
    return " \n".join(fetch.file("botchan-text").read_text(encoding="utf-8-sig").split("\n"))


def words_of(text: str) -> Counter[str]:
    return Counter(f"▁{word}" for word in text.split())


def test_trained_as_sentencepiece_trains(corpus, tmp_path, measured):
    """From the same seeds nearly the same vocabulary; from its own seeds, which ours are not, a text at least as likely."""
    size = 1000
    own = unigram.train(corpus, size)
    spaced = " ".join(corpus.split())
    likelihood = own.log_likelihood(corpus)
    lines = [line for line in corpus.splitlines() if line.strip()]
    counts = words_of(corpus)
    started = seeds(counts, 16, 20_000)
    found = Counter()
    for word, count in counts.items():
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + 16) + 1):
                found[word[start:end]] += count
    file = tmp_path / "seeds.tsv"
    file.write_text("".join(f"{piece}\t{found[piece]}\n" for piece in started if len(piece) > 1), encoding="utf-8")
    same_seeds = sentencepiece_trained(lines, size, seed_sentencepieces_file=str(file))
    assert own.vocab_size == same_seeds.vocab_size == size
    difference = abs(likelihood / same_seeds.log_likelihood(spaced) - 1)
    assert difference < 0.01
    assert len(set(own.pieces) & set(same_seeds.pieces)) > 0.97 * size
    its_own = sentencepiece_trained(lines, size)
    assert likelihood > 1.01 * its_own.log_likelihood(spaced)  # both negative
    measured("unigram training", against=AGAINST, error=difference, metric="relative difference in log-likelihood", cases=size)


@settings(max_examples=60)
@given(st.lists(st.text("abc", min_size=1, max_size=7), min_size=3, max_size=20))
def test_expectations_are_those_of_all_cuts(words):
    """Forward and backward sums over many words at once, against trying every cut of each."""
    pieces = sorted({word[a:b] for word in words for a in range(len(word)) for b in range(a + 1, min(len(word), a + 4) + 1)})
    rng = np.random.default_rng(len(words))
    scores, counts = np.log(rng.random(len(pieces))) - 9, rng.integers(1, 9, len(words)).astype(float)
    lattices = Lattices(words, {piece: at for at, piece in enumerate(pieces)}, 4)
    alive = np.array([len(piece) == 1 or rng.random() < 0.7 for piece in pieces])
    for kept in (np.ones(len(pieces), bool), alive):
        lattices.keep(kept)
        known = {piece: at for at, piece in enumerate(pieces) if kept[at]}
        expected = np.zeros(len(pieces))
        likelihood, (tops, steps) = lattices.expected(scores, counts)[1], lattices.best(scores)
        taken = [[at for texts, parts in steps for text, at in zip(texts, parts) if text == row][::-1] for row in range(len(words))]
        for row, word in enumerate(words):
            cuts = all_cuts(word, known)
            total = math.fsum(math.exp(sum(scores[at] for at in cut)) for cut in cuts)
            assert math.isclose(likelihood[row], math.log(total), abs_tol=1e-9)
            assert math.isclose(tops[row], max(sum(scores[at] for at in cut) for cut in cuts), abs_tol=1e-9)
            assert tuple(taken[row]) in cuts and math.isclose(tops[row], sum(scores[at] for at in taken[row]), abs_tol=1e-9)
            for cut in cuts:
                for at in cut:
                    expected[at] += counts[row] * math.exp(sum(scores[at] for at in cut)) / total
        np.testing.assert_allclose(lattices.expected(scores, counts)[0], expected, atol=1e-9)


def all_cuts(word: str, known: dict[str, int]) -> list[tuple[int, ...]]:
    if not word:
        return [()]
    return [(known[word[:end]], *rest) for end in range(1, len(word) + 1) if word[:end] in known for rest in all_cuts(word[end:], known)]


def test_what_a_piece_is_worth():
    """How much likelier a token is with it than cut in turn, as SentencePiece approximates it, worked out piece by piece."""
    counts = Counter({"▁hug": 10, "▁pug": 5, "▁pun": 12, "▁bun": 4, "▁hugs": 5})
    trainer = unigram.Trainer([f"{word[1:]} " * n for word, n in counts.items()], 14)
    trainer._fit()
    total, losses = trainer._losses()
    known = {piece: at for at, piece in enumerate(trainer.pieces) if trainer._alive[at]}
    score = lambda cut: sum(trainer._scores[at] for at in cut)
    used = Counter(at for word, n in counts.items() for at in max(all_cuts(word, known), key=score) for _ in range(n))
    assert total == sum(used.values())
    compared = 0
    for piece, at in known.items():
        others = [cut for cut in all_cuts(piece, known) if len(cut) > 1]
        if not used[at] or not others or score(max(others, key=score)) > trainer._scores[at]:
            continue
        parts = max(others, key=score)
        after = sum(math.log((used[part] + used[at]) / (total + used[at] * (len(parts) - 1))) for part in parts)
        assert math.isclose(losses[at], used[at] / total * (math.log(used[at] / total) - after))
        compared += 1
    assert compared >= 4


def test_digamma():
    """Values of Abramowitz & Stegun 1964, table 6.1, and 6.3.5."""
    euler = 0.5772156649015329
    known = {1.0: -euler, 0.5: -euler - 2 * math.log(2), 2.0: 1 - euler, 10.0: 2.251752589066721, 0.01: -100.56088545786867}
    np.testing.assert_allclose(digamma(np.array(list(known))), list(known.values()), rtol=1e-11)
    x = np.geomspace(0.01, 1e6, 200)
    np.testing.assert_allclose(digamma(x + 1), digamma(x) + 1 / x, rtol=1e-11)


def test_rounds_shrink_the_vocabulary_and_say_what_went():
    trainer = unigram.Trainer(texts.king_james()[:60_000], 300)
    rounds = list(trainer.steps())
    sizes = [len(trainer.pieces), *(step.size for step in rounds)]
    for before, step, after in zip(sizes, rounds, sizes[1:]):
        assert len(step.removed) == before - after > 0 and step.log_likelihood < 0 < step.n_tokens
    assert sizes[-1] <= 330 and all(later.n_tokens > earlier.n_tokens for earlier, later in itertools.pairwise(rounds[1:]))
    tokenizer = trainer.tokenizer()
    assert tokenizer.vocab_size == 300 and not {"▁the", "▁and", "▁God"} - set(tokenizer.pieces)
    assert all(len(piece) > 1 for step in rounds for piece in step.removed)


def test_every_character_of_the_text_gets_a_piece():
    text = "the cat sat on the mat " * 50 + "ξ"
    tokenizer = unigram.train(text, 16)
    assert set("▁" + text.replace(" ", "")) <= set(tokenizer.pieces)
    assert tokenizer.decode(tokenizer.encode("ξ cat")) == "ξ cat" and tokenizer.decode(tokenizer.encode("a\n  s")) == "a s"
    assert tokenize.from_bytes(tokenizer.save()).encode(text) == tokenizer.encode(text)


def test_bad_training_input_says_what_is_wrong():
    with pytest.raises(VocabularyError, match="vocab_size is 3; the text has 4 characters, so 5 is the least"):
        unigram.train("abc abc", 3)
    with pytest.raises(VocabularyError, match=r"the text allows \d+ pieces; 500 were asked for"):
        unigram.train("abc abc", 500)
    with pytest.raises(VocabularyError, match="the text is empty"):
        unigram.train("  ", 500)
    with pytest.raises(DTypeError, match="text must be a string, not int"):
        unigram.train([1], 5)
    with pytest.raises(TextError, match="lone surrogate"):
        unigram.train("a\udfff", 5)
