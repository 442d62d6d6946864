"""Which files a piece of the project's Python depends on: found in its import statements, without running anything.

A module counts with the packages that it lies in, with what those import, and with the data files in its folder.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from engineroom_site.paths import SOURCES, ignored

DYNAMIC = {"import_module", "__import__", "exec", "eval", "find_spec"}  # names by which code can import what no statement says


def closure(modules: Iterable[str], sources: Path = SOURCES) -> list[Path]:
    """The files that the modules depend on, their own included, sorted. Names of modules that are not below `sources` are passed over."""
    code, met, waiting = set(), set(), {name for module in modules for name in _with_packages(module)}
    while waiting:
        met |= waiting
        found = {name: path for name in waiting if (path := _file(name, sources))}
        code |= set(found.values())
        asked = {inner for name, path in found.items() for inner in imported(path.read_text(encoding="utf-8"), _package(name, path))}
        waiting = {name for module in asked for name in _with_packages(module)} - met
    beside = {file for folder in {path.parent for path in code} for file in folder.iterdir() if file.suffix != ".py" and file.is_file()}
    return sorted(path for path in code | beside if not ignored(path, sources))


@lru_cache(maxsize=2048)
def imported(code: str, package: str = "") -> frozenset[str]:
    """The names of all modules that `code`, part of `package`, may import, inside functions too. Code that is no Python imports nothing.

    `from a import b` names a and a.b, as b may be a module. What stands under `if TYPE_CHECKING` never runs, and does not count.
    """
    try:
        return frozenset(_names(_parse(code), package))
    except (SyntaxError, ValueError):
        return frozenset()


def dynamic(code: str) -> bool:
    """Whether `code` can import what no import statement of it says."""
    try:
        nodes = list(ast.walk(_parse(code)))
    except (SyntaxError, ValueError):
        return False
    return not DYNAMIC.isdisjoint(
        {node.id for node in nodes if isinstance(node, ast.Name)} | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    )


def _parse(code: str) -> ast.Module:
    return compile(code, "<code>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def _names(tree: ast.Module, package: str) -> Iterator[str]:
    for node in _that_run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))


def _that_run(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those that only a type checker reads."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        yield (node := waiting.pop())
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def _with_packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def _file(module: str, sources: Path) -> Path | None:
    place = sources.joinpath(*module.split("."))
    return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()), None)


def _package(module: str, path: Path) -> str:
    return module if path.name == "__init__.py" else module.rpartition(".")[0]
