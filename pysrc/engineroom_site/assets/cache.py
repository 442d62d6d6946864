"""The download cache, outside the clone: content-addressed, so that what is there is right."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

ABANDONED = 24 * 3600  # seconds after which an unfinished download is nobody's


def root() -> Path:
    """$ENGINEROOM_CACHE, else the user's cache folder."""
    if given := os.environ.get("ENGINEROOM_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "engineroom"


def sha256(path: Path) -> str:
    """The sha256, in hexadecimal, of a file; of a folder, that of the list of its files as sha256sum prints it, sorted by name.

    In a folder: `find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`. One with a link, or with what is no file, has none: "".
    """
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    inside = sorted((f"./{inner.relative_to(path).as_posix()}".encode(), inner) for inner in path.rglob("*"))
    if any(inner.is_symlink() or not (inner.is_file() or inner.is_dir()) for _, inner in inside):
        return ""
    lines = [sha256(inner).encode() + b"  " + name + b"\n" for name, inner in inside if inner.is_file()]
    return hashlib.sha256(b"".join(lines)).hexdigest()


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder on the cache's own disk, gone afterwards whatever happens."""
    partial = root() / "partial"
    partial.mkdir(parents=True, exist_ok=True)
    for left in partial.iterdir():  # by a process that was killed
        if left.stat().st_mtime < time.time() - ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(dir=partial))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kept(key: str, make: Callable[[Path], Path], wanted: str | None = None) -> Path:
    """What the cache keeps at `key`, made when absent: `make(folder)` returns a path that is then moved there whole.

    `wanted` is its sha256: what a full or failing disk, or somebody, has spoilt since is made again.
    Processes that want the same key wait for one another.
    """
    place = root() / key
    if _right(place, wanted):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not _right(place, wanted):
            with workspace() as folder:
                made = make(folder)
                if place.is_dir() and not place.is_symlink():
                    place.rename(folder / "spoilt")
                made.replace(place)
    return place


def _right(place: Path, wanted: str | None) -> bool:
    return place.exists() and (wanted is None or sha256(place) == wanted)
