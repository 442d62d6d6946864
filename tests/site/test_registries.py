"""Assets through the real pip and npm: whole, cut off, absent, out of reach, and wanted by several processes at once."""

import hashlib
import json
import subprocess
import sys

import pytest

from engineroom_site.assets import AssetError, cache, fetch, manifest
from engineroom_site.assets.manifest import Entry, Source
from registries import CONTENT, WHEEL, registry

SOURCES = {"pypi": ("toy 1.0", WHEEL), "npm": ("toy 1.0.0", "toy-1.0.0.tgz")}


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def server(monkeypatch, tmp_path):
    with registry() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        for name, value in {
            "PIP_INDEX_URL": f"{address}/simple", "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1",
            "npm_config_registry": f"{address}/", "npm_config_cache": str(tmp_path / "npm"), "ENGINEROOM_CACHE": str(tmp_path / "cache"),
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONSTRAINT"):
            monkeypatch.delenv(name, raising=False)
        yield server


@pytest.fixture(params=SOURCES)
def kind(request, monkeypatch, server):
    """The asset `toy`: a file from a wheel, or the folder of an npm package."""
    title, archive = SOURCES[request.param]
    version, digest = title.split()[1], sha256(server.archives[archive])
    if request.param == "pypi":
        entry = Entry(
            "toy",
            "Toy",
            "1",
            "MIT",
            "us",
            True,
            (Source("pypi", "toy", version, digest, "toy/model.bin"),),
            "model.bin",
            sha256(CONTENT),
            len(CONTENT),
        )
    else:
        entry = Entry("toy", "Toy", "1", "MIT", "us", True, (Source("npm", "toy", version, digest, directory="package"),))
    monkeypatch.setattr(manifest, "entries", lambda: {"toy": entry})
    return request.param


def get(kind):
    return fetch.file("toy") if kind == "pypi" else fetch.directory("toy") / "model.bin"


def left(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_the_real_client_brings_the_asset_once(kind, server):
    assert get(kind).read_bytes() == CONTENT
    assert get(kind).read_bytes() == CONTENT
    assert server.asked == [SOURCES[kind][1]]


def test_a_cut_download_is_one_sentence_leaves_nothing_and_the_next_try_succeeds(kind, server):
    server.cut.add(SOURCES[kind][1])
    with pytest.raises(AssetError, match=r"^toy \(Toy 1\) could not be fetched; tried [^\n]*\(the download was cut off or damaged\)\.$"):
        get(kind)
    assert left(cache.root()) == []
    server.cut.clear()
    assert get(kind).read_bytes() == CONTENT


def test_an_absent_package_is_one_sentence(kind, server):
    server.archives.clear()
    with pytest.raises(AssetError, match=r"tried [^\n]*\((No matching distribution found for toy==1\.0|npm says E404)\)\.$"):
        get(kind)


def test_a_registry_out_of_reach_is_one_sentence(kind, server, monkeypatch):
    nobody = "http://127.0.0.1:9"
    monkeypatch.setenv("PIP_INDEX_URL", f"{nobody}/simple")
    monkeypatch.setenv("npm_config_registry", f"{nobody}/")
    with pytest.raises(AssetError, match=r"^toy \(Toy 1\) could not be fetched; tried [^\n]*\(its registry cannot be reached\)\.$"):
        get(kind)
    assert left(cache.root()) == []


@pytest.mark.parametrize("kind", ["pypi"], indirect=True)
def test_processes_that_want_the_same_asset_fetch_it_once(kind, server):
    entry = manifest.entry("toy")
    code = (
        "import sys, json\nfrom engineroom_site.assets import fetch, manifest\nfrom engineroom_site.assets.manifest import Entry, Source\n"
        "fields = json.loads(sys.argv[1])\nentry = Entry(*fields[:6], (Source(*fields[6][0]),), *fields[7:])\n"
        "manifest.entries = lambda: {'toy': entry}\nprint(len(fetch.file('toy').read_bytes()))\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, json.dumps(entry)], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=120)[0].strip() for process in started] == [str(len(CONTENT))] * 3
    assert server.asked == [WHEEL]


@pytest.mark.parametrize("kind", ["pypi"], indirect=True)
def test_a_file_spoilt_in_the_cache_is_fetched_again(kind, server):
    path = get(kind)
    path.write_bytes(CONTENT[:-1])
    for archive in (cache.root() / "archives").glob("?" * 64):
        archive.write_bytes(b"")
    assert get(kind).read_bytes() == CONTENT
    assert server.asked == [WHEEL] * 2
