"""Mistral's first vocabulary, of Mistral 7B, from the data of mistral-tokenizer-js: pieces by id, one a line."""

import base64
import re
import struct
from itertools import groupby

from engineroom.tokenize.normalise import Normaliser
from engineroom.tokenize.sentencepiece import BYTE, CONTROL, NORMAL, UNKNOWN
from engineroom.tokenize.sentencepiece_bpe import SentencePieceBPE
from engineroom_site.assets import AssetError, fetch

SPECIAL = ["<unk>", "<s>", "</s>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
FIRST = len(SPECIAL) + len(BYTES)


def convert(name: str) -> bytes:
    """The vocabulary file of "mistral". Raises AssetError."""
    return tokenizer(name).save()


def tokenizer(name: str) -> SentencePieceBPE:
    """Mistral's tokenizer. Its merges go by the file's own list, which has the runs of spaces, though low in id, last."""
    path = fetch.file("mistral-vocabulary")
    data = dict(re.findall(r'const (vocab_base64|merges_binary) = "([A-Za-z0-9+/=]+)"', path.read_text(encoding="utf-8")))
    pieces = base64.b64decode(data["vocab_base64"]).decode().split("\n")
    pairs = struct.iter_unpack("<HH", base64.b64decode(data["merges_binary"]))
    made = [piece for piece, _ in groupby(pieces[left] + pieces[right] for left, right in pairs)]
    ranks = {piece: rank for rank, piece in enumerate(made)}
    if len(ranks) < len(made) or not ranks.keys() <= set(pieces) or pieces[:FIRST] != [*SPECIAL, *BYTES]:
        raise AssetError(f"{path.name}: a piece stands twice in its list of merges or not among its pieces, or its first ids are others")
    types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * (len(pieces) - FIRST)
    scores = [0.0] * FIRST + [-float(ranks.get(piece, len(ranks))) for piece in pieces[FIRST:]]
    return SentencePieceBPE(name, pieces, scores, types, Normaliser(collapse=False))
