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
SDIST = "toy-1.0.tar.gz"
RAN = "ENGINEROOM_TEST_RAN"  # the environment's name for a file that the packages' own scripts write, if anybody runs them
BACKEND = f"import os, pathlib\npathlib.Path(os.environ['{RAN}']).write_text('the build ran')\n"
SCRIPT = f"require('fs').writeFileSync(process.env.{RAN}, 'a script ran')"


def wheel(content: bytes = CONTENT) -> bytes:
    """A wheel of the distribution toy 1.0 with one file, toy/model.bin."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("toy/model.bin", content)
        archive.writestr("toy-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
        archive.writestr("toy-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("toy-1.0.dist-info/RECORD", "")
    return packed.getvalue()


def sdist() -> bytes:
    """The source archive of toy 1.0, with one file beside what builds it."""
    return packed(
        "toy-1.0",
        {
            "PKG-INFO": b"Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n",
            "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            "backend.py": BACKEND.encode(),
            "setup.py": BACKEND.encode(),
            "model.bin": CONTENT,
        },
    )


def tarball() -> bytes:
    """The npm package toy 1.0.0 with one file beside its package.json, which asks for scripts at every step."""
    steps = ("preinstall", "install", "postinstall", "prepare", "prepack", "postpack")
    about = {"name": "toy", "version": "1.0.0", "scripts": dict.fromkeys(steps, f'node -e "{SCRIPT}"')}
    return packed("package", {"package.json": json.dumps(about).encode(), "model.bin": CONTENT})


def packed(folder: str, files: dict[str, bytes]) -> bytes:
    """A .tar.gz with these files in one folder."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


def integrity(content: bytes) -> str:
    """The hash as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


class Registry(BaseHTTPRequestHandler):
    """Answers both clients. The server's `archives` are by file name; those in `cut` end half-way.

    Python's index lists their hashes where `lists_hashes`; as JSON where `speaks_json`.
    """

    def do_GET(self):
        name = self.path.rstrip("/").rsplit("/", 1)[-1]
        if name in self.server.archives:
            self.server.asked.append(name)
            content = self.server.archives[name]
            self._send("application/octet-stream", content, len(content) // 2 if name in self.server.cut else None)
        elif self.path.rstrip("/") == "/simple/toy" and (there := [name for name in (WHEEL, SDIST) if name in self.server.archives]):
            hashes = {name: hashlib.sha256(self.server.archives[name]).hexdigest() if self.server.lists_hashes else "" for name in there}
            if self.server.speaks_json:
                files = [
                    {"filename": name, "url": f"/files/{name}", "hashes": {"sha256": value} if value else {}}
                    for name, value in hashes.items()
                ]
                about = {"meta": {"api-version": "1.0"}, "name": "toy", "files": files}
                self._send("application/vnd.pypi.simple.v1+json", json.dumps(about).encode())
            else:
                links = [f'<a href="/files/{name}{value and f"#sha256={value}"}">{name}</a>' for name, value in hashes.items()]
                self._send("text/html", "\n".join(links).encode())
        elif self.path == "/toy" and "toy-1.0.0.tgz" in self.server.archives:
            archive = self.server.archives["toy-1.0.0.tgz"]
            dist = {"tarball": f"http://{self.headers['Host']}/files/toy-1.0.0.tgz", "integrity": integrity(archive)}
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
    server.archives = {WHEEL: wheel(), SDIST: sdist(), "toy-1.0.0.tgz": tarball()}
    server.cut, server.asked, server.lists_hashes, server.speaks_json = set(), [], True, False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
