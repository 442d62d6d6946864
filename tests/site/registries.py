"""A package registry on this machine that pip and npm really speak to, and that can fail the ways registries fail."""

import base64
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTENT = bytes(range(256)) * 4000
WHEEL = "toy-1.0-py3-none-any.whl"


def wheel(content: bytes = CONTENT) -> bytes:
    """A wheel of the distribution toy 1.0 with one file, toy/model.bin."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("toy/model.bin", content)
        archive.writestr("toy-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
        archive.writestr("toy-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("toy-1.0.dist-info/RECORD", "")
    return packed.getvalue()


def tarball() -> bytes:
    """An npm package toy 1.0.0 with one file beside its package.json."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in {"package.json": b'{"name": "toy", "version": "1.0.0"}', "model.bin": CONTENT}.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


class Registry(BaseHTTPRequestHandler):
    """Answers both clients. The server's `archives` are by file name; those in `cut` end half-way."""

    def do_GET(self):
        name = self.path.rstrip("/").rsplit("/", 1)[-1]
        if name in self.server.archives:
            self.server.asked.append(name)
            content = self.server.archives[name]
            self._send("application/octet-stream", content, len(content) // 2 if name in self.server.cut else None)
        elif self.path.rstrip("/") == "/simple/toy" and WHEEL in self.server.archives:
            self._send(
                "text/html",
                f'<a href="/files/{WHEEL}#sha256={hashlib.sha256(self.server.archives[WHEEL]).hexdigest()}">{WHEEL}</a>'.encode(),
            )
        elif self.path == "/toy" and "toy-1.0.0.tgz" in self.server.archives:
            integrity = "sha512-" + base64.b64encode(hashlib.sha512(self.server.archives["toy-1.0.0.tgz"]).digest()).decode()
            dist = {"tarball": f"http://{self.headers['Host']}/files/toy-1.0.0.tgz", "integrity": integrity}
            version = {"name": "toy", "version": "1.0.0", "dist": dist}
            self._send(
                "application/json", json.dumps({"name": "toy", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}).encode()
            )
        else:
            self.send_error(404)

    def _send(self, kind: str, content: bytes, stop: int | None = None):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:stop])

    def log_message(self, *_):
        pass


@contextmanager
def registry() -> Iterator[ThreadingHTTPServer]:
    """A running registry that has the package toy for both clients."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    server.archives, server.cut, server.asked = {WHEEL: wheel(), "toy-1.0.0.tgz": tarball()}, set(), []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
