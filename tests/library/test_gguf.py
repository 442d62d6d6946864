"""GGUF files, against llama.cpp's own package: a small file that its writer made, in any parts, whole or broken."""

import asyncio
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom.errors import CorruptAsset, UnsupportedConfig
from engineroom.models import ggml, gguf, llama_config, llama_gguf
from nearness import worst

DATA = (Path(__file__).parent / "golden" / "small.gguf").read_bytes()


def read(data: bytes, cuts=()) -> dict:
    async def parts():
        for start, end in zip((0, *cuts), (*cuts, len(data))):
            if start < end:
                yield data[start:end]

    async def everything():
        return {name: array async for name, array in gguf.tensors(parts(), gguf.directory(data), "small")}

    return asyncio.run(everything())


def test_what_the_file_says_of_itself():
    about = gguf.metadata(DATA)
    assert about["general.architecture"] == b"llama" and about["llama.block_count"] == 3 and about["general.alignment"] == 64
    assert about["test.float"] == 0.5 and about["test.flag"] is True and about["test.numbers"] == [1, -2, 300]
    assert [word.decode() for word in about["test.words"]] == ["a", "", "naïve", "東京"]


@given(st.lists(st.integers(0, len(DATA)), max_size=8).map(sorted))
def test_in_whatever_parts_it_arrives_the_tensors_are_those_of_llama_cpp(golden, cuts):
    arrays = golden("small_gguf")
    found = read(DATA, cuts)
    assert set(found) == set(arrays) - {"against"}
    for name, array in found.items():
        assert array.dtype == "float32" and worst(array, arrays[name]) == 0, name


def test_measured(golden, measured):
    arrays = golden("small_gguf")
    error = max(worst(array, arrays[name]) for name, array in read(DATA).items())
    measured("GGUF", against=arrays["against"], error=error, metric="max abs. error", cases=len(arrays) - 1)


@given(st.integers(0, len(DATA) - 1))
def test_a_file_that_breaks_off_says_where(end):
    places = gguf.directory(DATA)
    last = max(place.start + ggml.n_bytes(place.kind, 96 * 3 if len(place.shape) == 2 else 7) for place in places.values())
    if end >= last:
        return  # only padding is missing
    with pytest.raises(CorruptAsset, match="small|the file"):
        read(DATA[:end])


def test_what_cannot_be_read_is_named():
    with pytest.raises(CorruptAsset, match=r"is no GGUF file: it starts with b'GGML'"):
        gguf.metadata(b"GGML" + DATA[4:])
    with pytest.raises(CorruptAsset, match="is GGUF version 1; versions 2 and 3"):
        gguf.metadata(DATA[:4] + struct.pack("<I", 1) + DATA[8:])
    with pytest.raises(CorruptAsset, match=r"small's tensor x has ggml's type 14; known are 0 \(F32\)"):
        ggml.n_bytes(14, 32, "small's tensor x")
    with pytest.raises(CorruptAsset, match="has 33 weights of type Q4_0, which come in blocks of 32"):
        ggml.n_bytes(2, 33)
    with pytest.raises(CorruptAsset, match="a Llama has no tensor blk.0.attn_rot.weight"):
        llama_gguf.translated("blk.0.attn_rot.weight")
    with pytest.raises(UnsupportedConfig, match="the architecture b'mamba', not b'llama'"):
        llama_gguf.config({"general.architecture": b"mamba"}, {})


ABOUT = {
    "general.architecture": b"llama",
    "llama.embedding_length": 16,
    "llama.block_count": 1,
    "llama.attention.head_count": 2,
    "llama.vocab_size": 9,
    "llama.feed_forward_length": 8,
    "llama.context_length": 64,
    "llama.rope.dimension_count": 8,
    "tokenizer.ggml.model": b"gpt2",
}
SCALED = {"llama.rope.scaling.factor": 4.0, "llama.rope.scaling.original_context_length": 16, "llama.rope.scaling.finetuned": True}


@pytest.mark.parametrize(
    ("more", "scaling"),
    [
        ({}, None),
        ({"llama.rope.scaling.type": b"none", **SCALED}, None),
        ({"llama.rope.scaling.factor": 4.0}, {"rope_type": "linear", "factor": 4.0}),
        ({"llama.rope.scaling.type": b"yarn", **SCALED}, {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}),
        (
            {
                "llama.attention.key_length": 8,
                "llama.attention.value_length": 8,
                "llama.expert_count": 0,
                "llama.rope.scaling.attn_factor": 1.0,
            },
            None,
        ),
    ],
)
def test_what_the_file_says_of_rope_is_read(more, scaling):
    assert llama_config.read(llama_gguf.config(ABOUT | more, {})).rope_scaling == scaling


def test_biases_are_seen_in_the_files_directory():
    sizes = llama_config.read(llama_gguf.config(ABOUT, {"blk.0.attn_q.bias": None}))
    assert sizes.attention_bias and not sizes.feed_forward_bias and sizes.tied
    assert llama_gguf.translated("blk.0.attn_q.bias") == "model.layers.0.self_attn.q_proj.bias"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rope.scaling.type", b"longrope"),
        ("rope.scaling.attn_factor", 2.0),
        ("rope.scaling.yarn_log_multiplier", 0.1),
        ("rope.dimension_count", 4),
        ("attention.value_length", 4),
        ("attention.sliding_window", 8),
        ("expert_count", 8),
        ("logit_scale", 2.0),
        ("rope.scale_linear", 2.0),
        ("unheard_of", 1),
    ],
)
def test_a_key_that_changes_the_model_is_refused_by_name(key, value):
    with pytest.raises(UnsupportedConfig, match=key):
        llama_gguf.config({**ABOUT, f"llama.{key}": value}, {})


def test_a_tensor_that_stretches_rope_is_refused_by_name():
    with pytest.raises(UnsupportedConfig, match="rope_freqs.weight"):
        llama_gguf.config(ABOUT, {"rope_freqs.weight": None})
