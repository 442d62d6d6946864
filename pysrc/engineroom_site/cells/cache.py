"""What cells gave and what they left behind, kept by content in `.build/cells`.

A cell's key covers it and all cells before it, what they import of the library, the locked requirements and Python: prose changes none
of them, and a module that a page does not use changes none of its cells.
"""

import hashlib
import platform
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import diskcache

from engineroom_site import imports
from engineroom_site.cells.options import Cell
from engineroom_site.paths import BUILD, ROOT, SOURCES

LIMIT = 4 << 30  # bytes; what was used longest ago goes first
LOCK = ROOT / "requirements.lock"
STORE = SOURCES / "engineroom" / "store.py"


class Result(NamedTuple):
    """What a cell gave: nbformat outputs (an error with its frames), and the library's names that it used."""

    outputs: list[dict[str, Any]]
    used: list[dict[str, Any]]


def open_cache(directory: Path | str = BUILD / "cells") -> diskcache.Cache:
    return diskcache.Cache(str(directory), size_limit=LIMIT, eviction_policy="least-recently-used")


def surroundings() -> str:
    """A hash of what every cell's result depends on: how cells are run, the locked requirements, Python."""
    how = imports.closure(["engineroom_site.cells.execute", "engineroom_site.cells.checkpoint"])
    return _hashed(platform.python_version(), *map(_content, (LOCK, *how)))


def keys(cells: Iterable[Cell], start: str, data: Path) -> list[str]:
    """One key for each cell: of all cells up to it, the library's modules that they import, and the index of `data` if these read it.

    A cell's id counts, because errors name it.
    """
    found = []
    for cell in cells:
        start = _hashed(start, cell.id, cell.code, imported(cell.code, data))
        found.append(start)
    return found


def imported(code: str, data: Path) -> str:
    """A hash of what `code` depends on beside itself: the library's modules that it imports, and the index of `data` if these read it."""
    return _imported(code, data / "index.json")


def _imported(code: str, index: Path) -> str:
    modules = ["engineroom", *imports.imported(code)] if not imports.dynamic(code) else _library()
    files = sorted({file for module in modules for file in _closure(module)})
    reads = [index] if STORE in files and index.exists() else []  # the index names every file of the data by its content
    return _hashed(*map(_content, (*files, *reads)))


@lru_cache(maxsize=1024)
def _closure(module: str) -> tuple[Path, ...]:
    return tuple(imports.closure([module]))


def _library() -> list[str]:
    return [".".join(path.relative_to(SOURCES).with_suffix("").parts) for path in (SOURCES / "engineroom").rglob("*.py")]


@lru_cache(maxsize=4096)
def _content(path: Path) -> str:
    name = path.relative_to(SOURCES).as_posix() if path.is_relative_to(SOURCES) else path.name
    return _hashed(name, hashlib.sha256(path.read_bytes()).hexdigest())


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
