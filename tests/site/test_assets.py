"""Downloads: the right bytes or one clear sentence, and nothing half-written."""

import hashlib
import io
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from engineroom_site.assets import AssetError, cache, fetch, manifest, receiving, sources
from engineroom_site.assets.errors import Unavailable
from engineroom_site.assets.manifest import Entry, Source

CONTENT = b"weights" * 1000


def wheel(content=CONTENT):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("package/model.bin", content)
    return packed.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def asset(tmp_path, monkeypatch):
    """An entry `toy` on PyPI whose registry client writes what `published` holds."""
    monkeypatch.setenv("ENGINEROOM_CACHE", str(tmp_path))
    archive = wheel()
    published = {"bytes": archive, "asked": 0}

    def client(source, folder):
        published["asked"] += 1
        if isinstance(published["bytes"], Exception):
            raise published["bytes"]
        (folder / "toy.whl").write_bytes(published["bytes"])
        return folder / "toy.whl"

    source = Source("pypi", "toy", "1.0", digest(archive), "package/model.bin")
    entry = Entry("toy", "Toy", "1.0", "MIT", "us", True, (source,), "model.bin", digest(CONTENT), len(CONTENT))
    monkeypatch.setattr(manifest, "entries", lambda: {"toy": entry})
    monkeypatch.setattr(sources, "pypi", client)
    return published


def left(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_file_is_fetched_once_and_is_what_was_published(asset):
    assert fetch.file("toy").read_bytes() == CONTENT
    assert fetch.file("toy").read_bytes() == CONTENT
    assert asset["asked"] == 1


def test_a_wrong_archive_is_one_sentence_and_leaves_nothing(asset, tmp_path):
    asset["bytes"] = wheel(b"other")
    with pytest.raises(AssetError, match=r"^toy \(Toy 1\.0\) could not be fetched; tried PyPI toy 1\.0 \(its sha256 is .*, not .*\)\.$"):
        fetch.file("toy")
    assert left(tmp_path) == []


def test_a_wrong_member_in_a_right_archive_is_refused(asset, monkeypatch):
    entry = manifest.entry("toy")._replace(sha256=digest(b"something else"))
    monkeypatch.setattr(manifest, "entries", lambda: {"toy": entry})
    with pytest.raises(AssetError, match="sha256"):
        fetch.file("toy")


def test_no_network_names_the_asset_and_every_source(asset, monkeypatch, tmp_path):
    asset["bytes"] = Unavailable("connection refused")
    entry = manifest.entry("toy")
    second = entry.sources[0]._replace(package="other-toy")
    monkeypatch.setattr(manifest, "entries", lambda: {"toy": entry._replace(sources=(*entry.sources, second))})
    with pytest.raises(AssetError, match=r"tried PyPI toy 1\.0 \(connection refused\), then PyPI other-toy 1\.0 \(connection refused\)"):
        fetch.file("toy")
    assert left(tmp_path) == []


def test_after_a_failure_the_next_try_can_succeed(asset):
    good, asset["bytes"] = asset["bytes"], Unavailable("cut")
    with pytest.raises(AssetError):
        fetch.file("toy")
    asset["bytes"] = good
    assert fetch.file("toy").read_bytes() == CONTENT


def test_two_at_once_fetch_once(asset):
    got = []
    threads = [threading.Thread(target=lambda: got.append(fetch.file("toy").read_bytes())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [CONTENT] * 4 and asset["asked"] == 1


def test_an_unknown_asset_lists_those_there_are(asset):
    with pytest.raises(AssetError, match="no asset 'toys'; the manifest has toy"):
        fetch.file("toys")


def test_a_download_that_is_cut_off_says_where(tmp_path):
    class Cut(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 400)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Cut)
    threading.Thread(target=server.handle_request, daemon=True).start()
    with pytest.raises(Unavailable, match="cut off after 400 of 1,000 bytes"):
        receiving.download(f"http://127.0.0.1:{server.server_port}/file", tmp_path / "file", "Toy")


def test_the_manifest_says_everything_about_every_asset():
    for entry in manifest.entries().values():
        assert entry.licence and entry.attribution and entry.sources
        assert len(entry.sha256) == 64 and (entry.bytes > 0 if entry.file else entry.sources[0].directory)
        assert all(len(source.archive_sha256) == 64 for source in entry.sources if source.kind != "pyodide-cdn")


def test_what_the_cache_holds_is_what_the_manifest_promises():
    entry = manifest.entry("minilm-vocab")
    path = fetch.file(entry.name)
    assert cache.sha256(path) == entry.sha256 and path.stat().st_size == entry.bytes


def test_a_folders_hash_is_that_of_sha256sums_list(tmp_path):
    for name in ("b/Z", "b-c", "b/a", "é", "B"):
        (tmp_path / "made" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "made" / name).write_text(name)
    told = subprocess.run(
        "find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum", shell=True, cwd=tmp_path / "made", capture_output=True
    )
    assert cache.sha256(tmp_path / "made") == told.stdout.split()[0].decode()
