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
    """The file's sha256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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

    `wanted` is the sha256 of a file: one that a full or failing disk has spoilt since is made again.
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
                made.replace(place)
    return place


def _right(place: Path, wanted: str | None) -> bool:
    return place.exists() and (wanted is None or sha256(place) == wanted)
