"""A web server for the built folder, with the headers a good host sends."""

import gzip
import io
import posixpath
import re
import urllib.parse
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

IMMUTABLE = ("/assets/runtime/", "/assets/data/", "/assets/client/")
HERE = re.compile(r"(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?", re.I | re.A)  # this machine, by any browser's reading
COMPRESSED = {".html", ".css", ".js", ".mjs", ".json", ".ipynb", ".svg", ".xml", ".txt", ".wasm"}
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self'",  # a page cannot say this of itself
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Handler(SimpleHTTPRequestHandler):
    """Files of one folder, for this machine. `isolated` sends the two headers that give the page shared memory."""

    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".woff2": "font/woff2",
        ".ipynb": "application/x-ipynb+json", ".whl": "application/zip", ".json": "application/json",
    }  # fmt: skip

    def __init__(self, *args: Any, isolated: bool, **kwargs: Any):
        self.isolated = isolated
        super().__init__(*args, **kwargs)

    def parse_request(self) -> bool:
        """Whether the request is to be answered. One under another name than this machine's is refused: a foreign site whose name was
        made to mean this machine (DNS rebinding) would read along."""
        if not super().parse_request():
            return False
        hosts = self.headers.get_all("Host", [])
        if len(hosts) == 1 and HERE.fullmatch(hosts[0].strip()):
            return True
        self.close_connection = True
        self._sentence(
            HTTPStatus.MISDIRECTED_REQUEST,
            "This server shows the book on this machine only, and was asked for it by another name."
            f" Open http://127.0.0.1:{self.connection.getsockname()[1]}/ instead.",
        )
        return False

    def send_head(self) -> io.BytesIO | None:
        url = urllib.parse.urlsplit(self.path).path
        path = Path(self.translate_path(url))
        if path.is_dir():
            if not url.endswith("/"):
                return self._empty(HTTPStatus.MOVED_PERMANENTLY, {"Location": posixpath.basename(url) + "/"})
            path /= "index.html"
        if not path.is_file():
            missing = Path(self.directory) / "404.html"
            there = missing.is_file() and self._within(missing)
            return self._body(HTTPStatus.NOT_FOUND, missing, {}) if there else self._empty(HTTPStatus.NOT_FOUND, {})
        if not self._within(path):
            return self._sentence(HTTPStatus.FORBIDDEN, "This address is a link to a file outside the book's folder, which is not served.")
        stat = path.stat()
        tag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
        lasting = url.startswith(IMMUTABLE)
        fresh = {"ETag": tag, "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache"}
        if self.headers.get("If-None-Match") == tag:
            return self._empty(HTTPStatus.NOT_MODIFIED, fresh)
        return self._body(HTTPStatus.OK, path, fresh)

    def _within(self, path: Path) -> bool:
        """Whether no link on the way to `path` leads out of the folder."""
        return path.resolve().is_relative_to(Path(self.directory).resolve())

    def _body(self, status: HTTPStatus, path: Path, headers: dict[str, str]):
        content = self.content(path)
        squeezed = path.suffix in COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", "")
        if squeezed:
            content = compressed(content)
            headers = headers | {"Content-Encoding": "gzip"}
        self._start(
            status, headers | {"Content-Type": self.guess_type(str(path)), "Vary": "Accept-Encoding", "Content-Length": str(len(content))}
        )
        return io.BytesIO(content)

    def content(self, path: Path) -> bytes:
        """What is sent for the file at `path`."""
        return path.read_bytes()

    def _sentence(self, status: HTTPStatus, said: str) -> None:
        content = f"{said}\n".encode()
        self._start(status, {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(content))})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _empty(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self._start(status, headers | {"Content-Length": "0"})

    def _start(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        always = {name: value for name, value in HEADERS.items() if self.isolated or ("Opener" not in name and "Embedder" not in name)}
        for name, value in (always | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@lru_cache(maxsize=256)
def compressed(content: bytes) -> bytes:
    """`content` in gzip, without a time in it."""
    return gzip.compress(content, 6, mtime=0)


class Server(ThreadingHTTPServer):
    """Serves from threads that end with the program."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a browser that went away


def make_server(site: Path, port: int = 0, isolated: bool = True, handler: type[Handler] = Handler) -> Server:
    """A server for the folder `site` on 127.0.0.1, bound to `port` (0: any free one). Raises OSError when it is taken."""
    return Server(("127.0.0.1", port), partial(handler, directory=str(site), isolated=isolated))
