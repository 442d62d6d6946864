"""The download cache, outside the clone: content-addressed, so that what is there is right."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


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
    (root() / "partial").mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root() / "partial"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kept(key: str, make: Callable[[Path], Path]) -> Path:
    """What the cache keeps at `key`, made when absent: `make(folder)` returns a path that is then moved there whole.

    Processes that want the same key wait for one another.
    """
    place = root() / key
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not place.exists():
            with workspace() as folder:
                made = make(folder)
                made.replace(place)
    return place
