r"""Split patterns against Hugging Face's Split: generated patterns and texts, and what cannot be read is refused."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Regex, pre_tokenizers

from engineroom import tokenize
from engineroom.errors import TextError, VocabularyError
from engineroom.tokenize import bpe, character_bpe, split

# Characters of every kind the classes tell apart, in planes of every width; marks and spaces that `re` and the others class apart.
TEXTS = st.text(st.sampled_from("abzABZ09 \t\n\r'-^]_\\.éßǅʰ\u0301\x85\x1c\xa0\u2028\u3000中½Ⅷ😀𐐨𝟘"), max_size=30)
CLASSES = [r"\s", r"\S", r"\p{L}", r"\p{N}", r"\p{Lu}", r"\p{Ll}", r"\p{M}", r"\P{L}", r"\P{Lu}", r"\p{^N}"]
ITEMS = st.one_of(st.sampled_from(CLASSES), st.sampled_from(["a", "z", "0-9", "a-z", r"\n", r"\r", r"\]", r"\^", r"\-", "_", "'"]))
SETS = st.builds(lambda sign, items: f"[{sign}{''.join(items)}]", st.sampled_from(["", "^"]), st.lists(ITEMS, min_size=1, max_size=3))
ATOMS = st.one_of(st.sampled_from(CLASSES), st.sampled_from(["a", " ", "'", r"\.", "(?:ab)", "(?i:a|z)", r"(?=\s)", r"(?!\S)"]), SETS)
PARTS = st.builds(
    lambda atom, times: atom + ("" if atom.startswith(("(?=", "(?!")) else times),
    ATOMS,
    st.sampled_from(["", "+", "*", "?", "{1,3}", "+?"]),
)
PATTERNS = (
    st.lists(st.lists(PARTS, min_size=1, max_size=3).map("".join), min_size=1, max_size=3)
    .map("|".join)
    .filter(lambda pattern: not pattern.isalnum())
)


@pytest.mark.slow
@settings(max_examples=500)
@given(PATTERNS, TEXTS)
@example(r"[^\S\n]+|\p{L}+", "ab  c\n\n1")
@example(r"\S+", "words and  spaces")
@example("a*", "baab")
@example(r"[]a]+|[^]a]", "a]b")
def test_every_pattern_cuts_as_hugging_faces_and_loses_nothing(pattern, text):
    ours = list(split.splitter(pattern)(text))
    assert "".join(ours) == text and "" not in ours
    assert ours == [text[first:last] for first, last in split.spans(pattern, text)]
    if "" not in split.compiled(pattern, text).findall(text):  # what comes after an empty match is each engine's own
        assert ours == [chunk for chunk, _ in pre_tokenizers.Split(Regex(pattern), "isolated").pre_tokenize_str(text)]


@given(PATTERNS, TEXTS, TEXTS)
def test_a_vocabulary_of_any_pattern_gives_its_text_back(pattern, corpus, text):
    trainer = bpe.Trainer(corpus, pattern=pattern)
    list(trainer.steps(5))
    own = trainer.tokenizer()
    assert own.decode(own.encode(text)) == text
    assert [token.id for token in own.tokens(text)] == own.encode(text)


@pytest.mark.parametrize(
    "pattern, message",
    [
        ("gpt-2", "no split pattern is called 'gpt-2'; there are gpt2, smollm"), (r"[a-\s]", "bad character range"), (r"[\p{L}-z]", "bad character range"),
        ("[a[b]]", r"a class within a class, at character 2: write \\\["), ("[[:alpha:]]", "a class within a class"), ("[a&&b]", "[Pp]ossible set intersection"),
        ("[a-z--b]", "[Pp]ossible set difference"), ("(?x) a b", "sets the flag x, at character 0"), ("(?ix:a)", "the flag x"), (r"\p{Greek}", "no character class 'Greek'"),
        (r"\pZ", "no character class 'Z'"), ("(a)", "group that captures"), ("(?P<n>a)", "group that captures"), ("(", "cannot be compiled"), (r"\h", "bad escape"),
        ("a{99999999999}", "cannot be compiled"), ("[a", "cannot be compiled"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(pattern, message):
    with pytest.raises(VocabularyError, match=message):
        split.splitter(pattern)
    with pytest.raises(VocabularyError, match=message):
        bpe.train("a b", 0, pattern=pattern)


def test_a_bracket_in_a_comment_opens_nothing():
    assert split.chunks(r"(?#letters [)\p{L}+", "ab 1") == ["ab", " 1"]


WORDS = st.lists(st.sampled_from(["</w>", "a</w>", "<", "/w>", "w", "low", "</", "é", "</w></w>"]), max_size=12)


@given(WORDS, st.lists(st.sampled_from([" ", "\n", "\u3000 "]), min_size=12, max_size=12), st.integers(0, 30))
def test_a_word_may_hold_the_mark_of_its_end(words, spaces, n):
    text = "".join(word + space for word, space in zip(words, spaces))
    trainer = character_bpe.Trainer(text)
    list(trainer.steps(n))
    own = tokenize.from_bytes(trainer.tokenizer().save())
    assert own.decode(own.encode(text)) == " ".join(text.split())
    assert "".join(text[token.start : token.end] for token in own.tokens(text)) == "".join(text.split())
    assert all(own.spelling(merge.id) == merge.bytes for merge in trainer.merges)


def test_the_mark_and_its_characters_are_different_tokens():
    own = character_bpe.train("a</w> a</w> a</w> <", 5)
    assert [token.text for token in own.tokens("a</w>")] == ["a</w></w>"] and [token.text for token in own.tokens("a")] == ["a", "</w>"]
    assert own.decode(own.encode("a</w> a")) == "a</w> a"
    with pytest.raises(TextError, match="no piece for 'x', character 2"):
        own.encode("a x")
    for pieces in (["a"], ["a", " ", " a"], ["a", "a", " "]):
        with pytest.raises(VocabularyError):
            character_bpe.CharacterBPE("own", pieces)
