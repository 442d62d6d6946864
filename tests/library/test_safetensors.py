"""The safetensors reader, against files the format's own library wrote, and against damaged ones."""

import json
import re
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from engineroom.errors import CorruptAsset
from engineroom.models import safetensors

DTYPES = [np.float64, np.float32, np.float16, np.int64, np.int32, np.int16, np.int8, np.uint8, np.bool_]
tensors = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != "__metadata__" and name.isprintable()),
    st.tuples(st.sampled_from(DTYPES), st.lists(st.integers(0, 4), max_size=3), st.integers(0, 2**32 - 1)),
    max_size=5,
)


@given(tensors)
def test_reads_what_the_library_writes(recipe):
    written = {}
    for name, (dtype, shape, seed) in recipe.items():
        written[name] = np.asarray(np.random.default_rng(seed).normal(size=shape) * 50).astype(dtype)
    found = safetensors.read(save(written, metadata={"format": "np"}))
    assert found.keys() == written.keys()
    for name, tensor in written.items():
        assert found[name].dtype == tensor.dtype and found[name].shape == tensor.shape
        assert (found[name] == tensor).all()


WHOLE = save({"w": np.ones((2, 3), np.float32)})


def with_header(header: object, body: bytes = bytes(24)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


DAMAGED = {
    "nothing": (b"", "shard: cut short: 0 bytes"),
    "half a length": (WHOLE[:5], "shard: cut short: 5 bytes"),
    "half a header": (WHOLE[:20], "shard: cut short"),
    "half a tensor": (WHOLE[:-1], "shard: tensor w: bytes 0 to 24 do not hold F32 [2, 3]"),
    "no JSON": (with_header(b"not json"), "shard: its header cannot be read"),
    "no text": (with_header(b"\xff\xfe"), "shard: its header cannot be read"),
    "a list": (with_header([1]), "shard: its header cannot be read"),
    "no shape": (with_header({"w": {"dtype": "F32", "data_offsets": [0, 24]}}), "shard: its header cannot be read"),
    "another dtype": (with_header({"w": {"dtype": "BF16", "shape": [2, 6], "data_offsets": [0, 24]}}), "has dtype BF16; known"),
    "another shape": (with_header({"w": {"dtype": "F32", "shape": [7], "data_offsets": [0, 24]}}), "do not hold F32 [7]"),
    "before the start": (with_header({"w": {"dtype": "U8", "shape": [4], "data_offsets": [-4, 0]}}), "do not hold U8"),
}


@pytest.mark.parametrize("data, words", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_says_what_is_wrong(data, words):
    with pytest.raises(CorruptAsset, match=re.escape(words)):
        safetensors.read(data, "shard")


junk = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.lists(st.integers(-3, 30), max_size=4))
entry = st.fixed_dictionaries(
    {"dtype": st.sampled_from(["F32", "U8", "BOOL"]) | junk, "shape": st.just([2, 3]) | junk, "data_offsets": st.just([0, 24]) | junk},
    optional={"more": junk},
)


@given(st.dictionaries(st.text(max_size=3), entry | junk, max_size=3) | junk)
def test_whatever_the_header_says_it_is_read_or_refused(header):
    with suppress(CorruptAsset):
        safetensors.read(with_header(header), "shard")
