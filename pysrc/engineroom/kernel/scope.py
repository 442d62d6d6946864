"""What names in a cell stand for, found without running any of the reader's code: attributes are read statically."""

import ast
import builtins
import importlib
import inspect
import re
import sys
import types
from collections.abc import Mapping
from typing import Any

MISSING: Any = object()


def resolve(path: str, scope: Mapping[str, Any]) -> Any:
    """Follow a dotted name without calling anything."""
    first, *rest = path.split(".")
    value = scope.get(first, vars(builtins).get(first, MISSING))
    for name in rest:
        if value is MISSING:
            return MISSING
        if isinstance(value, types.ModuleType):
            value = vars(value).get(name, MISSING)
            continue
        value = inspect.getattr_static(value, name, MISSING)
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        elif isinstance(value, property) or inspect.isdatadescriptor(value):
            return MISSING
    return value


def loaded(name: str) -> Any:
    """A module that is loaded already, or one of the library's."""
    if name in sys.modules:
        return sys.modules[name]
    if name.split(".")[0] == "engineroom":
        try:
            return importlib.import_module(name)
        except ImportError:
            pass
    return MISSING


def imports(code: str, before: str) -> dict[str, Any]:
    """What the cell's own import statements will bind, as far as it is loaded."""
    found = {}
    for node in ast.walk(_parsed(code, before)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = loaded(alias.name if alias.asname else alias.name.split(".")[0])
                if module is not MISSING:
                    found[alias.asname or alias.name.split(".")[0]] = module
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            owner = loaded(node.module)
            for alias in node.names:
                if owner is MISSING:
                    continue
                value = vars(owner).get(alias.name, MISSING)
                value = loaded(f"{node.module}.{alias.name}") if value is MISSING else value
                if value is not MISSING:
                    found[alias.asname or alias.name] = value
    return found


def assigned(code: str) -> set[str]:
    names = {node.id for node in ast.walk(_parsed(code, code)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return names | set(re.findall(r"^\s*(?:async\s+def|def|class)\s+(\w+)", code, re.M)) | set(re.findall(r"^\s*(\w+)\s*=[^=]", code, re.M))


def _parsed(code: str, before: str):
    """The code's tree, without the line being typed when that does not parse yet."""
    lines = code.split("\n")
    at = before.count("\n")
    for attempt in (lines, [*lines[:at], "", *lines[at + 1 :]], lines[:at]):
        try:
            return ast.parse("\n".join(attempt), feature_version=None)
        except (SyntaxError, ValueError):
            continue
    return ast.Module([], [])
