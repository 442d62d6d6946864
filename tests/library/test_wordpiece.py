"""WordPiece, token for token and offset for offset, against Hugging Face's tokenizers."""

import sys
import unicodedata
from collections.abc import Callable

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import models, normalizers, pre_tokenizers

from engineroom.errors import DTypeError, VocabularyError
from engineroom.tokenize.unicode8 import category
from engineroom.tokenize.wordpiece import encode, load_vocab

ENGLISH = """The bank by the river was steep.|Tokenization is fascinating!|unhappiness|Don't stop-believing; it's 3.14159!
user@example.com https://example.com/a?b=c#d|$9.99 + 5% = ^_^ `code` ~home~ <tag> {x} [y] (z) |\\ | tabs\tand\nnewlines\r\n
[CLS] and [SEP] [MASK] [PAD] [UNK] ##ing ## #|ALL CAPS ẞharp STRASSE straße|ﬁne ﬂow ﬃ|x² + y² ≠ ½ m³|  leading and trailing  """
HOSTILE = [
    "", " ", "\0", "a\0b", "\ufffd", "a\ufffdb", "\u200b\u200c\u200d\ufeff", "a\u200bb", "\u00ad", "soft\u00adhyphen", "\u2028\u2029", "a\u0085b",
    "\x1c\x1d\x1e\x1f", "a\x0bb\x0cc", "\u3000全角　space", "\u00a0nbsp\u202fthin\u2009", "東京", "日本語とEnglish混在", "한국어 텍스트", "각", "ᄒ\u1161ᆫ",
    "İstanbul ıI", "ΣΑΣ ς Σ", "é", "e\u0301", "e\u0301\u0302\u0303\u0304", "Z̷̡͔a̴͚͝l̸̳͠g̵̛̠o̶̻͘", "\u0301leading", "\u0301", "q\u0307\u0323", "q\u0323\u0307", "ế", "Å Å Å",
    "👩‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "❤️", "☎\ufe0e", "😀" * 120, "नमस्ते दुनिया", "สวัสดีชาวโลก", "שָׁלוֹם עולם", "مَرْحَبًا بالعالم", "ﷺ", "﷽", "ⅷ Ⅷ ①", "ǅ ǆ Ǆ", "ŉ ΐ ᾳ ᾼ", "𝕳𝖊𝖑𝖑𝖔", "𠀀𪜀𫝀𫠠𫢠", "豈更", "丽",
    "…—–‘’“”«»¿¡§¶", "…" * 101, "a" * 100, "a" * 101, "é" * 100, "é" * 101, "e\u0301" * 100, "가" * 50, "각" * 40, "\ud7ff\ue000", "\U0010ffff\U000e0001", "\ufff9a\ufffa", "؝ ۝ ܏", "᠎", "1,000,000.00", "a" * 99 + "\u0301b",
]
mixed = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(st.characters(categories=["Mn", "Mc", "Me", "Cf", "Zs", "Lm", "Sk"]), max_size=8).map("a{0}b".format),
    st.lists(st.sampled_from([*"abcdefg ñÉÜßİ.,'-#[]東ข\u0301\u0327\u200d\n", "##", "ing", " the ", "un"]), max_size=24).map("".join),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=30),
)


@pytest.fixture(scope="module")
def oracle(vocab) -> Callable[[str], list]:
    """Hugging Face's normaliser, pre-tokenizer and model for uncased BERT."""
    tokenizer = tokenizers.Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def reference(text: str) -> list:
        found = tokenizer.encode(text, add_special_tokens=False)
        return list(zip(found.ids, found.tokens, *zip(*found.offsets))) if found.ids else []

    return reference


def reordered(text: str) -> bool:
    """Whether marks that survive stand in another than the canonical order: the documented difference in offsets."""
    kept = [c for c in unicodedata.normalize("NFD", text) if category(c) != "Mn"]
    typed = [c for char in text for c in unicodedata.normalize("NFD", char) if category(c) != "Mn"]
    moved = any(unicodedata.combining(c) for c in kept)
    return kept != typed or moved and unicodedata.normalize("NFD", text) != "".join(
        unicodedata.normalize("NFD", char) for char in text
    )


def differences(text: str, vocab: dict, oracle: Callable) -> int:
    ours, theirs = [tuple(token) for token in encode(text, vocab)], oracle(text)
    if reordered(text):
        ours, theirs = [t[:2] for t in ours], [t[:2] for t in theirs]
    return 0 if ours == theirs else max(1, sum(a != b for a, b in zip(ours, theirs)))


def test_equals_hugging_face(vocab, oracle, measured):
    compared = set()

    @settings(max_examples=3000)
    @given(mixed)
    def on_any_text(text: str) -> None:
        assert differences(text, vocab, oracle) == 0
        compared.add(text)

    for text in [*ENGLISH.split("|"), ENGLISH, *HOSTILE, "".join(HOSTILE)]:
        assert differences(text, vocab, oracle) == 0, ascii(text)
        compared.add(text)
    on_any_text()
    assert len(compared) >= 2000
    hundreds = len(compared) // 100 * 100  # Hypothesis's count moves by a few
    measured("wordpiece", against=f"tokenizers {tokenizers.__version__}", error=0, metric="differing tokens", cases=hundreds)


def test_every_character_there_is(vocab, oracle):
    """Each code point between two letters; the planes without characters only now and then."""
    planes = [*range(0x40000), *range(0xE0000, 0xE2000), *range(0x40000, sys.maxunicode + 1, 997)]
    codes = [code for code in planes if not 0xD800 <= code < 0xE000]
    for at in range(0, len(codes), 32):
        text = " ".join(f"a{chr(code)}b" for code in codes[at : at + 32])
        assert [tuple(token) for token in encode(text, vocab)] == oracle(text), hex(codes[at])


@pytest.mark.parametrize(
    "text, ids",
    [("Tokenization is fascinating!", [19204, 3989, 2003, 17160, 999]), ("unhappiness", [4895, 3270, 9397, 9961])],
)
def test_published_ids(vocab, text, ids):
    assert [token.id for token in encode(text, vocab)] == ids


@given(st.text(st.characters(exclude_categories=[]), max_size=30))
def test_offsets_are_inside_and_in_order(vocab, text):
    end = 0
    for token in encode(text, vocab):
        assert 0 <= token.start < token.end <= len(text)
        assert end <= token.start or category(text[token.start]) == "Lo"  # one Hangul syllable may be several pieces
        end = token.end
        assert vocab[token.text] == token.id


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEF .,!?-", max_size=60))
def test_plain_english_can_be_read_back_from_the_offsets(vocab, text):
    pieces = encode(text, vocab)
    assert all(t.text in ("[UNK]", text[t.start : t.end].lower(), "##" + text[t.start : t.end].lower()) for t in pieces)
    covered = {i for t in pieces for i in range(t.start, t.end)}
    assert covered == {i for i, char in enumerate(text) if char != " "}


def test_lone_surrogates_are_dropped(vocab):
    assert encode("a\ud800b", vocab) == [(vocab["ab"], "ab", 0, 3)]


def test_typed_control_tokens_are_text(vocab):
    assert [token.text for token in encode("[CLS]", vocab)] == ["[", "cl", "##s", "]"]


def test_load_vocab():
    assert load_vocab("[UNK]\na\n##é\n".encode()) == {"[UNK]": 0, "a": 1, "##é": 2}
    assert load_vocab(b"[UNK]\r\na\r\n") == {"[UNK]": 0, "a": 1}


@pytest.mark.parametrize(
    "data, words",
    [
        (b"[UNK]\na\n\nb\n", "line 3 is empty"),
        (b"", "line 1 is empty"),
        (b"[UNK]\na\nb\na\n", "line 4 repeats 'a' of line 2"),
        (b"[UNK]\na\n\xff\n", "line 3 is not UTF-8"),
        (b"a\nb\n", r"no \[UNK\]"),
    ],
)
def test_a_bad_vocabulary_says_where(data, words):
    with pytest.raises(VocabularyError, match=words):
        load_vocab(data)


def test_bad_arguments(vocab):
    with pytest.raises(DTypeError, match="text must be a string, not bytes"):
        encode(b"bytes", vocab)
    with pytest.raises(VocabularyError, match="load_vocab"):
        encode("text", {"a": 0})
