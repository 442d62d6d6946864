"""Where the project's files are, and which of them count."""

from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "pysrc"
BUILD = ROOT / ".build"
IGNORED = {"__pycache__", "node_modules", ".DS_Store"}  # left behind by tools, and no part of what is built


def files(inputs: Iterable[str], root: Path = ROOT) -> Iterator[Path]:
    """Every file that the inputs, paths below `root`, name: sorted within each, but for what tools leave behind."""
    for name in inputs:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and not ignored(path, root):
                yield path


def ignored(path: Path, root: Path = ROOT) -> bool:
    """Whether a file below `root` is one that tools leave behind."""
    return not IGNORED.isdisjoint(path.relative_to(root).parts)
