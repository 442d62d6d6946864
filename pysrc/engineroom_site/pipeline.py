"""Steps that make folders out of files, and when a step is taken again.

A step's folder is `.build/STEP/HASH/`, where HASH is that of all it is made from: the files it names, and the Python that makes it.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from engineroom_site import imports
from engineroom_site.paths import BUILD, ROOT, files

KEPT = 3  # builds of each step that stay on disk


class Step(NamedTuple):
    """A folder made from files. `build` writes it; `inputs` are paths below the project's root, beside what `build` imports."""

    name: str
    inputs: tuple[str, ...]
    build: Callable[[Path], None]

    def files(self) -> list[Path]:
        """All that decides what the step makes: its inputs, and its code with everything that code imports."""
        return sorted({*files(self.inputs, ROOT), *imports.closure([self.build.__module__])})


def folder(step: Step) -> Path:
    """The step's folder for its present inputs, built if need be; `.build/STEP/current` leads to it.

    Processes that want the same step wait for one another.
    """
    place = BUILD / step.name / digest(step.files())
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILD / f"{step.name}.lock"):
        if not place.is_dir():
            print(f"Building {step.name}", file=sys.stderr, flush=True)
            _make(step, place)
        _lead(place)
    return place


def digest(paths: Iterable[Path]) -> str:
    """16 hexadecimal digits of the sha256 over the files' names and contents."""
    total = hashlib.sha256()
    for path in paths:
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        total.update(name.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _make(step: Step, place: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        step.build(work / "made")
        (work / "made").replace(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _lead(place: Path) -> None:
    current = place.parent / "current"
    if not current.is_symlink() or current.resolve() != place:
        fresh = place.parent / f".current-{place.name}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(place.name)
        fresh.replace(current)
    made = [path for path in place.parent.iterdir() if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")]
    for old in sorted(made, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        if old != place:
            shutil.rmtree(old, ignore_errors=True)
