"""Which cells need what only an isolated page has, read from their code: a fine clock, or an answer while Python waits."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import suppress

from engineroom_site import labs
from engineroom_site.cells import options
from reader import address, sources

HELPER = "engineroom.timing"
DIRECT = {"time", "timeit", "datetime", "sched", "cProfile", "profile", "js", "pyodide"}
ASKING = {"input", "getpass"}


def pages() -> Iterator[tuple[str, list[options.Cell]]]:
    """Each page's address and its live cells."""
    for path in sources():
        text = labs.markdown(path) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
        yield address(path), options.cells(text, path.name)


def timed() -> list[tuple[str, str]]:
    """The addresses and ids of the cells that time something by the library's helper, or a name that came from it further up."""
    return [(url, cell.id) for url, cells in pages() for cell, times in zip(cells, timing(cell.code for cell in cells)) if times]


def timing(codes: Iterable[str]) -> Iterator[bool]:
    """Of each cell of a page, in order: whether it times."""
    names: set[str] = set()
    for code in codes:
        names |= bound(code)
        yield not names.isdisjoint(mentioned(code))


def bound(code: str) -> set[str]:
    """The names that stand for the helper, or what is in it, after this code's import statements."""
    return {name for module, name in imported(code) if module == HELPER or module.startswith(f"{HELPER}.")}


def imported(code: str) -> Iterator[tuple[str, str]]:
    """What import statements in this code bind: (dotted name, the name it gets)."""
    for node in nodes(code):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.asname or alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", alias.asname or alias.name) for alias in node.names)


def mentioned(code: str) -> set[str]:
    """The names that this code reads."""
    return {node.id for node in nodes(code) if isinstance(node, ast.Name)}


def needs_isolation(code: str) -> set[str]:
    """What in this code works otherwise, or not at all, where the page is not isolated: clocks read directly, and questions."""
    return {module for module, _ in imported(code) if module.split(".")[0] in DIRECT} | (mentioned(code) & ASKING)


def nodes(code: str) -> Iterator[ast.AST]:
    """All of the code's syntax tree; nothing of code that is there to show a syntax error."""
    with suppress(SyntaxError):
        yield from ast.walk(ast.parse(code))
