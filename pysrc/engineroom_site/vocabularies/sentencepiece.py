"""SentencePiece's own model files, protobuf, as vocabulary files."""

from typing import Any

from sentencepiece import sentencepiece_model_pb2 as protobuf

from engineroom.tokenize.charsmap import CharacterMap, Table
from engineroom.tokenize.normalise import Normaliser
from engineroom.tokenize.sentencepiece import BYTE, CONTROL, NORMAL, UNKNOWN, SentencePiece
from engineroom.tokenize.sentencepiece_bpe import SentencePieceBPE
from engineroom.tokenize.unigram import Unigram
from engineroom_site.assets import AssetError, fetch

KINDS: dict[int, type[SentencePiece]] = {1: Unigram, 2: SentencePieceBPE}  # TrainerSpec.ModelType


def convert(name: str) -> bytes:
    """The vocabulary file of "botchan-unigram" or "botchan-bpe". Raises AssetError for a model that does what ours do not."""
    path = fetch.file(name)
    model = protobuf.ModelProto.FromString(path.read_bytes())  # pyright: ignore[reportAttributeAccessIssue]
    return tokenizer(name, model, path.name).save()


def tokenizer(name: str, model: Any, file: str) -> SentencePiece:
    """The tokenizer that a model file, read as a ModelProto, describes. Raises AssetError."""
    spec, trained = model.normalizer_spec, model.trainer_spec
    types = [piece.type for piece in model.pieces]
    odd = {NORMAL, UNKNOWN, CONTROL, BYTE}.symmetric_difference(types) - {BYTE, CONTROL}
    if odd or trained.model_type not in KINDS or not spec.escape_whitespaces or trained.treat_whitespace_as_suffix:
        raise AssetError(f"{file}: pieces of type {odd or 'known'}, model type {trained.model_type}, or spaces written as ours are not")
    rules = CharacterMap(spec.precompiled_charsmap) if spec.precompiled_charsmap else Table()
    normaliser = Normaliser(rules, spec.add_dummy_prefix, spec.remove_extra_whitespaces)
    return KINDS[trained.model_type](
        name, [piece.piece for piece in model.pieces], [piece.score for piece in model.pieces], types, normaliser
    )
