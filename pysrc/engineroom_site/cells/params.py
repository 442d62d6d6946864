"""The notebook form syntax: `name = value  # @param {type:"slider", min:0, max:5, step:1}`.

The kinds are slider, number, integer, boolean and string; a list, `# @param ["a", "b"]`, is a dropdown. The client reads the same
syntax in the page: tests/site/params_cases.json is what both must agree on.
"""

import ast
import io
import re
import tokenize
from typing import Any

_COMMENT = re.compile(r"^#\s*@param\b\s*(?P<spec>.*?)\s*$")
_PAIR = re.compile(
    r"""\s*(?P<quote>["']?)(?P<key>[A-Za-z_][\w-]*)(?P=quote)\s*:\s*"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|true|false|True|False)\s*(?P<end>,|$)"""
)
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
    comments = {line: match["spec"] for line, text in _comments(code) if (match := _COMMENT.match(text))}
    if not comments:
        return []
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []
    assigned = {node.end_lineno: node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))}
    found, errors = [], []
    for line, spec in comments.items():
        try:
            found.append({"line": line, **_param(assigned.get(line), spec)})
        except ValueError as error:
            errors.append((line, str(error)))
    names = [param["name"] for param in found]
    errors += [(p["line"], f"two parameters are called {p['name']}") for i, p in enumerate(found) if p["name"] in names[:i]]
    if errors:
        raise ParamErrors(sorted(errors))
    return found


def _comments(code: str):
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _param(node: ast.stmt | None, spec: str) -> dict[str, Any]:
    target = getattr(node, "target", None) or (node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None)
    if not isinstance(target, ast.Name) or node.lineno != node.end_lineno:
        raise ValueError("@param must stand behind “name = value” on one line, outside functions")
    try:
        value = ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError):
        raise ValueError("the value of a @param must be a number, True, False or a string, written out") from None
    if not isinstance(value, (bool, int, float, str)):
        raise ValueError("the value of a @param must be a number, True, False or a string, written out")
    if spec.startswith("["):
        return {"name": target.id, "type": "dropdown", "value": value, "options": _options(spec, value)}
    return {"name": target.id, **_typed(_object(spec), value)}


def _options(spec: str, value: Any) -> list[Any]:
    try:
        options = ast.literal_eval(spec)
    except (ValueError, SyntaxError):
        raise ValueError(f"cannot read the list {spec}") from None
    if not options or not all(isinstance(option, (bool, int, float, str)) for option in options):
        raise ValueError("the list must hold numbers, True, False or strings, and at least one")
    if not any(option == value and type(option) is type(value) for option in options):
        raise ValueError(f"the value {value!r} is not in the list")
    return options


def _object(spec: str) -> dict[str, Any]:
    if not (spec.startswith("{") and spec.endswith("}")):
        raise ValueError('write @param {type:"slider", min:0, max:5, step:1} or @param ["a", "b"]')
    body, at, found = spec[1:-1].strip(), 0, {}
    while at < len(body):
        pair = _PAIR.match(body, at)
        if pair is None:
            raise ValueError(f"cannot read “{body[at:].strip()}”")
        if pair["key"] in found:
            raise ValueError(f"“{pair['key']}” is given twice")
        found[pair["key"]] = ast.literal_eval({"true": "True", "false": "False"}.get(pair["value"], pair["value"]))
        at = pair.end()
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
    low, high, step = given.get("min"), given.get("max"), given.get("step")
    if low is not None and high is not None and low >= high:
        raise ValueError("min must be less than max")
    if step is not None and step <= 0:
        raise ValueError("step must be more than 0")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"the value {value} is outside min and max")
    if kind == "slider":
        given.setdefault("step", 1)
        steps = (value - low) / given["step"]
        if abs(steps - round(steps)) > 1e-6:
            raise ValueError(f"the slider cannot stand at {value}: it moves from {low} in steps of {given['step']}")
    return {"type": kind, "value": value, **given}
