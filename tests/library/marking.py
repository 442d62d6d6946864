"""The mark `model`: a test that needs what is downloaded, by itself or by a fixture. `-m "not model"` runs without any download.

It is found in the sources: a function needs a download that uses what FETCHING gives, or another function of its module that does.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engineroom_site.assets import cache as downloads

FETCHING = (
    "engineroom_site.assets.fetch",
    "engineroom_site.pipeline",
    "engineroom_site.data",
    "engineroom_site.texts",
    "engineroom_site.vocabularies",
    "tokenize_corpus",
)


@cache
def needing(path: str) -> frozenset[str]:
    """The functions at the top of a file that need a download."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    used = {node.name: set(names(node)) for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    found: set[str] = set()
    fetched = set(bound(tree))
    while more := {name for name, others in used.items() if others & (fetched | found)} - found:
        found |= more
    return frozenset(found)


def names(node: ast.AST) -> Iterator[str]:
    """What a function uses, its decorators and the parameters they give among it."""
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def bound(tree: ast.AST) -> Iterator[str]:
    """The names by which a file knows what fetches."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                if f"{origin}{alias.name}.".startswith(tuple(f"{name}." for name in FETCHING)):
                    yield alias.asname or alias.name


def functions(item: Any) -> Iterator[Any]:
    """The test's own function, and those of the fixtures it has."""
    yield item.function
    for fixtures in item._fixtureinfo.name2fixturedefs.values():
        yield fixtures[-1].func


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[Any]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and any(
            function.__name__ in needing(inspect.getsourcefile(inspect.unwrap(function)))
            for function in functions(item)
            if is_ours(function)
        ):
            item.add_marker("model")


def is_ours(function: Any) -> bool:
    return Path(inspect.getsourcefile(inspect.unwrap(function)) or "").is_relative_to(Path(__file__).parent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    """A test without the mark that fetches all the same is told so."""
    with pytest.MonkeyPatch.context() as patch:
        if item.path.is_relative_to(Path(__file__).parent) and not item.get_closest_marker("model"):
            patch.setattr(downloads, "kept", refused)
        return (yield)


def refused(key: str, *rest: Any) -> Path:
    raise AssertionError(f"{key} of the download cache is asked for by a test that is not marked `model`: see marking.FETCHING")
