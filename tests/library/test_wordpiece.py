"""WordPiece, token for token and offset for offset, against Hugging Face's tokenizers."""

import sys
import unicodedata
from collections.abc import Callable

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import decoders, models, normalizers, pre_tokenizers

import tokenize_corpus
from engineroom.errors import VocabularyError
from engineroom.tokenize import vocab_file
from engineroom.tokenize.bert_words import normalise, placed
from engineroom.tokenize.unicode8 import category
from engineroom.tokenize.wordpiece import WordPiece, load_vocab
from engineroom_site.vocabularies import wordpiece as converter

ENGLISH = """The bank by the river was steep.|Tokenization is fascinating!|unhappiness|Don't stop-believing; it's 3.14159!
user@example.com https://example.com/a?b=c#d|$9.99 + 5% = ^_^ `code` ~home~ <tag> {x} [y] (z) |\\ | tabs\tand\nnewlines\r\n
[CLS] and [SEP] [MASK] [PAD] [UNK] ##ing ## #|ALL CAPS ẞharp STRASSE straße|ﬁne ﬂow ﬃ|x² + y² ≠ ½ m³|  leading and trailing  """
HOSTILE = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ufffd",
    "a\ufffdb",
    "\u200b\u200c\u200d\ufeff",
    "a\u200bb",
    "\u00ad",
    "soft\u00adhyphen",
    "\u2028\u2029",
    "a\u0085b",
    "\x1c\x1d\x1e\x1f",
    "a\x0bb\x0cc",
    "\u3000全角　space",
    "\u00a0nbsp\u202fthin\u2009",
    "東京",
    "日本語とEnglish混在",
    "한국어 텍스트",
    "각",
    "ᄒ\u1161ᆫ",
    "İstanbul ıI",
    "ΣΑΣ ς Σ",
    "é",
    "e\u0301",
    "e\u0301\u0302\u0303\u0304",
    "Z̷̡͔a̴͚͝l̸̳͠g̵̛̠o̶̻͘",
    "\u0301leading",
    "\u0301",
    "q\u0307\u0323",
    "q\u0323\u0307",
    "ế",
    "Å Å Å",
    "👩‍👩‍👧‍👦 family",
    "🇩🇪🇫🇷",
    "❤️",
    "☎\ufe0e",
    "😀" * 120,
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "שָׁלוֹם עולם",
    "مَرْحَبًا بالعالم",
    "ﷺ",
    "﷽",
    "ⅷ Ⅷ ①",
    "ǅ ǆ Ǆ",
    "ŉ ΐ ᾳ ᾼ",
    "𝕳𝖊𝖑𝖑𝖔",
    "𠀀𪜀𫝀𫠠𫢠",
    "豈更",
    "丽",
    "…—–‘’“”«»¿¡§¶",
    "…" * 101,
    "a" * 100,
    "a" * 101,
    "é" * 100,
    "é" * 101,
    "e\u0301" * 100,
    "가" * 50,
    "각" * 40,
    "\ud7ff\ue000",
    "\U0010ffff\U000e0001",
    "\ufff9a\ufffa",
    "؝ ۝ ܏",
    "᠎",
    "1,000,000.00",
    "a" * 99 + "\u0301b",
]
mixed = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(st.characters(categories=["Mn", "Mc", "Me", "Cf", "Zs", "Lm", "Sk"]), max_size=8).map("a{0}b".format),
    st.lists(st.sampled_from([*"abcdefg ñÉÜßİ.,'-#[]東ข\u0301\u0327\u200d\n", "##", "ing", " the ", "un"]), max_size=24).map("".join),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=30),
)


@pytest.fixture(scope="module")
def bert(vocab) -> WordPiece:
    return WordPiece("bert", vocab)


@pytest.fixture(scope="module")
def oracle(vocab) -> Callable[[str], list]:
    """Hugging Face's normaliser, pre-tokenizer and model for uncased BERT."""
    return reference(vocab)


def reference(vocab: dict[str, int]) -> Callable[[str], list]:
    tokenizer = tokenizers.Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def read(text: str) -> list:
        found = tokenizer.encode(text, add_special_tokens=False)
        return list(zip(found.ids, map(str.encode, found.tokens), *zip(*found.offsets))) if found.ids else []

    return read


def reordered(text: str) -> bool:
    """Whether marks that survive stand in another than the canonical order: the documented difference in offsets."""
    kept = [c for c in unicodedata.normalize("NFD", text) if category(c) != "Mn"]
    typed = [c for char in text for c in unicodedata.normalize("NFD", char) if category(c) != "Mn"]
    moved = any(unicodedata.combining(c) for c in kept)
    return kept != typed or (moved and unicodedata.normalize("NFD", text) != "".join(unicodedata.normalize("NFD", char) for char in text))


def differs(text: str, bert: WordPiece, oracle: Callable) -> bool:
    """Whether ids or spellings or places do, or `encode` and `tokens`."""
    ours, theirs = bert.tokens(text), oracle(text)
    if bert.encode(text) != [token.id for token in ours]:
        return True
    if reordered(text):
        ours, theirs = [token[:2] for token in ours], [token[:2] for token in theirs]
    return ours != theirs


def test_equals_hugging_face(bert, oracle, measured):
    strings = [*ENGLISH.split("|"), ENGLISH, *HOSTILE, "".join(HOSTILE), *tokenize_corpus.strings()]
    assert [ascii(text) for text in strings if differs(text, bert, oracle)] == []
    thousands = len(set(strings)) // 1000 * 1000
    measured("wordpiece", against=f"tokenizers {tokenizers.__version__}", error=0, metric="differing strings", cases=thousands)


@settings(max_examples=3000)
@given(mixed)
def test_equals_hugging_face_on_any_text(bert, oracle, text):
    assert not differs(text, bert, oracle)


def test_every_character_there_is(bert, oracle):
    """Each code point between two letters; the planes without characters only now and then."""
    planes = [*range(0x40000), *range(0xE0000, 0xE2000), *range(0x40000, sys.maxunicode + 1, 997)]
    codes = [code for code in planes if not 0xD800 <= code < 0xE000]
    for at in range(0, len(codes), 32):
        text = " ".join(f"a{chr(code)}b" for code in codes[at : at + 32])
        assert bert.tokens(text) == oracle(text), hex(codes[at])
        assert "".join(normalise(text).split()) == normalise(text).replace(" ", ""), hex(codes[at])


@settings(max_examples=1000)
@given(st.text(st.sampled_from("ab\u0301\u0323\u302e\u1baa\u200dé東.\u1b44"), max_size=12))
def test_marks_out_of_order(text):
    """Marks that BERT keeps, in a vocabulary that has them: their order, and where each was typed."""
    letters = "ab\u302e\u1baa\u1b44東."
    vocab = {piece: id for id, piece in enumerate(["[UNK]", *letters, *(f"##{letter}" for letter in letters)])}
    own = WordPiece("marks", vocab)
    assert [token[:2] for token in own.tokens(text)] == [token[:2] for token in reference(vocab)(text)]
    spelt, origin = placed(text)
    assert spelt == normalise(text) and len(origin) == len(spelt)
    assert all(letter in (" ", text[at]) or letter in unicodedata.normalize("NFD", text[at]) for letter, at in zip(spelt, origin))


@pytest.mark.parametrize(
    "text, ids", [("Tokenization is fascinating!", [19204, 3989, 2003, 17160, 999]), ("unhappiness", [4895, 3270, 9397, 9961])]
)
def test_published_ids(bert, text, ids):
    assert bert.encode(text) == ids


def test_what_the_site_ships_is_this_vocabulary(bert):
    shipped = WordPiece.from_vocabulary(vocab_file.read(converter.convert("bert")))
    assert (shipped.name, shipped.vocab, shipped.max_chars, shipped.vocab_size) == ("bert", bert.vocab, 100, 30522)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_offsets_are_inside_and_in_order(vocab, bert, text):
    end = 0
    for token in bert.tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert end <= token.start or category(text[token.start]) == "Lo"  # one Hangul syllable may be several pieces
        end = token.end
        assert vocab[token.text] == token.id


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEF .,!?-", max_size=60))
def test_plain_english_can_be_read_back_from_the_offsets(bert, text):
    pieces = bert.tokens(text)
    assert all(t.text in ("[UNK]", text[t.start : t.end].lower(), "##" + text[t.start : t.end].lower()) for t in pieces)
    covered = {i for t in pieces for i in range(t.start, t.end)}
    assert covered == {i for i, char in enumerate(text) if char != " "}


@given(st.lists(st.integers(0, 30521), max_size=30))
def test_decodes_as_hugging_face(bert, ids):
    pieces = [bert.spelling(id).decode() for id in ids]
    assert bert.decode(ids) == decoders.WordPiece(cleanup=False).decode(pieces)


@given(st.lists(st.from_regex("[a-z]{1,20}|[.,!?]", fullmatch=True), max_size=12))
def test_plain_words_come_back(bert, words):
    assert bert.decode(bert.encode(" ".join(words))) == " ".join(words)


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.integers(0, 300), max_size=20),
    st.integers(0, 9),
    mixed,
)
def test_saving_loses_nothing(vocab, max_chars, text):
    ids = dict(zip(set(vocab.values()) - {300}, vocab))  # each id once, some unused
    own = WordPiece("own", {piece: id for id, piece in ids.items() if piece != "[UNK]"} | {"[UNK]": 300}, max_chars)
    again = WordPiece.from_vocabulary(vocab_file.read(own.save()))
    assert (again.name, again.vocab, again.vocab_size) == ("own", own.vocab, 301)
    assert again.tokens(text) == own.tokens(text) and again.save() == own.save()


def test_typed_control_tokens_are_text(bert):
    assert [token.text for token in bert.tokens("[CLS]")] == ["[", "cl", "##s", "]"]


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


@pytest.mark.parametrize(
    "vocab, words",
    [
        ({"a": 0}, r"own has no \[UNK\]"),
        ({"[UNK]": 0, "a": -1}, "'a' the id -1, which is negative"),
        ({"[UNK]": 0, "a": 0}, r"'a' the id 0, which is that of '\[UNK\]'"),
    ],
)
def test_an_impossible_vocabulary(vocab, words):
    with pytest.raises(VocabularyError, match=words):
        WordPiece("own", vocab)


@pytest.mark.parametrize(
    "about, pieces, words",
    [
        ({"max_chars": 100}, [b"[UNK]"], "does not say what a WordPiece needs: KeyError"),
        ({"name": "own", "max_chars": "many"}, [b"[UNK]"], "does not say what a WordPiece needs: ValueError"),
        ({"name": "own", "max_chars": 100}, [b"[UNK]", b"\xff"], "id 1 is spelt .*, which is not UTF-8"),
        ({"name": "own", "max_chars": 100}, [b"[UNK]", b"a", b"", b"a"], "own spells ids 1 and 3 alike"),
        ({"name": "own", "max_chars": 100}, [b"a"], r"own has no \[UNK\]"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(about, pieces, words):
    data = vocab_file.write("wordpiece", about, vocab_file.pack_strings(pieces))
    with pytest.raises(VocabularyError, match=words):
        WordPiece.from_vocabulary(vocab_file.read(data))
