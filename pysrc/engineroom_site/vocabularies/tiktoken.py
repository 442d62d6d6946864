"""OpenAI's vocabularies, from tiktoken's encoder files: ranks in base64, special tokens, and the split pattern."""

import base64
import json

from engineroom.tokenize import split
from engineroom.tokenize.bpe import ByteBPE
from engineroom_site.assets import AssetError, fetch

SPLITS = {"gpt2": "gpt2", "cl100k_base": "cl100k", "o200k_base": "o200k"}


def convert(name: str) -> bytes:
    """The vocabulary file of "gpt2", "cl100k_base" or "o200k_base". Raises AssetError when the pattern is not the one named here."""
    about = json.loads(fetch.file(f"tiktoken-{name}").read_text(encoding="utf-8"))
    if about["pat_str"] != split.PATTERNS[SPLITS[name]]:
        raise AssetError(f"tiktoken splits {name} by another pattern than {SPLITS[name]!r}")
    return ByteBPE(name, pieces(about["bpe_ranks"]), SPLITS[name], about["special_tokens"]).save()


def pieces(ranks: str) -> list[bytes | None]:
    """Spellings by id. Each line is "! ", the id of its first piece, and pieces in base64 whose ids count up from there."""
    found: dict[int, bytes] = {}
    for line in ranks.splitlines():
        _, first, *encoded = line.split(" ")
        found |= {id: base64.b64decode(piece) for id, piece in enumerate(encoded, int(first))}
    return [found.get(id) for id in range(max(found) + 1)]
