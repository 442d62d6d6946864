"""A site with nothing on it but the kernel, served as the test wants it: isolated or not, with files missing or spoilt."""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from engineroom_site import client, pipeline, steps

HERE = Path(__file__).parent / "kernel_page"
RUNTIME = "assets/runtime/kernel"
CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; object-src 'none'"


def make(folder: Path) -> Path:
    """Write the site into `folder`."""
    (folder / RUNTIME).parent.mkdir(parents=True)
    (folder / RUNTIME).symlink_to(pipeline.folder(steps.RUNTIME))
    (folder / "data").mkdir()
    shutil.copy(HERE / "index.html", folder)
    modules = client.install()
    worker = client.CLIENT / "src" / "kernel" / "worker.ts"
    common = ["--bundle", "--format=esm", "--target=es2022", "--log-level=error", f"--outdir={folder}"]
    subprocess.run(
        [modules / ".bin" / "esbuild", HERE / "page.ts", *common], check=True, env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin"}
    )
    subprocess.run([modules / ".bin" / "esbuild", worker, *common], check=True, cwd=client.CLIENT)
    return folder


class Server(ThreadingHTTPServer):
    """Counts requests; `missing` are answered with 503, `spoilt` ones with other bytes."""

    daemon_threads = True

    def __init__(self, folder: Path, isolated: bool):
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.isolated = isolated
        self.missing: set[str] = set()
        self.spoilt: dict[str, bytes] = {}
        self.asked: list[str] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A browser that goes away is no news."""


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".gz": "application/gzip",
    }

    def do_GET(self):
        path = self.path.lstrip("/")
        self.server.asked.append(path)
        if path in self.server.missing:
            return self.send_error(503)
        if path in self.server.spoilt:
            data = self.server.spoilt[path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            return self.wfile.write(data)
        return super().do_GET()

    def end_headers(self):
        if self.server.isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        if self.path.startswith("/assets/runtime/") and not self.server.missing and not self.server.spoilt:
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        else:
            self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def serve(folder: Path, isolated: bool = True):
    """A running Server."""
    server = Server(folder, isolated)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
