"""The site's server while its author works: a page reloads itself when it has been built again."""

import threading
from http import HTTPStatus
from pathlib import Path

from engineroom_site.server import Handler

SCRIPT = """\
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
            about = {"Content-Type": "text/javascript", "Content-Length": str(len(SCRIPT)), "Cache-Control": "no-cache"}
            self._start(HTTPStatus.OK, about)
            self.wfile.write(SCRIPT.encode())
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
