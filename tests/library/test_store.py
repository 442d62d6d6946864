"""Where data lives outside the page: the folder, its index, and what is said when something is wrong with them."""

import asyncio
import hashlib
import json
import re
from pathlib import Path

import pytest

from engineroom import store
from engineroom.errors import CorruptAsset, UnknownAsset
from engineroom.models import bert


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENGINEROOM_DATA", str(tmp_path))
    (tmp_path / "a.bin").write_bytes(b"content")
    file = {"path": "a.bin", "sha256": hashlib.sha256(b"content").hexdigest(), "bytes": 7}
    (tmp_path / "index.json").write_text(json.dumps({"models/one": {"files": [file], "config": {}, "licence": "MIT"}}))
    return tmp_path


def test_reads_what_the_index_names(folder):
    assert asyncio.run(store.read("a.bin")) == b"content"
    assert asyncio.run(store.model("one"))["licence"] == "MIT"


def test_changed_bytes_are_refused(folder):
    (folder / "a.bin").write_bytes(b"c0ntent")
    with pytest.raises(CorruptAsset, match=r"a\.bin is damaged"):
        asyncio.run(store.read("a.bin"))


def test_unknown_names_list_the_known(folder):
    with pytest.raises(UnknownAsset, match=re.escape("no file '../secret' in the data folder; known: a.bin")):
        asyncio.run(store.read("../secret"))
    with pytest.raises(UnknownAsset, match=re.escape("there is no model 'two'; known: one")):
        asyncio.run(bert.load("two"))


def test_a_missing_file_or_folder_says_what_to_do(folder, monkeypatch):
    (folder / "a.bin").unlink()
    with pytest.raises(UnknownAsset, match=r"a\.bin cannot be read: No such file.*build the data again"):
        asyncio.run(store.read("a.bin"))
    monkeypatch.setenv("ENGINEROOM_DATA", str(folder / "nowhere"))
    with pytest.raises(UnknownAsset, match="index.json cannot be read"):
        asyncio.run(store.index())


def test_a_damaged_index(folder):
    (folder / "index.json").write_text("{")
    with pytest.raises(CorruptAsset, match=r"index\.json cannot be read"):
        asyncio.run(store.index())


def test_a_model_without_vocabulary(folder):
    with pytest.raises(CorruptAsset, match="the index gives one no vocabulary"):
        asyncio.run(bert.load("one"))


def test_the_built_folder_above_the_working_directory_is_found(folder, tmp_path, monkeypatch):
    monkeypatch.delenv("ENGINEROOM_DATA")
    project = tmp_path / "project"
    (project / ".build" / "data").mkdir(parents=True)
    (project / ".build" / "data" / "current").symlink_to(folder)
    (project / "docs").mkdir()
    monkeypatch.chdir(project / "docs")
    assert asyncio.run(store.read("a.bin")) == b"content"


def test_a_log_that_is_no_json_is_named(folder):
    (folder / "a.bin").write_bytes(b"contents")
    file = {"path": "a.bin", "sha256": hashlib.sha256(b"contents").hexdigest(), "bytes": 8}
    (folder / "index.json").write_text(json.dumps({"logs/one": {"files": [file], "licence": "MIT"}}))
    with pytest.raises(CorruptAsset, match=r"a\.bin cannot be read: Expecting value"):
        asyncio.run(store.log("one"))
    with pytest.raises(UnknownAsset, match="no log 'two'; known: one"):
        asyncio.run(store.log("two"))
