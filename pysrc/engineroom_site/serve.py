"""`make serve`: the site on this machine, built again and shown anew when a source changes."""

import errno
import subprocess
import sys
import threading
from pathlib import Path

from engineroom_site import build
from engineroom_site.changes import Changes
from engineroom_site.paths import ROOT
from engineroom_site.reloading import RELOADS, ReloadingHandler
from engineroom_site.server import Server, make_server
from engineroom_site.spare import Spare

FIRST_PORT = 8000
DOCS = ROOT / "docs"
PAGES = (".md", ".ipynb")


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
    changes, spare = Changes(), Spare()
    changes.watching()
    try:
        while True:
            rebuild(changes, spare)
    except KeyboardInterrupt:
        print()
    finally:
        spare.end()


def listen(port: int) -> Server:
    """A server on `port`, or on the next one that is free. Raises OSError when twenty in a row are taken."""
    for candidate in range(port, port + 20):
        try:
            return make_server(build.SITE, candidate, handler=ReloadingHandler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, f"ports {port} to {port + 19} are all taken")


def rebuild(changes: Changes, spare: Spare) -> None:
    """Wait for a change and build, in processes of their own, so that changed build code counts.

    Where only the text of pages changed, these are shown first.
    """
    changed = changes.settled()
    if build.up_to_date():
        return
    shown = {}
    if pages := _pages(changed):
        print(f"Drawing {', '.join(sorted(pages))}…", flush=True)
        if build.over(lambda: spare.draw(build.SITE, pages)):
            RELOADS.tell()
            shown = {file: file.read_bytes() for file in map(_file, pages)}
    else:
        spare.end()  # it has loaded what has changed
    print("Building again…", flush=True)
    done = subprocess.run([sys.executable, "-m", "engineroom_site", "build"], cwd=ROOT)
    if done.returncode == 0 and (not shown or any(file.read_bytes() != page for file, page in shown.items())):
        RELOADS.tell()
    spare.ready()


def _pages(changed: set[Path]) -> set[str]:
    """The pages that changed, as docs/ has them; none if anything else did, or if one of them is not in the site yet."""
    left = {path for path in changed if path.exists() or path.suffix in PAGES}  # not an editor's drafts, come and gone
    pages = {path for path in left if path.is_relative_to(DOCS) and path.suffix in PAGES and path.is_file()}
    names = {path.relative_to(DOCS).as_posix() for path in pages}
    return names if pages == left and all(_file(name).is_file() for name in names) else set()


def _file(name: str) -> Path:
    stem = Path(name).with_suffix("")
    return build.SITE / (stem.parent if stem.name == "index" else stem) / "index.html"
