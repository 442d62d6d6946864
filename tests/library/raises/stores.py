"""store, and what loads from it: models, tokenizers."""

import os
import zlib
from functools import partial
from unittest.mock import patch

import numpy as np
from safetensors.numpy import save

from engineroom import store, tokenize
from engineroom.errors import CorruptAsset, MissingTensor, UnknownAsset, UnsupportedConfig, VocabularyError
from engineroom.models import bert, checkpoint, llama_gguf, trained
from raises import samples
from raises.files import GGUF
from raises.samples import decoder, encoder, stored, translator

WEIGHTS = save({"w": np.ones((2, 3), np.float32)})
LOADERS = {  # what each needs in the data folder: {path: bytes}, and beside it in the index
    bert.load: ({"a.safetensors": WEIGHTS, "b.txt": b"[UNK]\n"}, {"config": encoder}),
    llama_gguf.load: ({"a.gguf": GGUF}, {"vocabulary": "one"}),
    trained.decoder: ({"a.safetensors": WEIGHTS, "b.vocabulary": samples.own.save()}, {"config": decoder}),
    trained.seq2seq: ({"a.safetensors": WEIGHTS}, {"config": translator}),
}
MORE = {
    bert.load: [(CorruptAsset, "the index gives one no vocabulary", lambda: stored(lambda: bert.load("one"), {"a.safetensors": WEIGHTS}))],
    llama_gguf.load: [
        (CorruptAsset, r"a\.gguf is no GGUF file", lambda: stored(lambda: llama_gguf.load("one"), {"a.gguf": b"GGML"})),
        (
            UnsupportedConfig,
            "the architecture b'mamba', not b'llama'",
            lambda: stored(lambda: llama_gguf.load("one"), {"a.gguf": GGUF.replace(b"llama", b"mamba")}),
        ),
    ],
}


async def nowhere():
    with patch.dict(os.environ, ENGINEROOM_DATA="/nowhere"):
        return await store.index()


async def tensors_of_one():
    return await checkpoint.tensors(await store.model("one"))


def kept(kind: str, call, data: bytes = b"", damaged: bool = False):
    return stored(call, {"a": data}, f"{kind}/one", damaged)


TABLE = {
    store.index: [
        (UnknownAsset, r"/nowhere/index\.json cannot be read: No such file.*build the data", nowhere),
        (CorruptAsset, r"index\.json cannot be read: Expecting", lambda: stored(store.index, index="{")),
        (CorruptAsset, r"index\.json cannot be read: .* list", lambda: stored(store.index, index="[]")),
    ],
    store.model: [(UnknownAsset, "no model 'two'; known: one", lambda: kept("models", lambda: store.model("two")))],
    store.vocabulary: [(UnknownAsset, "no vocabulary 'two'; known: one", lambda: kept("vocabularies", lambda: store.vocabulary("two")))],
    store.text: [
        (UnknownAsset, "no text 'two'; known: one", lambda: kept("texts", lambda: store.text("two"))),
        (CorruptAsset, "a cannot be read: .*header", lambda: kept("texts", lambda: store.text("one"), b"none")),
        (CorruptAsset, "a cannot be read: .*utf-8", lambda: kept("texts", lambda: store.text("one"), zlib.compress(b"\xff"))),
    ],
    store.log: [
        (UnknownAsset, "no log 'two'; known: one", lambda: kept("logs", lambda: store.log("two"))),
        (CorruptAsset, "a cannot be read: Expecting value", lambda: kept("logs", lambda: store.log("one"), b"none")),
    ],
    store.read: [
        (UnknownAsset, "no file 'two' in the data folder; known: a", lambda: kept("models", lambda: store.read("two"))),
        (CorruptAsset, "a is damaged: its sha256", lambda: kept("models", lambda: store.read("a"), b"content", damaged=True)),
    ],
    tokenize.load: [
        (UnknownAsset, "no vocabulary 'two'; known: one", lambda: kept("vocabularies", lambda: tokenize.load("two"))),
        (CorruptAsset, "a is damaged: its sha256", lambda: kept("vocabularies", lambda: tokenize.load("one"), b"content", damaged=True)),
        (
            VocabularyError,
            "no vocabulary file: it starts with b'none'",
            lambda: kept("vocabularies", lambda: tokenize.load("one"), b"none"),
        ),
    ],
    **{
        load: [
            (UnknownAsset, "no model 'two'; known: one", partial(stored, partial(load, "two"))),
            (CorruptAsset, rf"{max(files)} is damaged: its sha256", partial(stored, partial(load, "one"), files, damaged=True, **about)),
            *MORE.get(load, []),
        ]
        for load, (files, about) in LOADERS.items()
    },
    checkpoint.tensors: [
        (CorruptAsset, r"a\.safetensors: cut short", lambda: stored(tensors_of_one, {"a.safetensors": b"none"})),
        (
            MissingTensor,
            r"w in int8, without its scales w\.scale",
            lambda: stored(tensors_of_one, {"a.safetensors": save({"w": np.ones((2, 2), np.int8)})}),
        ),
    ],
}
