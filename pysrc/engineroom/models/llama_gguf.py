"""Llama checkpoints as llama.cpp keeps them: its names, its sizes, its order of RoPE's pairs."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from engineroom import store, tokenize
from engineroom.arrays import Array
from engineroom.errors import CorruptAsset, UnsupportedConfig
from engineroom.hf_config import Reader
from engineroom.models import gguf
from engineroom.models.llama import Llama, from_tensors

_WHOLE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_SIZES = {
    "hidden_size": "embedding_length",
    "num_hidden_layers": "block_count",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "intermediate_size": "feed_forward_length",
    "max_position_embeddings": "context_length",
    "head_dim": "attention.key_length",
    "rms_norm_eps": "attention.layer_norm_rms_epsilon",
    "rope_theta": "rope.freq_base",
    "vocab_size": "vocab_size",
}
_SCALING = {"factor": "rope.scaling.factor", "original_max_position_embeddings": "rope.scaling.original_context_length"}
_TYPES = {b"none": "default", b"linear": "linear", b"yarn": "yarn"}  # the others keep their numbers in tensors
_BIASES = {"attention_bias": "blk.0.attn_q.bias", "mlp_bias": "blk.0.ffn_gate.bias"}


async def load(name: str = "SmolLM2-135M-Instruct", matrix: Callable[[Array], Any] | None = None) -> Llama:
    """The model called `name`, fetched on first use. `matrix` makes of each matrix, as it arrives, what is kept of it: None keeps
    float32, quantise.QuantisedMatrix a quarter of that.

    Raises UnknownAsset for another name (it lists the known), UnsupportedConfig for another architecture, CorruptAsset when a file
    is damaged, DownloadError when one cannot be fetched.
    """
    entry = await store.model(name)
    paths = [file["path"] for file in entry["files"]]
    first = await store.read(paths[0])
    about, places = gguf.metadata(first, paths[0]), gguf.directory(first, paths[0])
    sizes, weights = config(about, places), {}
    async for tensor, values in gguf.tensors(_parts(first, paths[1:]), places, name):
        weights[translated(tensor)] = matrix(values) if matrix and values.ndim == 2 else values
    tokenizer = await tokenize.load(entry["vocabulary"])
    return from_tensors(sizes, weights, tokenizer, layout="interleaved")


def translated(name: str) -> str:
    """Hugging Face's name of a tensor that llama.cpp calls `name`. Raises CorruptAsset for one no Llama has."""
    match name.split("."):
        case ["blk", number, part, leaf] if part in _LAYER:
            return f"model.layers.{number}.{_LAYER[part]}.{leaf}"
        case [part, leaf] if part in _WHOLE:
            return f"{_WHOLE[part]}.{leaf}"
    raise CorruptAsset(f"a Llama has no tensor {name}")


def config(about: Mapping[str, Any], places: Mapping[str, gguf.Tensor]) -> dict[str, Any]:
    """The config.json of the model that a GGUF file's metadata describes; the keys are those of llama.cpp's `gguf/constants.py`.

    Raises UnsupportedConfig for another architecture, and naming a key of its own, or a tensor, that would change what the model computes.
    """
    if about.get("general.architecture") != b"llama":
        raise UnsupportedConfig(f"the file holds the architecture {about.get('general.architecture')!r}, not b'llama'")
    if "rope_freqs.weight" in places:
        raise UnsupportedConfig("the file's rope_freqs.weight stretches RoPE pair by pair, which is not known here")
    f = Reader({key.removeprefix("llama."): value for key, value in about.items() if key.startswith("llama.")}, "the file's llama keys")
    sizes = {ours: f.value(theirs) for ours, theirs in _SIZES.items() if f.has(theirs)}
    kind = f.value("rope.scaling.type") or (b"linear" if f.has("rope.scaling.factor") else b"none")
    if kind not in _TYPES:
        raise UnsupportedConfig(f"rope.scaling.type of the file is {kind!r}; known are {', '.join(map(repr, _TYPES))}")
    scaling = {ours: f.value(theirs) for ours, theirs in _SCALING.items() if f.has(theirs) and kind != b"none"}
    d_head = sizes.get("head_dim") or sizes.get("hidden_size", 0) // sizes.get("num_attention_heads", 1)
    for key, value in (("rope.dimension_count", d_head), ("attention.value_length", d_head), ("expert_count", 0), ("expert_used_count", 0)):
        f.only(key, value, "this model is made for")
    f.only("rope.scaling.attn_factor", 1.0, "this model is made for")
    f.done(("rope.scaling.finetuned", *(_SCALING.values() if kind == b"none" else ())))
    return {
        "model_type": "llama",
        "hidden_act": "silu",
        "tie_word_embeddings": "output.weight" not in places,
        **sizes,
        "rope_scaling": {"rope_type": _TYPES[kind], **scaling},
        **{name: tensor in places for name, tensor in _BIASES.items()},
    }


async def _parts(first: bytes, rest: list[str]) -> AsyncIterator[bytes]:
    yield first
    for path in rest:
        yield await store.read(path)
