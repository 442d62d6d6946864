"""Byte-level BPE against tiktoken and Hugging Face's tokenizers: ids, special tokens, decoding, and what bad input gets."""

import base64
import json
import sys
from collections.abc import Callable

import pytest
import tiktoken
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers

from engineroom import tokenize
from engineroom.errors import TextError, UnknownToken, VocabularyError
from engineroom.models import gguf
from engineroom.tokenize import bpe, split, vocab_file
from engineroom.tokenize.merge import _by_heap, _by_scan, merge
from engineroom_site.assets import fetch
from engineroom_site.vocabularies import CONVERTERS
from tokenize_corpus import strings

TIKTOKEN = ("gpt2", "cl100k_base", "o200k_base")
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def own() -> dict[str, bpe.ByteBPE]:
    return {name: tokenize.from_bytes(CONVERTERS[name][0](name)) for name in (*TIKTOKEN, "smollm2")}


@pytest.fixture(scope="module")
def theirs() -> dict[str, Callable[[str], list[int]]]:
    return {**{name: openai(name).encode_ordinary for name in TIKTOKEN}, "smollm2": smollm2()}


def openai(name: str) -> tiktoken.Encoding:
    """tiktoken's own encoder, with the ranks of its npm package, decoded here another way than in the build."""
    about = json.loads(fetch.file(f"tiktoken-{name}").read_text())
    ranks = {base64.b64decode(piece): id for id, piece in enumerate(about["bpe_ranks"].split(" ")[2:])}
    return tiktoken.Encoding(name, pat_str=about["pat_str"], mergeable_ranks=ranks, special_tokens=about["special_tokens"])


def smollm2() -> Callable[[str], list[int]]:
    """Hugging Face's BPE with the merges of the GGUF file, and the pre-tokenizers of SmolLM2's tokenizer.json."""
    with fetch.file("smollm2").open("rb") as file:
        about = gguf.metadata(file.read(8_000_000))
    vocab = {token.decode(): id for id, token in enumerate(about["tokenizer.ggml.tokens"])}
    tokenizer = tokenizers.Tokenizer(models.BPE(vocab, [tuple(merge.decode().split(" ")) for merge in about["tokenizer.ggml.merges"]]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return lambda text: tokenizer.encode(text).ids


def spellable(name: str, text: str, tokenizer: bpe.ByteBPE) -> bool:
    """SmolLM2 lacks some bytes; Hugging Face's encoder leaves them out, ours says so."""
    return all(tokenizer.id(bytes([byte])) is not None for byte in set(text.encode()))


@pytest.mark.parametrize("name", [*TIKTOKEN, "smollm2"])
def test_the_same_ids_as_the_original(own, theirs, name, measured):
    tokenizer, reference = own[name], theirs[name]
    texts = [text for text in strings() if spellable(name, text, tokenizer)]
    differing = [text for text in texts if tokenizer.encode(text, disallowed_special=()) != reference(text)]
    assert not differing, f"{len(differing)} of {len(texts)}, such as {differing[0]!r}"
    assert len(texts) > 18_000
    against = f"tokenizers {tokenizers.__version__}" if name == "smollm2" else f"tiktoken {tiktoken.__version__}"
    measured(f"the ids of {name}", against=against, error=0, metric="strings with other ids", cases=len(texts))


@pytest.mark.parametrize("name", [*TIKTOKEN, "smollm2"])
@settings(max_examples=700)
@given(text=ANY)
def test_any_text_has_the_same_ids(own, theirs, name, text):
    if spellable(name, text, own[name]):
        assert own[name].encode(text, disallowed_special=()) == theirs[name](text)


@pytest.mark.parametrize("name", [*TIKTOKEN, "smollm2"])
def test_decoding_undoes_encoding(own, name):
    tokenizer = own[name]
    for text in strings():
        if spellable(name, text, tokenizer):
            assert tokenizer.decode(tokenizer.encode(text, disallowed_special=())) == text


@pytest.mark.parametrize("name", TIKTOKEN)
@given(text=ANY)
def test_tokens_are_the_ids_with_their_bytes_and_characters(own, name, text):
    tokenizer = own[name]
    found = tokenizer.tokens(text)
    assert [token.id for token in found] == tokenizer.encode(text)
    assert b"".join(token.bytes for token in found) == text.encode()
    at = 0
    for token in found:
        before, after = len(text.encode()[:at].decode("utf-8", "ignore")), at + len(token.bytes)
        assert token.start == before and token.bytes in text[token.start : token.end].encode()
        assert len(text[: token.end].encode()) >= after > len(text[: token.end - 1].encode())
        at = after


@pytest.mark.parametrize("size", [0, 1, 2, 5, 199, 200, 201, 2000])
def test_long_chunks_are_merged_like_short_ones(own, size):
    ranks = own["gpt2"]._ranks
    for unit in (b"a", b"ab", b" the", "é".encode(), bytes(range(33, 127))):
        chunk = [bytes([byte]) for byte in (unit * size)[:size]]
        assert _by_heap(chunk, ranks) == _by_scan(chunk, ranks)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_are_merged_alike(own, chunk):
    ranks, parts = own["cl100k_base"]._ranks, [bytes([byte]) for byte in chunk]
    assert _by_heap(parts, ranks) == _by_scan(parts, ranks)


@pytest.mark.parametrize("name", [*TIKTOKEN, "smollm2"])
def test_merging_may_start_from_characters(own, name):
    """Also where pieces reach from one character into the next: each such piece, in the middle of characters."""
    ranks = own[name]._ranks
    reaching = [piece.decode("utf-8", "ignore") for piece in ranks if not piece.isascii()]
    for text in [*strings(3000), *(f"ã{text}中о" for text in reaching[::7])]:
        parts = [bytes([byte]) for byte in text.encode()]
        assert merge(own[name]._characters.parts(text), ranks) == merge(parts, ranks)


@pytest.mark.parametrize(
    "name, sentence, word",
    [
        ("gpt2", [30642, 1634, 318, 13899, 0], [403, 71, 42661]),
        ("cl100k_base", [3404, 2065, 374, 27387, 0], [359, 71, 67391]),
        ("o200k_base", [4421, 2860, 382, 33733, 0], [373, 71, 117779]),
        ("smollm2", [20855, 1237, 314, 4013, 17], [419, 88, 38462]),
    ],
)
def test_published_ids(own, name, sentence, word):
    assert own[name].encode("Tokenization is fascinating!") == sentence
    assert own[name].encode("unhappiness") == word


@pytest.mark.parametrize("name, size", [("gpt2", 50_257), ("cl100k_base", 100_277), ("o200k_base", 200_019), ("smollm2", 49_152)])
def test_sizes(own, name, size):
    assert own[name].vocab_size == size


@pytest.mark.parametrize("name", ["L", "N", "M", "Lu", "Ll", "Lt", "Lm", "Lo"])
def test_every_character_is_classed_as_the_regex_engine_does(name):
    probe = tiktoken.Encoding("probe", pat_str=rf"\p{{{name}}}+", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={})
    everything = "".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    assert "".join(split.compiled(rf"\p{{{name}}}+", everything).findall(everything)) == probe.decode(probe.encode_ordinary(everything))


@pytest.mark.parametrize("pattern", ["gpt2", "cl100k", "o200k"])
def test_classes_cut_for_narrow_texts_are_the_same_classes(pattern):
    for text in strings(2000):
        wide = split._compiled(pattern, 0x10FFFF).findall(text)
        assert list(split.splitter(pattern)(text)) == wide == [text[a:b] for a, b in split.spans(pattern, text)]


def test_special_tokens_as_in_tiktoken(own):
    reference = openai("cl100k_base")
    text = "a<|endoftext|>b<|fim_prefix|><|endoftext|><|endoftext"
    for allowed, refused in [("all", ()), ({"<|endoftext|>"}, ()), ((), ()), ("all", "all"), ({"<|endoftext|>"}, {"<|fim_suffix|>"})]:
        theirs = reference.encode(text, allowed_special=allowed if allowed == "all" else set(allowed), disallowed_special=refused)
        assert own["cl100k_base"].encode(text, allowed, refused) == theirs
        assert [token.id for token in own["cl100k_base"].tokens(text, allowed, refused)] == theirs
        assert own["cl100k_base"].decode(theirs) == text
    for allowed, refused in [((), "all"), ({"<|endoftext|>"}, "all"), ((), {"<|fim_prefix|>"})]:
        with pytest.raises(ValueError, match="special token"):
            reference.encode(text, allowed_special=set(allowed), disallowed_special=refused)
        with pytest.raises(TextError, match=r"special token '<\|.*' at character \d+: allow it"):
            own["cl100k_base"].encode(text, allowed, refused)
    placed = own["cl100k_base"].tokens(text, "all")
    assert [text[token.start : token.end] for token in placed if token.bytes.startswith(b"<|")] == [
        "<|endoftext|>",
        "<|fim_prefix|>",
        "<|endoftext|>",
    ]
    nested = bpe.ByteBPE("nested", [b"a"], "none", {"<a>": 1, "<a>a": 2})
    assert nested.encode("<a>a<a>", "all") == [2, 1]  # the longest, where one begins like another
    with pytest.raises(UnknownToken, match=r"gpt2 has no special token '<\|im_end\|>'; it has <\|endoftext\|>"):
        own["gpt2"].encode("a", {"<|im_end|>"})


@given(text=ANY)
def test_a_stream_never_gives_half_a_character(own, text):
    for name in ("gpt2", "o200k_base"):
        ids = own[name].encode(text)
        stream = own[name].stream()
        parts = [stream.push(id) for id in ids]
        assert "".join(parts) == text and stream.end() == ""


@given(st.lists(st.integers(0, 255), max_size=12))
def test_broken_bytes_are_replaced_or_refused(own, some):
    tokenizer = own["gpt2"]
    data = tokenizer.decode_bytes(some)
    assert tokenizer.decode(some) == data.decode("utf-8", "replace")
    stream = tokenizer.stream()
    assert "".join(map(stream.push, some)) + stream.end() == data.decode("utf-8", "replace")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        with pytest.raises(TextError, match=rf"byte {error.start} of these tokens, in the one at place {error.start}, is no UTF-8"):
            tokenizer.decode(some, errors="strict")


def test_bytes_and_ids_that_a_vocabulary_lacks(own):
    with pytest.raises(UnknownToken, match="no id 200000"):  # a gap before o200k's last special token
        own["o200k_base"].decode([200_000])
    with pytest.raises(TextError, match="smollm2 has no piece for the byte 04"):
        own["smollm2"].encode("a\x04")


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda data: b"", "no vocabulary file"),
        (lambda data: b"PK\3\4", "no vocabulary file: it starts with"),
        (lambda data: data[:-40], "damaged"),
        (lambda data: data[:100] + b"????" + data[104:], "damaged"),
        (lambda data: vocab_file.write("byte-bpe", {"name": "x"}, {}), "does not say what a byte BPE needs: KeyError"),
        (
            lambda data: vocab_file.write("byte-bpe", {"name": "x", "split": "(", "special": {}}, vocab_file.pack_strings([b"a"])),
            "cannot be compiled",
        ),
        (
            lambda data: vocab_file.write("byte-bpe", {"name": "x", "split": "(a)b", "special": {}}, vocab_file.pack_strings([b"a"])),
            "group that captures",
        ),
        (
            lambda data: vocab_file.write("byte-bpe", {"name": "x", "split": r"\p{Greek}", "special": {}}, vocab_file.pack_strings([b"a"])),
            "no character class 'Greek'",
        ),
        (lambda data: vocab_file.write("byte-bpe", {"name": "x", "split": "gpt2", "special": {}}, {}), "no column 'lengths'"),
        (
            lambda data: vocab_file.write("byte-bpe", {"name": "x", "split": "gpt2", "special": {}}, {"lengths": b"\1\2", "bytes": b"ab"}),
            "ask for 3 bytes; there are 2",
        ),
        (
            lambda data: vocab_file.write("byte-bpe", {"name": "x", "split": "gpt2", "special": {}}, {"lengths": b"\1\x80", "bytes": b"a"}),
            "breaks off",
        ),
        (
            lambda data: vocab_file.write("byte-bpe", {"name": "x", "split": "gpt2", "special": {}}, vocab_file.pack_strings([b"a", b"a"])),
            "spells ids 0 and 1 alike: b'a'",
        ),
        (
            lambda data: vocab_file.write(
                "byte-bpe", {"name": "x", "split": "gpt2", "special": {"<s>": 0}}, vocab_file.pack_strings([b"a"])
            ),
            "gives id 0 to '<s>' and to another",
        ),
        (
            lambda data: vocab_file.write("letters", {}, {}),
            "kind 'letters'; known: byte-bpe, character-bpe, wordpiece, sentencepiece-bpe, unigram",
        ),
    ],
)
def test_a_corrupt_vocabulary_file_says_what_is_wrong(own, spoil, words):
    with pytest.raises(VocabularyError, match=words):
        tokenize.from_bytes(spoil(own["gpt2"].save()))


@given(st.lists(st.integers(0, 1 << 40)))
def test_numbers_are_packed_without_loss(values):
    assert vocab_file.unpack_numbers(vocab_file.pack_numbers(values)) == values
