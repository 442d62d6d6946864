"""What cells gave and what they left behind, kept by content in `.build/cells`.

A cell's key covers it and all cells before it, the library, the locked requirements, Python and the data: prose changes none of them.
"""

import hashlib
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import diskcache

from engineroom_site.cells.options import Cell
from engineroom_site.pipeline import BUILD, ROOT

LIMIT = 4 << 30  # bytes; what was used longest ago goes first
FORMAT = "3"
LOCK = ROOT / "requirements.lock"
LIBRARY = ROOT / "pysrc" / "engineroom"
TOLD = {"scope", "stacks", "streams", "tracebacks", "used"}  # the kernel's modules that say what a cell used, and how it failed


class Result(NamedTuple):
    """What a cell gave: nbformat outputs (an error with its frames), and the library's names that it used."""

    outputs: list[dict[str, Any]]
    used: list[dict[str, Any]]


def open_cache(directory: Path = BUILD / "cells") -> diskcache.Cache:
    return diskcache.Cache(str(directory), size_limit=LIMIT, eviction_policy="least-recently-used")


def surroundings(data: Path) -> str:
    """A hash of everything but the cells that decides what they give. `data` is the folder named by its content."""
    total = hashlib.sha256()
    for part in (FORMAT, platform.python_version(), data.name):
        total.update(part.encode() + b"\0")
    for path in (LOCK, *sorted(LIBRARY.rglob("*.py"))):
        if path.parent.name != "kernel" or path.stem in TOLD:
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def keys(cells: Iterable[Cell], start: str) -> list[str]:
    """One key for each cell. Its id counts, because errors name it."""
    found = []
    for cell in cells:
        start = hashlib.sha256(f"{start}\0{cell.id}\0{cell.code}".encode()).hexdigest()
        found.append(start)
    return found
