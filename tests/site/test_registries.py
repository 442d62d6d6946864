"""Assets through pip's configuration and the real npm: whole, cut off, absent, out of reach, and wanted by several processes at once.

Nothing of a package is run, whatever its hash.
"""

import hashlib
import io
import json
import subprocess
import sys
import tarfile

import pytest

from engineroom_site import client
from engineroom_site.assets import AssetError, cache, fetch, manifest
from engineroom_site.assets.manifest import Entry, Source
from registries import CONTENT, RAN, SDIST, WHEEL, integrity, registry, tarball

SOURCES = {"pypi": ("1.0", WHEEL), "pypi-source": ("1.0", SDIST), "npm": ("1.0.0", "toy-1.0.0.tgz")}
MEMBERS = {"pypi": "toy/model.bin", "pypi-source": "toy-1.0/model.bin"}
PYTHON = sorted(MEMBERS)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def server(monkeypatch, tmp_path):
    with registry() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        for name, value in {
            "PIP_INDEX_URL": f"{address}/simple", "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1",
            "npm_config_registry": f"{address}/", "npm_config_cache": str(tmp_path / "npm"), "ENGINEROOM_CACHE": str(tmp_path / "cache"),
            RAN: str(tmp_path / "ran"),
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONSTRAINT"):
            monkeypatch.delenv(name, raising=False)
        yield server
        assert not (tmp_path / "ran").exists()


@pytest.fixture(params=SOURCES)
def kind(request, monkeypatch, server):
    """The asset `toy`: a file from a wheel or from a source archive, or the folder of an npm package."""
    version, archive = SOURCES[request.param]
    promise(monkeypatch, request.param, version, sha256(server.archives[archive]))
    return request.param


def promise(monkeypatch, kind, version, digest):
    """A manifest with `toy`, whose archive has this sha256."""
    if kind == "npm":
        folder = sha256(b"".join(f"{sha256(content)}  ./{name}\n".encode() for name, content in sorted(unpacked_toy().items())))
        entry = Entry("toy", "Toy", "1", "MIT", "us", True, (Source("npm", "toy", version, digest, directory="package"),), sha256=folder)
    else:
        source = Source(kind, "toy", version, digest, MEMBERS[kind])
        entry = Entry("toy", "Toy", "1", "MIT", "us", True, (source,), "model.bin", sha256(CONTENT), len(CONTENT))
    monkeypatch.setattr(manifest, "entries", lambda: {"toy": entry})


def unpacked_toy():
    with tarfile.open(fileobj=io.BytesIO(tarball())) as archive:
        return {member.name.removeprefix("package/"): archive.extractfile(member).read() for member in archive}


def get(kind):
    return fetch.directory("toy") / "model.bin" if kind == "npm" else fetch.file("toy")


def left(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_the_real_client_brings_the_asset_once(kind, server):
    assert get(kind).read_bytes() == CONTENT
    assert get(kind).read_bytes() == CONTENT
    assert server.asked == [SOURCES[kind][1]]


def test_a_cut_download_is_one_sentence_leaves_nothing_and_the_next_try_succeeds(kind, server):
    server.cut.add(SOURCES[kind][1])
    with pytest.raises(
        AssetError,
        match=r"^toy \(Toy 1\) could not be fetched; tried [^\n]*\((the download was cut off or damaged|cut off after [\d,]+ of [\d,]+ bytes)\)\.$",
    ):
        get(kind)
    assert left(cache.root()) == []
    server.cut.clear()
    assert get(kind).read_bytes() == CONTENT


def test_an_absent_package_is_one_sentence(kind, server):
    server.archives.clear()
    with pytest.raises(
        AssetError,
        match=r"tried [^\n]*\((no index of pip's lists the (wheel|source archive) whose sha256 is \w+…: .*404.*|npm says E404)\)\.$",
    ):
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


@pytest.mark.parametrize("kind", PYTHON, indirect=True)
def test_a_file_spoilt_in_the_cache_is_fetched_again(kind, server):
    path = get(kind)
    path.write_bytes(CONTENT[:-1])
    for archive in (cache.root() / "archives").glob("?" * 64):
        archive.write_bytes(b"")
    assert get(kind).read_bytes() == CONTENT
    assert server.asked == [SOURCES[kind][1]] * 2


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("kind", PYTHON)
def test_another_archive_than_promised_is_refused_and_never_run(kind, lists, json, server, monkeypatch, tmp_path):
    server.lists_hashes, server.speaks_json = lists, json
    promise(monkeypatch, kind, "1.0", sha256(b"what was published"))
    with pytest.raises(AssetError, match=r"tried [^\n]*sha256[^\n]*\)\.$"):
        get(kind)
    assert server.asked == ([] if lists else [SOURCES[kind][1]]) and left(cache.root()) == []


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("kind", PYTHON, indirect=True)
def test_every_kind_of_index_page_is_read(kind, lists, json, server):
    server.lists_hashes, server.speaks_json = lists, json
    assert get(kind).read_bytes() == CONTENT


@pytest.mark.parametrize("how", ["a file of pip's", "an extra index", "a folder of files", "a folder as index"])
@pytest.mark.parametrize("kind", PYTHON, indirect=True)
def test_an_archive_is_sought_wherever_pip_would(kind, how, server, monkeypatch, tmp_path):
    here, name = f"http://127.0.0.1:{server.server_port}/simple", SOURCES[kind][1]
    monkeypatch.delenv("PIP_INDEX_URL")
    if how == "a file of pip's":
        (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = http://127.0.0.1:9/simple\n[download]\nindex-url = {here}\n")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    elif how == "an extra index":
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{here}/none {here}")
    else:
        folder = tmp_path / "toy"
        folder.mkdir()
        (folder / name).write_bytes(server.archives[name])
        (folder / "index.html").write_text(f'<a href="{name}">{name}</a>')
        if how == "a folder of files":
            monkeypatch.setenv("PIP_NO_INDEX", "1")
            monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path / 'nowhere'} {folder}")
        else:
            monkeypatch.setenv("PIP_INDEX_URL", tmp_path.as_uri())
    assert get(kind).read_bytes() == CONTENT
    assert server.asked == ([] if "folder" in how else [name])


@pytest.mark.parametrize("change", ["content", "more", "less", "link"])
@pytest.mark.parametrize("kind", ["npm"], indirect=True)
def test_a_folder_that_somebody_changed_is_unpacked_afresh(kind, change, server, tmp_path):
    path = get(kind)
    if change == "content":
        path.write_bytes(CONTENT[:-1] + b"!")
    elif change == "more":
        (path.parent / "scripts").mkdir()
        (path.parent / "scripts" / "new.js").write_text("")
    elif change == "less":
        (path.parent / "package.json").unlink()
    else:
        path.unlink()
        (tmp_path / "same").write_bytes(CONTENT)
        path.symlink_to(tmp_path / "same")
    assert get(kind) == path and path.read_bytes() == CONTENT and not path.is_symlink()
    assert sorted(inside.name for inside in path.parent.iterdir()) == ["model.bin", "package.json"]
    assert server.asked == ["toy-1.0.0.tgz"]


@pytest.mark.parametrize("kind", ["npm"], indirect=True)
def test_a_folder_that_cannot_be_what_was_promised_is_refused(kind, server, monkeypatch):
    entry = manifest.entry("toy")._replace(sha256=sha256(b"another"))
    monkeypatch.setattr(manifest, "entries", lambda: {"toy": entry})
    with pytest.raises(AssetError, match="its sha256 is"):
        get(kind)


def test_installing_the_clients_packages_runs_none_of_their_scripts(server, monkeypatch, tmp_path):
    project = tmp_path / "client"
    project.mkdir()
    about = {"name": "ours", "version": "1.0.0", "dependencies": {"toy": "1.0.0"}}
    toy = {"version": "1.0.0", "integrity": integrity(server.archives["toy-1.0.0.tgz"]), "hasInstallScript": True}
    (project / "package.json").write_text(json.dumps(about))
    (project / "package-lock.json").write_text(
        json.dumps({"name": "ours", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": about, "node_modules/toy": toy}})
    )
    monkeypatch.setattr(client, "CLIENT", project)
    monkeypatch.setattr(client, "BUILD", tmp_path)
    assert (client.install() / "toy" / "model.bin").read_bytes() == CONTENT
