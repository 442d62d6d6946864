"""`make serve`: the site on this machine, built again and shown anew when a source changes."""

import errno
import subprocess
import sys
import threading
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from engineroom_site import build
from engineroom_site.pipeline import IGNORED, ROOT
from engineroom_site.server import Handler, Server, make_server

FIRST_PORT = 8000
WATCHED = ("docs", "pysrc", "overrides", "mkdocs.yml", "pyproject.toml")
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

    def do_GET(self):
        if self.path == "/.reload":
            self._events()
        elif self.path == "/.reload.js":
            self._start(200, {"Content-Type": "text/javascript", "Content-Length": str(len(RELOAD_SCRIPT)), "Cache-Control": "no-cache"})
            self.wfile.write(RELOAD_SCRIPT.encode())
        else:
            super().do_GET()

    def content(self, path: Path) -> bytes:
        content = super().content(path)
        if path.suffix == ".html":
            content = content.replace(b"</body>", b'<script src="/.reload.js" async></script></body>')
        return content

    def _events(self):
        self._start(200, {"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        self.close_connection = True
        while True:
            self.wfile.write(b"data: built\n\n" if RELOADS.wait(20) else b": still here\n\n")
            self.wfile.flush()


class Changes(FileSystemEventHandler):
    """Remembers that a source changed."""

    def __init__(self):
        self.seen = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        parts = Path(str(event.src_path)).parts
        if event.event_type in ("created", "modified", "deleted", "moved") and not event.is_directory and not IGNORED.intersection(parts):
            self.seen.set()


def serve(port: int | None = None) -> None:
    """Build if need be, then serve until interrupted. A page whose build fails stays as it was."""
    build.ensure()
    server = listen(FIRST_PORT if port is None else port)
    if port is None and server.server_port != FIRST_PORT:
        print(f"Port {FIRST_PORT} is taken; using {server.server_port}.")
    print(f"Engine Room is on http://127.0.0.1:{server.server_port}/ (Ctrl+C ends it)", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    changes, observer = Changes(), Observer()
    for name in WATCHED:
        observer.schedule(changes, str(ROOT / name), recursive=True)
    observer.start()
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
        print("Built.", flush=True)
        RELOADS.tell()
