"""Training: merge for merge as Hugging Face's trainer, as the plain rescan of minbpe's kind, and as the paper's example."""

import itertools
import json
import re
from collections import Counter

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers, trainers

from engineroom import tokenize
from engineroom.errors import DTypeError, TextError, VocabularyError
from engineroom.tokenize import bpe, character_bpe
from engineroom.tokenize.bpe import BYTES
from engineroom_site import texts

LETTERS = {chr(byte if place < 188 else 256 + place - 188): byte for place, byte in enumerate(BYTES)}
few_letters = st.text(st.sampled_from("aab c\n"), max_size=60)


def hugging_face(lines: list[str], n_merges: int) -> list[bytes]:
    """What its byte-level trainer merges, in order."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=256 + n_merges, initial_alphabet=alphabet, show_progress=False))
    return [bytes(LETTERS[letter] for letter in a + b) for a, b in json.loads(tokenizer.to_str())["model"]["merges"]]


def rescan(chunks: list[str], n_merges: int, ties: str) -> list[tuple[bytes, int]]:
    """Every pair counted anew for every merge, over every chunk; spellings and counts."""
    ids = {byte: id for id, byte in enumerate(BYTES)}
    rows = [[ids[byte] for byte in chunk.encode()] for chunk in chunks]
    spelt = [bytes([byte]) for byte in BYTES]
    merged = []
    for _ in range(n_merges):
        counts = Counter(pair for row in rows for pair in itertools.pairwise(row))
        if not counts:
            break
        pair = max(counts, key=counts.get) if ties == "first-seen" else min(counts, key=lambda pair: (-counts[pair], pair))
        spelt.append(spelt[pair[0]] + spelt[pair[1]])
        merged.append((spelt[-1], counts[pair]))
        for row in rows:
            at = 0
            while at < len(row) - 1:
                if (row[at], row[at + 1]) == pair:
                    row[at : at + 2] = [len(spelt) - 1]
                at += 1
    return merged


def learnt(text, n_merges: int, **options) -> list[tuple[bytes, int]]:
    return [(merge.bytes, merge.count) for merge in bpe.Trainer(text, **options).steps(n_merges)]


def test_merges_as_hugging_face(measured):
    text = texts.king_james()[:1_000_000]
    lines = text.splitlines(keepends=True)
    ours = [merge for merge, _ in learnt(text, 2000, ties="smallest-pair")]
    assert ours == hugging_face(lines, 2000)
    measured("BPE training", against=f"tokenizers {tokenizers.__version__}", error=0, metric="differing merges", cases=len(ours))


@pytest.mark.parametrize("code", ["jpn", "arb", "hin", "kor"])
def test_merges_as_hugging_face_in_other_scripts(code):
    lines = [f"{part}\n" for part in texts.declaration(code)]
    assert [merge for merge, _ in learnt(lines, 500, ties="smallest-pair")] == hugging_face(lines, 500)


@settings(max_examples=300)
@given(few_letters, st.sampled_from(["first-seen", "smallest-pair"]), st.sampled_from(["gpt2", "none"]))
def test_merges_as_by_counting_anew(text, ties, pattern):
    chunks = re.findall(r" ?[abc]+|\s+(?!\S)|\s+", text) if pattern == "gpt2" else [text] * bool(text)
    assert learnt(text, 12, ties=ties, pattern=pattern) == rescan(chunks, 12, ties)


def test_merges_of_real_text_as_by_counting_anew():
    text = texts.king_james()[:20_000]
    chunks = re.findall(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+", text)
    assert learnt(text, 150) == rescan(chunks, 150, "first-seen")
    assert learnt(text, 25, pattern="none") == rescan([text], 25, "first-seen")


@given(few_letters, few_letters)
def test_what_is_learnt_encodes_its_own_text_as_training_left_it(text, other):
    trainer = bpe.Trainer(text)
    steps = list(trainer.steps(9))
    tokenizer = trainer.tokenizer()
    assert len(tokenizer.encode(text)) == trainer.length == (steps[-1].length if steps else len(text))
    assert tokenizer.decode(tokenizer.encode(other)) == other
    assert tokenize.from_bytes(tokenizer.save()).encode(other) == tokenizer.encode(other)


def test_training_can_stop_at_any_step_and_go_on():
    text = "low low low low low lower lower newest newest newest newest newest newest widest widest widest"
    trainer = bpe.Trainer(text)
    for merge in trainer.steps(100):
        if merge.bytes == b"est":
            break
    early = trainer.tokenizer()
    assert early.vocab_size == 256 + len(trainer.merges)
    whole = [*trainer.merges, *trainer.steps(3)]
    assert [merge.bytes for merge in whole] == [bytes_ for bytes_, _ in learnt(text, len(whole))]
    assert trainer.tokenizer(1).vocab_size == 257 and early.encode("est") != trainer.tokenizer(1).encode("est")


def test_the_example_of_the_paper():
    """Sennrich et al. 2016, figure 1's kind of vocabulary: low 5, lower 2, newest 6, widest 3."""
    words = "low " * 5 + "lower " * 2 + "newest " * 6 + "widest " * 3
    merges = [(merge.bytes.decode(), merge.count) for merge in character_bpe.Trainer(words).steps(10)]
    assert merges == [
        ("es", 9), ("est", 9), ("est</w>", 9), ("lo", 7), ("low", 7), ("ne", 6), ("new", 6), ("newest</w>", 6), ("low</w>", 5), ("wi", 3)
    ]  # fmt: skip


def test_character_bpe_reads_what_it_has_learnt():
    tokenizer = character_bpe.train("low " * 5 + "lower " * 2 + "newest " * 6 + "widest " * 3, 10)
    found = tokenizer.tokens("lowest  newest")
    assert [(token.text, token.start, token.end) for token in found] == [("low", 0, 3), ("est</w>", 3, 6), ("newest</w>", 8, 14)]
    assert tokenizer.decode(tokenizer.encode("lowest  newest")) == "lowest newest"  # spaces become one
    assert tokenize.from_bytes(tokenizer.save()).encode("lowest newest") == tokenizer.encode("lowest newest")
    with pytest.raises(TextError, match="no piece for 'x', character 4"):
        tokenizer.encode("low xis")


def test_bad_input_says_what_is_wrong():
    with pytest.raises(VocabularyError, match="the text allows 1 merges, then every chunk is one token; 5 were asked for"):
        bpe.train("ab ab", 5, pattern=r"\S+")
    with pytest.raises(VocabularyError, match="n_merges is -1"):
        bpe.train("ab", -1)
    with pytest.raises(VocabularyError, match="ties are settled by 'first-seen' or 'smallest-pair', not 'random'"):
        bpe.train("ab", 1, ties="random")
    with pytest.raises(DTypeError, match="text must be a string, not int"):
        bpe.train([1, 2], 1)
    with pytest.raises(TextError, match="lone surrogate"):
        bpe.train("a\udfff", 1)
    assert bpe.train("", 0).encode("a") == [64]
