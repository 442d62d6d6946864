"""The model's files as the site ships them."""

import hashlib
import json

import numpy as np
import pytest
import safetensors.numpy

from engineroom import quantise
from engineroom_site import data as site_data
from engineroom_site.models import shards


def files(data) -> list[dict]:
    return json.loads((data / "index.json").read_text())["models/all-MiniLM-L6-v2"]["files"]


def test_files_are_small_and_named_by_their_content(data):
    listed = [file for entry in json.loads((data / "index.json").read_text()).values() for file in entry["files"]]
    assert {file["path"] for file in listed} | {"index.json"} == {
        path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()
    }
    for file in listed:
        content = (data / file["path"]).read_bytes()
        assert len(content) == file["bytes"] <= 20_000_000
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert file["sha256"][:12] in file["path"]


def test_every_parameter_is_there_once_and_near(data, checkpoint):
    published = safetensors.numpy.load_file(checkpoint["weights"])
    del published["embeddings.position_ids"]
    shipped: dict[str, np.ndarray] = {}
    for file in files(data):
        if file["path"].endswith(".safetensors"):
            part = safetensors.numpy.load_file(data / file["path"])
            assert not part.keys() & shipped.keys()
            shipped |= part
    assert all(array.dtype == (np.int8 if array.ndim == 2 and not name.endswith(".scale") else np.float32)
               for name, array in shipped.items())  # fmt: skip
    expanded = quantise.expand(shipped)
    assert expanded.keys() == published.keys()
    for name, array in published.items():
        assert np.abs(expanded[name] - array).max() <= np.abs(array).max() / 250


def test_the_same_input_gives_the_same_files(data, tmp_path):
    site_data.build(tmp_path)
    assert (tmp_path / "index.json").read_bytes() == (data / "index.json").read_bytes()


def test_splitting_keeps_order_and_limit():
    tensors = {str(i): np.zeros(60_000, np.int8) for i in range(5)}
    assert [list(part) for part in shards.split(tensors, limit=shards.HEADER + 130_000)] == [["0", "1"], ["2", "3"], ["4"]]
    with pytest.raises(ValueError, match="tensor big takes 50,000 bytes"):
        list(shards.split({"big": np.zeros(50_000, np.int8)}, limit=shards.HEADER + 40_000))
