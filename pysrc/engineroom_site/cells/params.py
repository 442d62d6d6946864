"""The notebook form syntax: `name = value  # @param {type:"slider", min:0, max:5, step:1}`.

The kinds are slider, number, integer, boolean and string; a list, `# @param ["a", "b"]`, is a dropdown. The client reads the same
syntax in the page: tests/site/params_cases.json is what both must agree on. What may stand as a value says literals.py.
"""

import ast
import io
import math
import re
import tokenize
from typing import Any

from engineroom_site.cells import literals

_COMMENT = re.compile(r"#[ \t]*@param\b[ \t]*(?P<spec>.*)")
_LINE = re.compile(rf"(?P<name>[^\s:=#]+)[ \t]*(?::[^=#\"'\n]+)?=[ \t]*(?P<value>{literals.LITERAL})[ \t]*#")
_PAIR = re.compile(
    rf"""[ \t]*(?P<quote>["']?)(?P<key>[A-Za-z_][A-Za-z0-9_-]*)(?P=quote)[ \t]*:[ \t]*(?P<value>{literals.LITERAL}|(?:true|false)\b)[ \t]*(?:,|$)"""
)
_ITEM = re.compile(rf"[ \t]*(?P<value>{literals.LITERAL})[ \t]*(?:,|$)")
_KEYS = {
    "slider": {"min", "max", "step"},
    "number": {"min", "max", "step"},
    "integer": {"min", "max", "step"},
    "boolean": set(),
    "string": set(),
}


class ParamErrors(Exception):
    """Bad parameters: `errors` holds (line in the cell from 1, reason)."""

    def __init__(self, errors: list[tuple[int, str]]):
        self.errors = errors
        super().__init__("; ".join(f"line {line}: {reason}" for line, reason in errors))


def parse(code: str) -> list[dict[str, Any]]:
    """The parameters of a cell, in order: dicts of line, name, type, value, and min, max, step or options.

    Code that is not Python has none. Raises ParamErrors.
    """
    tokens = _tokens(code)
    comments = {
        token.start[0]: match["spec"].strip(" \t")
        for token in tokens
        if token.type == tokenize.COMMENT and (match := _COMMENT.match(token.string))
    }
    if not comments:
        return []
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return []
    assigned = {node.end_lineno: node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))}
    lines, starts = code.split("\n"), _starts(tokens)
    found, errors = [], []
    for line, spec in comments.items():
        try:
            found.append({"line": line, **_param(assigned.get(line), lines[line - 1] if line in starts else "", spec)})
        except ValueError as error:
            errors.append((line, str(error)))
    names = [param["name"] for param in found]
    errors += [(p["line"], f"two parameters are called {p['name']}") for i, p in enumerate(found) if p["name"] in names[:i]]
    if errors:
        raise ParamErrors(sorted(errors))
    return found


def _tokens(code: str) -> list[tokenize.TokenInfo]:
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            found.append(token)
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _starts(tokens: list[tokenize.TokenInfo]) -> set[int]:
    """The lines on which statements begin."""
    starts, begins = set(), True
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            begins = True
        elif begins and token.type not in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
            starts.add(token.start[0])
            begins = False
    return starts


def _param(node: ast.stmt | None, text: str, spec: str) -> dict[str, Any]:
    target = getattr(node, "target", None) or (node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None)
    if node is None or not isinstance(target, ast.Name) or node.lineno != node.end_lineno:
        raise ValueError("@param must stand behind “name = value” on one line, outside functions")
    written = _LINE.match(text)
    if not written:
        raise ValueError(f"the line of a @param must be “name = value” and nothing else, its value {literals.ALLOWED}")
    value = literals.read(written["value"])
    if spec.startswith("["):
        return {"name": target.id, "type": "dropdown", "value": value, "options": _options(spec, value)}
    return {"name": target.id, **_typed(_object(spec), value)}


def _options(spec: str, value: Any) -> list[Any]:
    options = [literals.read(item["value"]) for item in _sequence(_ITEM, spec, "]")]
    if not options:
        raise ValueError("the list must hold numbers, True, False or strings, and at least one")
    if twice := [option for i, option in enumerate(options) if option in options[:i]]:
        raise ValueError(f"{twice[0]!r} is in the list twice")
    if not any(option == value and type(option) is type(value) for option in options):
        raise ValueError(f"the value {value!r} is not in the list")
    return options


def _object(spec: str) -> dict[str, Any]:
    if not (spec.startswith("{") and spec.endswith("}")):
        raise ValueError('write @param {type:"slider", min:0, max:5, step:1} or @param ["a", "b"]')
    found: dict[str, Any] = {}
    for pair in _sequence(_PAIR, spec, "}"):
        if pair["key"] in found:
            raise ValueError(f"“{pair['key']}” is given twice")
        value = str(pair["value"])
        found[pair["key"]] = literals.read({"true": "True", "false": "False"}.get(value, value))
    return found


def _sequence(pattern: re.Pattern, spec: str, end: str) -> list[re.Match]:
    """What stands between the brackets, one after another."""
    body, at, found = spec[1:-1].rstrip(" \t"), 0, []
    if not spec.endswith(end) or len(spec) < 2:
        raise ValueError(f"cannot read {spec}")
    while at < len(body):
        match = pattern.match(body, at)
        if match is None:
            raise ValueError(f"cannot read “{body[at:].strip()}”: a value is {literals.ALLOWED}")
        found.append(match)
        at = match.end()
    return found


def _typed(given: dict[str, Any], value: Any) -> dict[str, Any]:
    kind = given.pop("type", None)
    if kind not in _KEYS:
        raise ValueError(f"the type must be one of {', '.join(_KEYS)}, or a list of choices")
    if unknown := sorted(set(given) - _KEYS[kind]):
        raise ValueError(f"a {kind} has no “{unknown[0]}”")
    wants = {"boolean": bool, "string": str, "integer": int}.get(kind, (int, float))
    if not isinstance(value, wants) or (isinstance(value, bool) and kind != "boolean"):
        raise ValueError(f"a {kind} cannot hold {value!r}")
    if not all(isinstance(limit, (int, float)) and not isinstance(limit, bool) for limit in given.values()):
        raise ValueError("min, max and step must be numbers")
    if kind == "slider" and not {"min", "max"} <= set(given):
        raise ValueError("a slider needs min and max")
    if kind == "integer" and not all(isinstance(limit, int) for limit in given.values()):
        raise ValueError("min, max and step of an integer must be whole numbers")
    if kind == "string" and re.search("[\n\r]", str(value)):
        raise ValueError("the field of a string has one line: write its line breaks into the code that uses it")
    low, high, step = given.get("min"), given.get("max"), given.get("step")
    if low is not None and high is not None and low >= high:
        raise ValueError("min must be less than max")
    if step is not None and step <= 0:
        raise ValueError("step must be more than 0")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"the value {value} is outside min and max")
    if kind == "slider":
        given.setdefault("step", 1)
        steps = (value - given["min"]) / given["step"]
        if not math.isfinite(steps) or abs(steps - round(steps)) > 1e-6:
            raise ValueError(f"the slider cannot stand at {value}: it moves from {low} in steps of {given['step']}")
    return {"type": kind, "value": value, **given}
