"""Each error that a public docstring promises is raised, and says of what; and each that is raised openly is promised.

The entries are in raises/, a table for each room. Promises are read from the sources: modules that only the page can import count too.
"""

import ast
import asyncio
import builtins
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import engineroom
import raises
from engineroom import errors

ROOT = Path(engineroom.__file__).parent
TABLE = {
    f"{what.__module__.removeprefix('engineroom.')}.{what.__qualname__}": entries
    for module in pkgutil.iter_modules(raises.__path__)
    for what, entries in getattr(importlib.import_module(f"raises.{module.name}"), "TABLE", {}).items()
}
ELSEWHERE = {  # a name, or the beginning of one
    "download.": "works in a browser only: tests/browser/test_downloads.py",
    "simd.": "its kernels are compiled for the page: tests/browser/test_products.py",
    "kernel.session.Host.pause": "an interrupt, which a reader sends: tests/library/kernel/test_session.py",
    "tokenize.unigram.training.Trainer.tokenizer": "after whole rounds of training: train, which calls it",
}
IN_PAGE = {"DownloadError"}  # elsewhere there is a folder, and nothing to download: tests/browser/test_downloads.py
ANY = {name for name in vars(errors) if name.endswith("Error")} | {name for name in vars(builtins) if name.endswith("Error")}
ERRORS = ANY | {name for name, kind in vars(errors).items() if inspect.isclass(kind)} | {"KeyboardInterrupt"}
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    """What is public below a module: its functions and classes, and of those the methods, with what makes and calls them."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, FUNCTIONS | ast.ClassDef) and (not inner.name.startswith("_") or inner.name in ("__init__", "__call__")):
            yield f"{prefix}.{inner.name}", inner
            if isinstance(inner, ast.ClassDef):
                yield from definitions(inner, f"{prefix}.{inner.name}")


TREES = {
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): ast.parse(
        path.read_text(encoding="utf-8")
    )
    for path in sorted(ROOT.rglob("*.py"))
}
PUBLIC = {name: node for module, tree in TREES.items() for name, node in definitions(tree, module)}
SAID = {name: " ".join(re.findall(r"\b[Rr]aises?\b((?:[^.]|\.(?=\w))*)", ast.get_docstring(node) or "")) for name, node in PUBLIC.items()}


def beside(owner: str, name: str) -> list[str]:
    """What `name` is where a module or a class, `owner`, calls something so: its own, or that of a class it builds on."""
    if f"{owner}.{name}" in PUBLIC:
        return [f"{owner}.{name}"]
    bases = [ast.unparse(base).rpartition(".")[2] for base in PUBLIC[owner].bases] if owner in PUBLIC else []
    return [found for base in bases for one in PUBLIC if one.endswith(f".{base}") for found in beside(one, name)]


def promised(name: str) -> set[str]:
    """The errors that `name` says it raises, by itself or as others do: "Raises ShapeError, and what `linear` raises"."""
    kinds = set(re.findall(r"\w+", SAID[name])) & ERRORS
    for other in re.findall(r"\b(?:as|what) `?([\w.]+)", SAID[name]):
        owner = name.rpartition(".")[0]
        found = beside(owner, other) or [one for one in PUBLIC if one.endswith(f".{other}") and SAID[one]]
        if len(found) == 1 and found[0] != name:
            kinds |= promised(found[0])
    return kinds


PROMISES = {name: promised(name) - IN_PAGE for name, said in SAID.items() if said and not name.startswith(tuple(ELSEWHERE))}


def test_every_promise_has_its_entries():
    assert len(PROMISES) > 200
    missing = {name: kinds - {error.__name__ for error, _, _ in TABLE.get(name, [])} for name, kinds in PROMISES.items()}
    assert {name: kinds for name, kinds in missing.items() if kinds or (name not in TABLE and PROMISES[name])} == {}


def test_every_entry_is_promised():
    more = {name: {error.__name__ for error, _, _ in entries} - PROMISES.get(name, set()) for name, entries in TABLE.items()}
    assert {name: kinds for name, kinds in more.items() if kinds} == {}


def test_every_exception_is_still_needed():
    assert [name for name in ELSEWHERE if not any(one.startswith(name) for one in PUBLIC)] == []


def raised(node: ast.AST) -> set[str]:
    """The library's errors that a function raises in its own body, by name or by a helper that is annotated to make one."""
    if isinstance(node, FUNCTIONS | ast.ClassDef | ast.Lambda):
        return set()
    kinds = (
        {HELPERS.get(name, name) for name in re.findall(r"raise (?:self\.)?(\w+)\(", ast.unparse(node))}
        if isinstance(node, ast.Raise)
        else set()
    )
    return kinds.union(*map(raised, ast.iter_child_nodes(node))) & vars(errors).keys()


def said(name: str) -> set[str]:
    """What a function promises itself, or its class does; without a docstring, what its bases' methods of that name do."""
    owner, _, method = name.rpartition(".")
    kinds = promised(name) | (promised(owner) if owner in PUBLIC else set())
    if owner in PUBLIC and not ast.get_docstring(PUBLIC[name]):
        bases = [ast.unparse(base).rpartition(".")[2] for base in PUBLIC[owner].bases]
        kinds |= set().union(
            *(said(found) for base in bases for one in PUBLIC if one.endswith(f".{base}") for found in beside(one, method))
        )
    return kinds


HELPERS = {
    node.name: ast.unparse(node.returns)
    for tree in TREES.values()
    for node in ast.walk(tree)
    if isinstance(node, FUNCTIONS) and node.returns and ast.unparse(node.returns) in vars(errors)
}


def test_what_is_raised_openly_is_promised():
    silent = {}
    for name, node in PUBLIC.items():
        if isinstance(node, FUNCTIONS) and (kinds := set().union(*map(raised, node.body)) - said(name)):
            silent[name] = kinds
    assert silent == {}
    assert HELPERS["_unknown"] == "UnknownToken"  # what a helper makes is seen


def had(call):
    found = call()
    return asyncio.run(found) if inspect.isawaitable(found) else found


@pytest.mark.parametrize("name", TABLE)
def test_it_is_raised(name):
    for error, message, call in TABLE[name]:
        assert message, "a pattern of what the message names"
        with pytest.raises(error, match=message) as caught:
            had(call)
        assert type(caught.value) is error
