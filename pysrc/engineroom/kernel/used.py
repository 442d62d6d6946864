"""Which of the library's functions a cell's code names, and where each is defined."""

import ast
import inspect
import linecache
import sys
import types
from collections.abc import Mapping
from typing import Any

_PRIVATE = ("engineroom.kernel",)


def used(code: str, namespace: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Functions and classes of `engineroom` that `code` names, in order of first use.

    `namespace` holds the cell's names after it has run. Each entry is {"name": "attention.softmax", "path": "engineroom/attention.py",
    "line": 12}. Nothing of the cell is executed: attributes are followed through modules and classes only.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return []
    found = {}
    for node in sorted((n for n in ast.walk(tree) if isinstance(n, (ast.Name, ast.Attribute))), key=_position):
        entry = _entry(_resolve(node, namespace))
        if entry is not None:
            found.setdefault(entry["name"], entry)
    return list(found.values())


def _position(node: ast.expr):
    return node.lineno, node.col_offset, -(node.end_col_offset or 0)


def _resolve(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return namespace.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _resolve(node.value, namespace)
        if isinstance(owner, types.ModuleType):
            return vars(owner).get(node.attr)
        if isinstance(owner, type):
            found = inspect.getattr_static(owner, node.attr, None)
            return found.__func__ if isinstance(found, (classmethod, staticmethod)) else found
    return None


def _entry(object_: Any):
    if not isinstance(object_, (types.FunctionType, type)) and not hasattr(type(object_), "__wrapped__"):
        if not callable(object_) or not inspect.isfunction(inspect.unwrap(object_)):
            return None
    object_ = inspect.unwrap(object_)
    module = getattr(object_, "__module__", None) or ""
    if not module.startswith("engineroom.") or module.startswith(_PRIVATE) or "<locals>" in object_.__qualname__:
        return None
    home = sys.modules.get(module)
    line = _line(object_)
    if home is None or line is None:
        return None
    path = module.replace(".", "/") + ("/__init__.py" if hasattr(home, "__path__") else ".py")
    return {"name": f"{module.removeprefix('engineroom.')}.{object_.__qualname__}", "path": path, "line": line}


def _line(object_: Any):
    if isinstance(object_, types.FunctionType):
        return _defined(object_.__code__)
    try:
        return inspect.getsourcelines(object_)[1] or 1
    except (OSError, TypeError):
        return None


def _defined(code: types.CodeType) -> int:
    """The line of the `def`, which decorators may stand above."""
    first = code.co_firstlineno
    if not linecache.getline(code.co_filename, first).lstrip().startswith("@"):
        return first
    lines = range(first, first + 50)
    return next((n for n in lines if linecache.getline(code.co_filename, n).lstrip().startswith(("def ", "async def "))), first)
