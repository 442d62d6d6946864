"""`make serve`: the site on this machine, built again and shown anew when a source changes."""

import errno
import os
import subprocess
import sys
import threading
from http import HTTPStatus
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from engineroom_site import build
from engineroom_site.paths import ROOT, ignored
from engineroom_site.server import Handler, Server, make_server

FIRST_PORT = 8000
SETTLE = 0.3  # seconds without a change before a rebuild
RELOAD_SCRIPT = """\
new EventSource("/.reload").onmessage = () => location.reload();
"""


class Reloads:
    """Counts the builds; pages wait for the next."""

    def __init__(self):
        self.count = 0
        self.news = threading.Condition()

    def tell(self) -> None:
        with self.news:
            self.count += 1
            self.news.notify_all()

    def wait(self, seconds: float) -> bool:
        """Whether a build ended within `seconds`."""
        with self.news:
            seen = self.count
            return self.news.wait_for(lambda: self.count > seen, seconds)


RELOADS = Reloads()


class ReloadingHandler(Handler):
    """The site's files, and a page that reloads itself after a build."""

    def do_GET(self) -> None:
        if self.path == "/.reload":
            self._events()
        elif self.path == "/.reload.js":
            about = {"Content-Type": "text/javascript", "Content-Length": str(len(RELOAD_SCRIPT)), "Cache-Control": "no-cache"}
            self._start(HTTPStatus.OK, about)
            self.wfile.write(RELOAD_SCRIPT.encode())
        else:
            super().do_GET()

    def content(self, path: Path) -> bytes:
        content = super().content(path)
        if path.suffix == ".html":
            content = content.replace(b"</body>", b'<script src="/.reload.js" async></script></body>')
        return content

    def _events(self):
        self._start(HTTPStatus.OK, {"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        self.close_connection = True
        while True:
            self.wfile.write(b"data: built\n\n" if RELOADS.wait(20) else b": still here\n\n")
            self.wfile.flush()


class Changes(FileSystemEventHandler):
    """Remembers that one of the build's inputs changed."""

    def __init__(self):
        self.seen = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("created", "modified", "deleted", "moved") and not event.is_directory:
            if any(_counts(Path(os.fsdecode(path))) for path in (event.src_path, event.dest_path) if path):
                self.seen.set()

    def watching(self) -> BaseObserver:
        """A running observer of the inputs. A file's folder is watched, because editors replace the file."""
        observer = Observer()
        for place in {ROOT / name if (ROOT / name).is_dir() else (ROOT / name).parent for name in build.INPUTS}:
            observer.schedule(self, str(place), recursive=place != ROOT)
        observer.start()
        return observer


def _counts(path: Path) -> bool:
    return any(path.is_relative_to(ROOT / name) for name in build.INPUTS) and not ignored(path, ROOT)


def serve(port: int | None = None) -> None:
    """Build if need be, then serve until interrupted. When a build fails, the site stays as it was.

    Raises build.BuildError when there is no site to serve.
    """
    try:
        build.ensure()
    except build.BuildError as error:
        if not build.SITE.is_dir():
            raise
        print(f"{error} Serving the last one that was.", file=sys.stderr, flush=True)
    server = listen(FIRST_PORT if port is None else port)
    if port is None and server.server_port != FIRST_PORT:
        print(f"Port {FIRST_PORT} is taken; using {server.server_port}.")
    print(f"Engine Room is on http://127.0.0.1:{server.server_port}/ (Ctrl+C ends it)", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    changes = Changes()
    changes.watching()
    try:
        while True:
            rebuild(changes)
    except KeyboardInterrupt:
        print()


def listen(port: int) -> Server:
    """A server on `port`, or on the next one that is free. Raises OSError when twenty in a row are taken."""
    for candidate in range(port, port + 20):
        try:
            return make_server(build.SITE, candidate, handler=ReloadingHandler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, f"ports {port} to {port + 19} are all taken")


def rebuild(changes: Changes) -> None:
    """Wait for a change, let it settle, and build in a process of its own, so that changed build code counts."""
    while not changes.seen.wait(0.5):
        pass
    while changes.seen.is_set():
        changes.seen.clear()
        changes.seen.wait(SETTLE)
    if build.up_to_date():
        return
    print("Building again…", flush=True)
    done = subprocess.run([sys.executable, "-m", "engineroom_site", "build"], cwd=ROOT)
    if done.returncode == 0:
        RELOADS.tell()
