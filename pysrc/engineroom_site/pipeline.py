"""Steps of the build, and when one runs again: each reads files and writes a folder `.build/STEP/HASH/`, where HASH is that of what it read."""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
KEPT = 3  # builds of each step that stay on disk
IGNORED = {"__pycache__", "node_modules", ".DS_Store"}  # left behind by tools, and no part of what is built


class Step(NamedTuple):
    """A folder made from files. `build` writes it; `inputs` are paths below the project's root."""

    name: str
    inputs: tuple[str, ...]
    build: Callable[[Path], None]


def folder(step: Step) -> Path:
    """The step's folder for its present inputs, built if need be; `.build/STEP/current` leads to it.

    Processes that want the same step wait for one another.
    """
    place = BUILD / step.name / digest(step.inputs)
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILD / f"{step.name}.lock"):
        if not place.is_dir():
            print(f"Building {step.name}", file=sys.stderr, flush=True)
            _make(step, place)
        _lead(place)
    return place


def _make(step: Step, place: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        step.build(work / "made")
        (work / "made").replace(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def digest(inputs: Iterable[str]) -> str:
    """16 hexadecimal digits of the sha256 over the files' names and contents."""
    total = hashlib.sha256()
    for path in files(inputs):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def files(inputs: Iterable[str]) -> Iterator[Path]:
    """Every file that the inputs name, sorted, but what tools leave behind."""
    for name in inputs:
        top = ROOT / name
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in found:
            if path.is_file() and not ignored(path):
                yield path


def ignored(path: Path) -> bool:
    """Whether a file below the project's root is one that tools leave behind."""
    return not IGNORED.isdisjoint(path.relative_to(ROOT).parts)


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
