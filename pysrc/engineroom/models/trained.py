"""The small checkpoints this project trained itself; the scripts and logs are in the repository's pysrc/checkpoints."""

from engineroom import store, tokenize
from engineroom.models import checkpoint, llama, mixtral
from engineroom.models import seq2seq as encoder_decoder
from engineroom.models.llama import Llama
from engineroom.models.seq2seq import Seq2Seq


async def decoder(name: str) -> Llama:
    """A small decoder: "positions-rope", "positions-sinusoidal", "positions-alibi", "positions-none", or "mixture", of experts.

    The first four have 0.9 million parameters; "mixture" has 2.5 million, of which a token meets as many as "positions-rope" has.
    Raises UnknownAsset for another name, CorruptAsset, DownloadError.
    """
    entry = await store.model(name)
    tokenizer = tokenize.from_bytes(await store.read(entry["files"][1]["path"]))
    family = mixtral if entry["config"]["model_type"] == "mixtral" else llama
    return family.from_tensors(entry["config"], await checkpoint.tensors(entry), tokenizer)


async def seq2seq(name: str = "spelling-to-phonemes") -> Seq2Seq:
    """The encoder–decoder. Raises UnknownAsset for another name, CorruptAsset, DownloadError."""
    entry = await store.model(name)
    return encoder_decoder.from_tensors(entry["config"], await checkpoint.tensors(entry))
