"""Completions: names in scope, attributes, modules to import and the arguments of a call.

Everything is looked up without running any of the reader's code: attributes are read statically, so no property is called.
"""

import builtins
import contextlib
import inspect
import keyword
import pkgutil
import re
import sys
import types
from collections.abc import Mapping
from typing import Any

from engineroom.kernel.scope import MISSING, assigned, imports, loaded, resolve

_CHAIN = re.compile(r"((?:[^\W\d]\w*\s*\.\s*)*)([^\W\d]\w*)?\Z")
_IMPORT = re.compile(r"^\s*import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*([\w.]*)\Z")
_FROM = re.compile(r"^\s*from\s+([\w.]*)\Z")
_FROM_IMPORT = re.compile(r"^\s*from\s+([\w.]+)\s+import\s+\(?(?:[\w\s]+,\s*)*(\w*)\Z", re.S)
_LIMIT = 200

type Completion = dict[str, Any]


def complete(code: str, cursor: int, namespace: Mapping[str, Any]) -> list[Completion]:
    """Completions at `cursor` (in characters) of `code`, best first.

    Each is {"label", "type", "detail" (signature or type), "info" (first line of the docstring), "from"}.
    """
    before = code[:cursor]
    line = before.rpartition("\n")[2]
    if _in_string_or_comment(line):
        return []
    if match := _FROM_IMPORT.match(line):
        return _members(loaded(match[1]), match[2], cursor, submodules=True)
    if match := _IMPORT.match(line) or _FROM.match(line):
        return _modules(match[1], cursor)
    chained = _CHAIN.search(before)
    chain, word = chained.groups("") if chained else ("", "")
    scope = {**imports(code, before), **namespace}
    if chain:
        return _members(resolve(re.sub(r"\s", "", chain).rstrip("."), scope), word, cursor)
    found = _arguments(before[: len(before) - len(word)], scope, word, cursor)
    if not word and not found:
        return []
    return (found + _names(code, scope, word, cursor))[:_LIMIT]


def _names(code: str, scope: Mapping[str, Any], word: str, cursor: int):
    names = {name: value for name, value in scope.items() if not name.startswith("__")}
    found = [_item(name, value, cursor - len(word)) for name, value in names.items() if _fits(name, word)]
    later = {name for name in assigned(code) if name not in names and _fits(name, word) and name != word}
    found += [_plain(name, "variable", "", cursor - len(word)) for name in later]
    found.sort(key=_order)
    known = {item["label"] for item in found}
    base = [
        _item(name, value, cursor - len(word))
        for name, value in vars(builtins).items()
        if _fits(name, word) and name not in known and not name.startswith("_")
    ]
    words = [_plain(name, "keyword", "", cursor - len(word)) for name in keyword.kwlist if _fits(name, word)]
    return found + sorted(base, key=_order) + words


def _members(owner: Any, word: str, cursor: int, submodules: bool = False):
    if owner is MISSING:
        return []
    start = cursor - len(word)
    names = {}
    if isinstance(owner, types.ModuleType):
        public = getattr(owner, "__all__", None)
        names = {name: value for name, value in vars(owner).items() if public is None or name in public or word}
        if public is not None:
            names |= {name: MISSING for name in public if name not in names}
        if submodules and hasattr(owner, "__path__"):
            names |= {info.name: MISSING for info in pkgutil.iter_modules(owner.__path__) if info.name not in names}
    else:
        for holder in reversed(type.mro(owner) if isinstance(owner, type) else type(owner).__mro__):
            names |= vars(holder)
        if not isinstance(owner, type):
            with contextlib.suppress(AttributeError):
                names |= object.__getattribute__(owner, "__dict__")
    chosen = [name for name in names if isinstance(name, str) and _fits(name, word) and (word.startswith("_") or not name.startswith("_"))]
    return sorted((_item(name, names[name], start) for name in chosen), key=_order)[:_LIMIT]


def _modules(path: str, cursor: int):
    parent, _, word = path.rpartition(".")
    start = cursor - len(word)
    if parent:
        module = loaded(parent)
        names = [info.name for info in pkgutil.iter_modules(module.__path__)] if hasattr(module, "__path__") else []
    else:
        names = ["engineroom", "numpy", *sorted(name for name in sys.stdlib_module_names if not name.startswith("_"))]
    return [_plain(name, "module", "", start) for name in names if _fits(name, word) and not name.startswith("_")][:_LIMIT]


def _arguments(before: str, scope: Mapping[str, Any], word: str, cursor: int):
    """The parameters of the call that the cursor stands in, as `name=`."""
    name = _open_call(before)
    if not name:
        return []
    function = resolve(name, scope)
    if function is MISSING or not callable(function):
        return []
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    taken = set(re.findall(r"(\w+)\s*=", before.rpartition(name)[2]))
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name not in taken]
    return [
        _plain(f"{p.name}=", "parameter", "" if p.default is p.empty else f"= {_short(p.default)}", cursor - len(word))
        for p in named
        if _fits(p.name, word)
    ]


def _open_call(before: str):
    depth = 0
    for index in range(len(before) - 1, max(-1, len(before) - 2000), -1):
        character = before[index]
        if character in ")]}":
            depth += 1
        elif character in "([{":
            if depth == 0:
                match = re.search(r"([^\W\d][\w.]*)\s*\Z", before[:index])
                return match[1] if character == "(" and match else None
            depth -= 1
    return None


def _in_string_or_comment(line: str):
    quote = None
    for index, character in enumerate(line):
        if quote:
            if character == quote and line[index - 1] != "\\":
                quote = None
        elif character in "\"'":
            quote = character
        elif character == "#":
            return True
    return quote is not None


def _fits(name: str, word: str):
    return name.lower().startswith(word.lower())


def _order(item: Completion):
    return item["label"].startswith("_"), item["label"].lower()


def _plain(label: str, kind: str, detail: str, start: int):
    return {"label": label, "type": kind, "detail": detail, "info": "", "from": start}


def _item(name: str, value: Any, start: int):
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if value is MISSING:
        return _plain(name, "module", "", start)
    if isinstance(value, types.ModuleType):
        kind, detail = "module", value.__name__
    elif isinstance(value, property) or inspect.isdatadescriptor(value):
        kind, detail = "property", ""
    elif isinstance(value, type):
        kind, detail = "class", _signature(value)
    elif callable(value) and (inspect.isroutine(value) or inspect.isfunction(getattr(type(value), "__call__", None))):  # noqa: B004
        kind, detail = "function", _signature(value)
    else:
        kind, detail = "variable", type(value).__name__
    return {"label": name, "type": kind, "detail": detail, "info": _first_line(value) if kind != "variable" else "", "from": start}


def _signature(value: Any):
    try:
        return str(inspect.signature(value))
    except (TypeError, ValueError):
        return ""


def _first_line(value: Any):
    doc = inspect.getattr_static(value, "__doc__", None)
    if not isinstance(doc, str):
        doc = getattr(value, "__doc__", None) if inspect.isroutine(value) or isinstance(value, type) else None
    return inspect.cleandoc(doc).partition("\n")[0] if isinstance(doc, str) else ""


def _short(value: Any):
    shown = repr(value) if isinstance(value, (int, float, str, bool, type(None), tuple)) else type(value).__name__
    return shown if len(shown) <= 30 else shown[:29] + "…"
