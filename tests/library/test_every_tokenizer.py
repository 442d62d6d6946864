"""What holds for every tokenizer there is: the published ones as the site ships them, and one of each kind trained here."""

import asyncio
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engineroom import tokenize
from engineroom.errors import DTypeError, TextError, UnknownAsset, UnknownToken
from engineroom.tokenize import bpe, character_bpe, unigram, wordpiece
from engineroom_site.vocabularies import CONVERTERS

TEXT = "the cat sat on the mat, the rat sat on the cat. " * 20
TRAINED = {
    "own BPE": lambda: bpe.train(TEXT, 10),
    "own character BPE": lambda: character_bpe.train(TEXT, 10),
    "own WordPiece": lambda: wordpiece.train(TEXT, 20),
    "own unigram": lambda: unigram.train(TEXT, 18),
}
PLAIN = st.lists(st.sampled_from(["the", "cat", "sat", "on", "mat,", "rat", "cat."]), max_size=8).map(" ".join)


@pytest.fixture(scope="module", params=[*CONVERTERS, *TRAINED])
def tokenizer(request, data, monkeypatch_module) -> tokenize.Tokenizer:
    if request.param in TRAINED:
        return TRAINED[request.param]()
    monkeypatch_module.setenv("ENGINEROOM_DATA", str(data))
    return asyncio.run(tokenize.load(request.param))


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@settings(max_examples=50)
@given(text=PLAIN)
def test_tokens_and_ids_agree_and_stand_in_order(tokenizer, text):
    found = tokenizer.tokens(text)
    assert [token.id for token in found] == tokenizer.encode(text)
    assert all(0 <= token.id < tokenizer.vocab_size and tokenizer.spelling(token.id) == token.bytes for token in found)
    assert all(0 <= token.start <= token.end <= len(text) for token in found)
    assert all(before.start <= after.start for before, after in itertools.pairwise(found))
    covered = {place for token in found for place in range(token.start, token.end)}
    assert {place for place, char in enumerate(text) if char != " "} <= covered
    assert tokenizer.decode(tokenizer.encode(text)).replace(" ", "") == text.replace(" ", "")


def test_it_is_saved_and_read_again(tokenizer):
    again = tokenize.from_bytes(tokenizer.save())
    assert again.save() == tokenizer.save() and (type(again), again.name, again.vocab_size) == (
        type(tokenizer),
        tokenizer.name,
        tokenizer.vocab_size,
    )
    assert again.encode("the cat sat") == tokenizer.encode("the cat sat")


def test_bad_input_says_what_and_where(tokenizer):
    for call in (tokenizer.encode, tokenizer.tokens):
        with pytest.raises(TextError, match=r"character 3 is half a character \(the lone surrogate U\+D83D\)"):
            call("the\ud83d")
        with pytest.raises(DTypeError, match="text must be a string, not bytes"):
            call(b"the")
    beyond = tokenizer.vocab_size
    with pytest.raises(UnknownToken, match=rf"{tokenizer.name} has no id {beyond}, at place 1: its ids run from 0 to {beyond - 1}"):
        tokenizer.decode([tokenizer.encode("the")[0], beyond])
    for id in (-1, beyond):
        with pytest.raises(UnknownToken, match=f"no id {id}"):
            tokenizer.spelling(id)
    for wrong in ("abc", [1.5], ["a"], 7):
        with pytest.raises(DTypeError, match="ids must be integers"):
            tokenizer.decode(wrong)


def test_nothing_is_nothing(tokenizer):
    assert tokenizer.encode("") == tokenizer.tokens("") == [] and tokenizer.decode([]) == ""


def test_an_unknown_name_lists_the_known(data, monkeypatch):
    monkeypatch.setenv("ENGINEROOM_DATA", str(data))
    with pytest.raises(UnknownAsset, match="there is no vocabulary 'gpt5'; known: gpt2, .*botchan-bpe"):
        asyncio.run(tokenize.load("gpt5"))
