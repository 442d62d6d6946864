"""The small checkpoints this project trained itself; the scripts and logs are in the repository's pysrc/checkpoints."""

from typing import Any

import numpy as np

from engineroom import store, tokenize
from engineroom.arrays import Array
from engineroom.models import llama, mixtral, safetensors
from engineroom.models import seq2seq as encoder_decoder
from engineroom.models.llama import Llama
from engineroom.models.seq2seq import Seq2Seq


async def decoder(name: str) -> Llama:
    """A small decoder: "positions-rope", "positions-sinusoidal", "positions-alibi", "positions-none", or "mixture", of experts.

    The first four have 0.9 million parameters; "mixture" has 2.5 million, of which a token meets as many as "positions-rope" has.
    Raises UnknownAsset for another name, CorruptAsset, DownloadError.
    """
    entry = await store.model(name)
    weights, vocabulary = (file["path"] for file in entry["files"])
    tokenizer = tokenize.from_bytes(await store.read(vocabulary))
    family = mixtral if entry["config"]["model_type"] == "mixtral" else llama
    return family.from_tensors(entry["config"], await _tensors(weights), tokenizer)


async def seq2seq(name: str = "spelling-to-phonemes") -> Seq2Seq:
    """The encoder–decoder. Raises UnknownAsset for another name, CorruptAsset, DownloadError."""
    entry: dict[str, Any] = await store.model(name)
    return encoder_decoder.from_tensors(entry["config"], await _tensors(entry["files"][0]["path"]))


async def _tensors(path: str) -> dict[str, Array]:
    """Stored in float16, used in float32."""
    return {name: tensor.astype(np.float32) for name, tensor in safetensors.read(await store.read(path), path).items()}
