"""The files of models: safetensors, GGUF."""

import json
import struct
from functools import partial
from pathlib import Path

import numpy as np

from engineroom.errors import CorruptAsset, UnsupportedConfig
from engineroom.models import ggml, gguf, llama_gguf, safetensors

GGUF = (Path(__file__).parents[1] / "golden" / "small.gguf").read_bytes()


def header(entry: object, body: bytes = bytes(24)) -> bytes:
    """A safetensors file with this header."""
    text = json.dumps(entry).encode()
    return len(text).to_bytes(8, "little") + text + body


def wide(data: bytes) -> bytes:
    """The GGUF file with a first tensor of 9 axes."""
    name = next(iter(gguf.directory(data))).encode()
    at = data.rindex(struct.pack("<Q", len(name)) + name) + 8 + len(name)
    return data[:at] + struct.pack("<I", 9) + data[at + 4 :]


async def unpacked(data: bytes, places: dict[str, gguf.Tensor]) -> dict[str, np.ndarray]:
    async def parts():
        yield data

    return {name: array async for name, array in gguf.tensors(parts(), places, "small")}


TABLE = {
    safetensors.read: [
        (CorruptAsset, "shard: cut short: 3 bytes", lambda: safetensors.read(b"abc", "shard")),
        (CorruptAsset, "shard: its header cannot be read", lambda: safetensors.read(header([]), "shard")),
        (
            CorruptAsset,
            "tensor w has dtype BF16; known",
            lambda: safetensors.read(header({"w": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}})),
        ),
        (
            CorruptAsset,
            "tensor w: bytes 0 to 24 do not hold",
            lambda: safetensors.read(header({"w": {"dtype": "F32", "shape": [7], "data_offsets": [0, 24]}})),
        ),
        *[
            (
                CorruptAsset,
                "shard: .*cannot be read|shard: tensor w: .* do not hold",
                partial(safetensors.read, header({"w": entry}), "shard"),
            )
            for entry in (
                {"dtype": "F32", "shape": [6], "data_offsets": [0, 12, 24]},
                {"dtype": "F32", "shape": [-2, -3], "data_offsets": [0, 24]},
                {"dtype": ["F32"], "shape": [6], "data_offsets": [0, 24]},
                {"dtype": "F32", "shape": 6, "data_offsets": [0, 24]},
            )
        ],
    ],
    gguf.metadata: [
        (CorruptAsset, "small is no GGUF file: it starts with b'GGML'", lambda: gguf.metadata(b"GGML", "small")),
        (CorruptAsset, "small is GGUF version 1", lambda: gguf.metadata(b"GGUF" + struct.pack("<I", 1), "small")),
        (CorruptAsset, "small breaks off: .* at byte", lambda: gguf.metadata(GGUF[:60], "small")),
    ],
    gguf.directory: [
        (CorruptAsset, "small breaks off: .* at byte", lambda: gguf.directory(GGUF[:600], "small")),
        (CorruptAsset, "small says that its tensor .* has 9 axes", lambda: gguf.directory(wide(GGUF), "small")),
        (
            CorruptAsset,
            r"general\.alignment of small is 0",
            lambda: gguf.directory(GGUF.replace(struct.pack("<II", 4, 64), struct.pack("<II", 4, 0)), "small"),
        ),
    ],
    gguf.tensors: [
        (CorruptAsset, "small breaks off in tensor w", lambda: unpacked(b"", {"w": gguf.Tensor((2,), 0, 0)})),
        (CorruptAsset, "small's tensor w has ggml's type 14; known are", lambda: unpacked(b"", {"w": gguf.Tensor((32,), 14, 0)})),
    ],
    ggml.n_bytes: [
        (CorruptAsset, "w has ggml's type 14; known are 0", lambda: ggml.n_bytes(14, 32, "w")),
        (CorruptAsset, "w has 33 weights of type Q4_0, which come in blocks of 32", lambda: ggml.n_bytes(2, 33, "w")),
    ],
    ggml.dequantise: [
        (CorruptAsset, "ggml's type 14; known are 0", lambda: ggml.dequantise(14, bytes(32))),
        (CorruptAsset, "33 bytes .* Q8_0, which come in blocks of 34 bytes", lambda: ggml.dequantise(8, bytes(33))),
    ],
    llama_gguf.translated: [
        (CorruptAsset, "a Llama has no tensor blk.0.attn_rot.weight", lambda: llama_gguf.translated("blk.0.attn_rot.weight"))
    ],
    llama_gguf.config: [
        (UnsupportedConfig, "the architecture b'mamba'", lambda: llama_gguf.config({"general.architecture": b"mamba"}, {})),
        (
            UnsupportedConfig,
            r"rope_freqs\.weight",
            lambda: llama_gguf.config({"general.architecture": b"llama"}, {"rope_freqs.weight": None}),
        ),
        (
            UnsupportedConfig,
            r"rope\.scaling\.type of the file is b'longrope'",
            lambda: llama_gguf.config({"general.architecture": b"llama", "llama.rope.scaling.type": b"longrope"}, {}),
        ),
        (
            UnsupportedConfig,
            r"attention\.head_count of the file's llama keys is 0",
            lambda: llama_gguf.config({"general.architecture": b"llama", "llama.embedding_length": 8, "llama.attention.head_count": 0}, {}),
        ),
    ],
}
