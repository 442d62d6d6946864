"""SentencePiece's two algorithms against the library itself, and Mistral's vocabulary against its JavaScript tokenizer."""

import itertools
import json
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import sentencepiece_model_pb2 as protobuf

from engineroom import tokenize
from engineroom.errors import VocabularyError
from engineroom.tokenize import vocab_file
from engineroom.tokenize.charsmap import CharacterMap, Table
from engineroom.tokenize.normalise import SPACE, Normaliser
from engineroom.tokenize.sentencepiece import BYTE, CONTROL, NORMAL, UNKNOWN
from engineroom.tokenize.sentencepiece_bpe import SentencePieceBPE
from engineroom.tokenize.unigram import Unigram
from engineroom_site.assets import AssetError, fetch
from engineroom_site.toolchain import node
from engineroom_site.vocabularies import CONVERTERS, mistral
from engineroom_site.vocabularies import sentencepiece as converter
from tokenize_corpus import strings

NAMES = ("botchan-unigram", "botchan-bpe", "mistral")
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SPACED = st.text(st.sampled_from("ab \u3000\u2581\t\u200b\u00adé\u0301한ﬁ½"), max_size=12)
AGAINST = f"sentencepiece {sentencepiece.__version__}"


@pytest.fixture(scope="module")
def own() -> dict[str, tokenize.Tokenizer]:
    return {name: tokenize.from_bytes(CONVERTERS[name][0](name)) for name in NAMES}


@pytest.fixture(scope="module")
def theirs() -> dict[str, sentencepiece.SentencePieceProcessor]:
    models = {name: fetch.file(name).read_bytes() for name in NAMES[:2]} | {"mistral": mistral_model()}
    return {name: sentencepiece.SentencePieceProcessor(model_proto=model) for name, model in models.items()}


def mistral_model() -> bytes:
    """Mistral's pieces and ranks as a model file, so that SentencePiece itself can run them."""
    made, model = mistral.tokenizer("mistral"), protobuf.ModelProto()
    for piece, score, kind in zip(made.pieces, made.scores, made.types):
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.model_type, model.trainer_spec.byte_fallback, model.trainer_spec.vocab_size = 2, True, len(made.pieces)
    model.normalizer_spec.add_dummy_prefix, model.normalizer_spec.remove_extra_whitespaces = True, False
    return model.SerializeToString()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_ids_and_text_as_sentencepiece(own, theirs, name, measured):
    tokenizer, reference = own[name], theirs[name]
    ids = {text: tokenizer.encode(text) for text in strings()}
    differing = [text for text, found in ids.items() if found != reference.encode(text)]
    assert not differing, f"{len(differing)}, such as {differing[0]!r}"
    assert not [text for text, found in ids.items() if tokenizer.decode(found) != reference.decode(found)]
    measured(f"the ids of {name}", against=AGAINST, error=0, metric="strings with other ids", cases=len(ids))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=700)
@given(text=ANY | SPACED)
def test_any_text_has_the_same_ids(own, theirs, name, text):
    ids = own[name].encode(text)
    assert ids == theirs[name].encode(text)
    assert own[name].decode(ids) == theirs[name].decode(ids)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200)
@given(ids=st.lists(st.integers(0, 999), max_size=12))
def test_any_ids_are_decoded_the_same(own, theirs, name, ids):
    assert own[name].decode(ids) == theirs[name].decode(ids)


def test_each_byte_of_a_broken_character_is_marked(own, theirs):
    for ids in ([228, 131], [228, 131, 131], [243, 162], [243, 162, 131, 400], [131, 228], [230, 163, 162, 228]):
        assert own["mistral"].decode(ids) == theirs["mistral"].decode(ids), ids


def test_long_texts_have_the_same_ids(own, theirs):
    """Where float32 sums have lost most of their digits, and where SentencePiece restarts them."""
    text = fetch.file("botchan-text").read_text(encoding="utf-8-sig").replace("\n", " ")
    for name in NAMES:
        assert own[name].encode(text[:120_000]) == theirs[name].encode(text[:120_000])
    random = Random(0)
    rare = " ".join("".join(random.choice("aeinorstl") for _ in range(14)) for _ in range(5000))
    for tied in ("aaaaaaaaaaaaaaaaaaaa xxyxxyxx " * 4000, rare):
        assert own["botchan-unigram"].encode(tied) == theirs["botchan-unigram"].encode(tied)


def test_the_same_ids_as_mistrals_javascript(own, tmp_path, measured):
    shutil.copy(fetch.file("mistral-vocabulary"), tmp_path / "tokenizer.mjs")
    script = Path(__file__).with_name("golden") / "mistral_ids.mjs"
    texts = strings()
    run = subprocess.run(
        [*node.node(), str(script), str(tmp_path / "tokenizer.mjs")],
        input="\n".join(map(json.dumps, texts)),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    theirs = [json.loads(line) for line in run.stdout.splitlines()]
    assert [own["mistral"].encode(text) for text in texts] == theirs
    measured(
        "the ids of mistral in JavaScript", against="mistral-tokenizer-js 1.0.0", error=0, metric="strings with other ids", cases=len(texts)
    )


@pytest.mark.parametrize(
    "text, ids", [("Tokenization is fascinating!", [16625, 1837, 349, 23069, 28808]), ("unhappiness", [20581, 763, 1494])]
)
def test_published_ids(own, text, ids):
    assert own["mistral"].encode(text) == ids


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300)
@given(text=ANY | SPACED)
def test_tokens_are_the_ids_with_their_characters(own, theirs, name, text):
    tokenizer = own[name]
    found = tokenizer.tokens(text)
    assert [token.id for token in found] == tokenizer.encode(text)
    reference = theirs[name].encode(text, return_type="proto").pieces
    for token, piece in zip(found, reference, strict=True):
        kind = tokenizer.types[token.id]
        assert token.bytes == (
            piece.piece.encode() if kind == NORMAL else b"<unk>" if kind == UNKNOWN else bytes([int(piece.piece[1:-1], 16)])
        )
        assert 0 <= token.start <= token.end <= len(text)
        begin = len(text.encode()[: piece.begin].decode())  # theirs begins where the space before the text would be
        assert kind == BYTE or token.start == begin or (token is found[0] and token.start > begin)
    for before, after in itertools.pairwise(found):
        assert before.start <= after.start and before.end <= after.end


def test_spans_of_spaces_bytes_and_unknowns(own):
    spans = lambda name, text: [(token.text, token.start, token.end) for token in own[name].tokens(text)]
    assert spans("mistral", "a\t b") == [("▁a", 0, 1), ("\t", 1, 2), ("▁b", 2, 4)]
    assert spans("mistral", "🫠") == [("▁", 0, 0), *((token, 0, 1) for token in ["\ufffd"] * 4)]
    assert spans("botchan-bpe", "  a  漢字 b") == [("▁a", 2, 3), ("▁", 3, 4), ("<unk>", 5, 7), ("▁b", 7, 9)]


@pytest.mark.parametrize("name", NAMES[:2])
def test_every_character_is_replaced_alike(own, theirs, name):
    """All code points, each between letters and before a combining mark, and all pairs of ASCII characters."""
    codes = [code for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000 and (code < 0x30000 or code % 97 == 0)]
    for at in range(0, len(codes), 256):
        text = "|".join(f"a{chr(code)}{chr(code)}\u0301b" for code in codes[at : at + 256])
        assert own[name].normaliser.apply(text) == theirs[name].normalize(text), hex(codes[at])
    for first in range(1, 128):
        text = "".join(chr(first) + chr(second) for second in range(1, 128))
        assert own[name].normaliser.apply(text) == theirs[name].normalize(text)


@given(SPACED, st.booleans(), st.booleans())
def test_places_go_with_what_is_spelt(text, dummy_prefix, collapse):
    rules = {"\t": " ", "ﬁ": "fi", "\u00ad": ""}
    normaliser = Normaliser(Table(rules), dummy_prefix, collapse)
    spelt, places = normaliser.placed(text)
    assert spelt == normaliser.apply(text) and len(places) == len(spelt)
    for place, (char, (start, end)) in enumerate(zip(spelt, places)):
        origin = text[start:end]
        assert char in rules.get(origin, origin).replace(" ", SPACE) if origin else (place == 0 and char == SPACE)


def test_pieces_are_found_by_id_and_spelling(own):
    bpe = own["mistral"]
    assert bpe.spelling(13) == b"\n" and bpe.id("▁the") == 272 and bpe.id("<s>") is None


def made(**changes):
    parts = {
        "name": "own",
        "pieces": ["<unk>", "a"],
        "scores": [0.0, -1.0],
        "types": [UNKNOWN, NORMAL],
        "normaliser": Normaliser(),
    } | changes
    return parts.pop("kind", SentencePieceBPE)(**parts)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: made(scores=[0.0]), "2 pieces, 1 scores and 2 types"),
        (lambda: made(types=[NORMAL, NORMAL]), "0 pieces for the unknown; it needs one"),
        (lambda: made(pieces=["a", "a"]), "ids 0 and 1 alike: 'a'"),
        (lambda: made(types=[UNKNOWN, BYTE]), "own has byte pieces, but not <0x00>"),
        (lambda: made(kind=Unigram, types=[UNKNOWN, CONTROL]), "no pieces but the unknown"),
        (lambda: Table({"ab": "c"}), "for one character, not for 'ab'"),
        (lambda: CharacterMap(b"\x08\0\0\0ab"), "breaks off after 6 bytes"),
        (lambda: CharacterMap(bytes(4)), "empty"),
        (lambda: tokenize.from_bytes(vocab_file.write("unigram", {"name": "x"}, {})), "does not say what SentencePiece needs: KeyError"),
        (
            lambda: tokenize.from_bytes(
                vocab_file.write("unigram", {"name": "x", "rules": {}, "collapse": 1, "dummy_prefix": 1}, {"scores": b"abc"})
            ),
            "3 bytes; float32 has four",
        ),
    ],
)
def test_an_impossible_vocabulary_says_what_is_wrong(make, words):
    with pytest.raises(VocabularyError, match=words):
        make()


def test_a_damaged_character_map_says_so():
    good = protobuf.ModelProto.FromString(fetch.file("botchan-bpe").read_bytes()).normalizer_spec.precompiled_charsmap
    size = int.from_bytes(good[:4], "little")
    with pytest.raises(VocabularyError, match="the character map is damaged"):
        Normaliser(CharacterMap(good[: 4 + size])).apply("½")


def test_a_model_that_does_what_ours_do_not_is_refused():
    model = protobuf.ModelProto.FromString(fetch.file("botchan-bpe").read_bytes())
    model.pieces[5].type = 4  # user-defined
    with pytest.raises(AssetError, match="x.model: pieces of type"):
        converter.tokenizer("x", model, "x.model")
    model.pieces[5].type = NORMAL
    model.trainer_spec.model_type = 3  # words
    with pytest.raises(AssetError, match="model type 3"):
        converter.tokenizer("x", model, "x.model")
