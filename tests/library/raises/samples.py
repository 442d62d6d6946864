"""What the tables call things with."""

import hashlib
import json
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from engineroom.errors import DTypeError, TextError
from engineroom.tokenize import bpe, character_bpe, unigram, vocab_file, wordpiece

x, ids = np.ones((2, 4)), np.array([[1, 2]])
gpt2 = {"model_type": "gpt2", "n_layer": 1, "n_embd": 8, "n_head": 2, "n_positions": 16, "vocab_size": 32}
encoder = {
    "model_type": "bert",
    "num_hidden_layers": 1,
    "hidden_size": 8,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 32,
    "max_position_embeddings": 16,
    "type_vocab_size": 2,
}
decoder = {
    "model_type": "llama",
    "num_hidden_layers": 1,
    "hidden_size": 8,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 3,
    "max_position_embeddings": 16,
}
mixed = decoder | {"model_type": "mixtral", "num_local_experts": 4, "num_experts_per_tok": 2}
translator = {
    "model_type": "engineroom-seq2seq",
    "d_model": 8,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "source_tokens": ["pad", "start", "end", "a", "b"],
    "target_tokens": ["pad", "start", "end", "AH"],
}

own = bpe.ByteBPE("own", [b"a", b"b"], "gpt2", {"<end>": 2})
words = character_bpe.CharacterBPE("own", ["a", " "])
pieces = wordpiece.WordPiece("own", {"[UNK]": 0, "a": 1, "[CLS]": 2, "[SEP]": 3})
likely = unigram.train("aab aab", 5)


def file(kind: str = "byte-bpe", about: Any = None, columns: Any = None) -> vocab_file.Vocabulary:
    return vocab_file.read(vocab_file.write(kind, {"name": "own"} if about is None else about, columns or {}))


def texts(encode: Callable[[Any], Any]) -> list[tuple[type[Exception], str, Callable[[], Any]]]:
    """What is no text, or no UTF-8."""
    return [
        (DTypeError, "text must be a string, not int", lambda: encode(5)),
        (TextError, "character 1 is half a character", lambda: encode("a\ud800")),
    ]


def filled(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """A checkpoint's tensors, of ones."""
    return {name: np.ones(shape) for name, shape in shapes.items()}


def without(tensors: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in tensors.items() if key != name}


async def stored(
    call: Callable[[], Awaitable[Any]],
    files: Mapping[str, bytes] = {},
    entry: str = "models/one",
    damaged: bool = False,
    index: str | None = None,
    **about: Any,
) -> Any:
    """What `call` gives over a data folder whose index has one entry, with these files; the last of them may be damaged."""
    listed = [{"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for path, data in files.items()]
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, ENGINEROOM_DATA=folder):
        for path, data in files.items():
            Path(folder, path).write_bytes(data[1:] if damaged and path == max(files) else data)
        Path(folder, "index.json").write_text(json.dumps({entry: {"files": listed, **about}}) if index is None else index)
        return await call()
