"""Trees of parameters: dicts, lists and tuples, nested, with arrays as their leaves."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engineroom.errors import ShapeError

type Tree = Any  # a leaf, or a dict, list or tuple of Trees


def map(function: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """`function` of each leaf, and of the leaves at the same place of `others`, as a tree of the same kind.

    Raises ShapeError naming where one of the others branches in another way.
    """
    return _mapped(lambda path, *leaves: function(*leaves), "", tree, *others)


def with_paths(function: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """`map`, with the path of each leaf before it, as in "layers.0.weight". Raises ShapeError as map."""
    return _mapped(function, "", tree, *others)


def leaves(tree: Tree) -> Iterator[tuple[str, Any]]:
    """The path and the leaf of each, in order."""
    yield from _leaves("", tree)


def _leaves(path: str, tree: Tree) -> Iterator[tuple[str, Any]]:
    inner = _inner(tree)
    if inner is None:
        yield path, tree
        return
    for key, part in inner.items():
        yield from _leaves(f"{path}.{key}" if path else str(key), part)


def _inner(tree: Tree) -> dict[Any, Tree] | None:
    if isinstance(tree, Mapping):
        return dict(tree)
    return dict(enumerate(tree)) if isinstance(tree, list | tuple) else None


def _mapped(function: Callable[..., Any], path: str, tree: Tree, *others: Tree) -> Tree:
    inner = _inner(tree)
    if inner is None:
        return function(path, tree, *others)
    found = []
    for other in others:
        there = _inner(other)
        if there is None or there.keys() != inner.keys():
            said = "a leaf" if there is None else f"{list(there)}"
            raise ShapeError(f"the trees differ at {path or 'the root'}: {list(inner)} in the first, {said} in another")
        found.append(there)
    parts = {key: _mapped(function, f"{path}.{key}" if path else str(key), part, *(o[key] for o in found)) for key, part in inner.items()}
    if isinstance(tree, Mapping):
        return parts
    return type(tree)(*parts.values()) if hasattr(tree, "_fields") else type(tree)(parts.values())
