"""The server: a good host's headers, and the next free port."""

import gzip
import http.client
import socket
import subprocess
import sys
import threading
import types

import pytest

from engineroom_site import build, changes, reloading, serve
from engineroom_site.server import Handler, make_server


@pytest.fixture
def site(tmp_path):
    for name, content in {
        "index.html": "<body>home</body>", "404.html": "lost", "chapter/index.html": "<body>chapter</body>",
        "assets/runtime/1f/pyodide.asm.wasm": "\0asm" * 100, "assets/runtime/1f/pyodide.mjs": "export {}",
    }.items():  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


@pytest.fixture
def get(site, request):
    server = make_server(site, isolated=getattr(request, "param", True))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def get(path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.content = answer.read()
        return answer

    yield get
    server.shutdown()


def test_pages_are_fresh_and_isolated(get):
    page = get("/chapter/")
    assert page.status == 200 and page.content == b"<body>chapter</body>"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert page.headers["Cache-Control"] == "no-cache"
    assert get("/chapter/", **{"If-None-Match": page.headers["ETag"]}).status == 304


@pytest.mark.parametrize("get", [True, False], indirect=True)
@pytest.mark.parametrize("path", ["/", "/chapter/", "/nowhere/", "/chapter", "/assets/runtime/1f/pyodide.mjs"])
def test_no_other_site_may_frame_anything(get, path):
    assert get(path).headers["Content-Security-Policy"] == "frame-ancestors 'self'"


@pytest.mark.parametrize("get", [False], indirect=True)
def test_without_isolation_the_two_headers_are_absent(get):
    assert "Cross-Origin-Opener-Policy" not in get("/").headers and "Cross-Origin-Embedder-Policy" not in get("/").headers


def test_hashed_files_last_and_have_the_right_type(get):
    wasm = get("/assets/runtime/1f/pyodide.asm.wasm")
    assert wasm.headers["Content-Type"] == "application/wasm" and "immutable" in wasm.headers["Cache-Control"]
    assert get("/assets/runtime/1f/pyodide.mjs").headers["Content-Type"] == "text/javascript"


def test_who_can_read_gzip_gets_it(get):
    plain, squeezed = (get("/assets/runtime/1f/pyodide.asm.wasm", **{"Accept-Encoding": encoding}) for encoding in ("identity", "gzip"))
    assert gzip.decompress(squeezed.content) == plain.content and len(squeezed.content) < len(plain.content)


def test_a_folder_without_its_slash_is_redirected_and_a_missing_page_is_404(get):
    assert get("/chapter").headers["Location"] == "chapter/"
    lost = get("/nowhere/")
    assert lost.status == 404 and lost.content == b"lost"


@pytest.mark.parametrize("path", ["/../server.py", "/..%2f..%2fetc/passwd", "//etc/passwd"])
def test_nothing_outside_the_folder_is_served(get, path):
    assert get(path).status == 404


@pytest.mark.parametrize("link", ["file.txt", "folder/inside.txt", "page/", "404.html"])
def test_a_link_out_of_the_folder_is_refused_by_a_sentence(get, site, tmp_path_factory, link):
    outside = tmp_path_factory.mktemp("outside")
    for name in ("secret.txt", "inside.txt", "index.html"):
        (outside / name).write_text("secret")
    (site / "file.txt").symlink_to(outside / "secret.txt")
    (site / "folder").symlink_to(outside)
    (site / "page").mkdir()
    (site / "page" / "index.html").symlink_to(outside / "index.html")
    (site / "404.html").unlink()
    (site / "404.html").symlink_to(outside / "secret.txt")
    answer = get(f"/{link}")
    assert answer.status == 403 and b"outside the book's folder" in answer.content
    assert b"secret" not in get("/nowhere/").content


def test_a_link_within_the_folder_is_followed(get, site):
    (site / "again.html").symlink_to(site / "index.html")
    assert get("/again.html").content == b"<body>home</body>"


@pytest.mark.parametrize("handler", [Handler, reloading.ReloadingHandler])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "", None]
)
def test_a_foreign_name_is_refused_by_a_sentence(site, host, method, handler):
    server = make_server(site, handler=handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for path in ("/", "/.reload", "/.reload.js", "/nowhere", "http://localhost/"):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.putrequest(method, path, skip_host=True)
        if host is not None:
            connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 421
        said = f"Open http://127.0.0.1:{server.server_port}/ instead.".encode()
        assert said in answer.read() or method == "HEAD"
    server.shutdown()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9000", "127.0.0.1:1", "127.0.0.2", "[::1]:8000", "book.localhost:8000"])
def test_this_machines_names_are_answered_on_any_port(get, host):
    assert get("/", Host=host).status == 200


def test_two_names_at_once_are_refused(site):
    server = make_server(site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
        assert raw.recv(1000).startswith(b"HTTP/1.1 421")
    server.shutdown()


def test_a_taken_port_means_the_next_one(site, monkeypatch):
    monkeypatch.setattr(build, "SITE", site)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = serve.listen(taken.getsockname()[1])
        assert taken.getsockname()[1] < server.server_port <= taken.getsockname()[1] + 19
        server.server_close()


def test_pages_reload_after_a_build(site, monkeypatch):
    monkeypatch.setattr(build, "SITE", site)
    server = serve.listen(8400)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request("GET", "/")
    assert b'<script src="/.reload.js"' in connection.getresponse().read()
    connection.request("GET", "/.reload")
    events = connection.getresponse()
    threading.Timer(0.3, reloading.RELOADS.tell).start()
    assert events.readline() == b"data: built\n"
    server.shutdown()


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """A project that is watched, cloned to a place whose own name is one that is left out inside a project."""
    tmp_path /= "node_modules"
    monkeypatch.setattr(changes, "ROOT", tmp_path)
    monkeypatch.setattr(build, "INPUTS", ("docs", "mkdocs.yml"))
    monkeypatch.setattr(build, "up_to_date", lambda: False)
    (tmp_path / "docs" / "node_modules").mkdir(parents=True)
    (tmp_path / "docs" / "test").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: one")
    seen = changes.Changes()
    observer = seen.watching()
    yield types.SimpleNamespace(folder=tmp_path, changes=seen)
    observer.stop()
    observer.join()


@pytest.mark.parametrize("name", ["docs/new.md", "docs/test/new.md", "mkdocs.yml"])
def test_a_changed_input_is_seen_also_when_the_editor_replaces_the_file(watched, name):
    for content in ("two", "three"):
        draft = watched.folder / "draft.tmp"
        draft.write_text(content)
        draft.replace(watched.folder / name)
        assert watched.changes.seen.wait(10)
        threading.Event().wait(0.5)
        watched.changes.seen.clear()


def test_what_is_no_input_is_not_seen(watched):
    for name in ("notes.txt", "docs/node_modules/left.js"):
        (watched.folder / name).write_text("x")
    assert not watched.changes.seen.wait(1)


@pytest.mark.parametrize("code, told", [(0, 1), (1, 0)])
def test_pages_hear_of_a_build_that_worked_and_of_no_other(watched, monkeypatch, code, told):
    monkeypatch.setattr(serve, "RELOADS", reloading.Reloads())
    monkeypatch.setattr(serve.subprocess, "run", lambda *_, **__: types.SimpleNamespace(returncode=code))
    (watched.folder / "docs" / "page.md").write_text("changed")
    assert watched.changes.seen.wait(10)
    serve.rebuild(watched.changes, types.SimpleNamespace(ready=lambda: None, end=lambda: None))
    assert serve.RELOADS.count == told


def test_an_unchanged_book_is_served_without_the_tools_that_build_it():
    code = "import sys, engineroom_site.__main__, engineroom_site.build, engineroom_site.serve; print(sorted({'mkdocs', 'numpy', 'nbclient'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
