"""Attributes of outputs whose values CSS reads, parsed as CSS does. The client does the same, in output/values.ts."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import tinycss2
from tinycss2 import ast

_ALLOWED = json.loads(Path(__file__).with_name("allowed_html.json").read_text(encoding="utf-8"))
_FUNCTIONS = set(_ALLOWED["functions"])
_REFERENCE = re.compile("#(" + _ALLOWED["name"] + ")")
_REFUSED = (ast.URLToken, ast.AtKeywordToken, ast.ParseError, ast.CurlyBracketsBlock)


def local(value: str, mark: str) -> str | None:
    """`value` with its references led to names that begin with `mark`. None when it calls what is not allowed, or leads elsewhere."""
    if "(" not in value:  # without one, CSS reads no function and no address
        return value
    nodes = [_led(node, mark) for node in tinycss2.parse_component_value_list(value)]
    return tinycss2.serialize(nodes) if all(map(_allowed, nodes)) else None


class _Reference(ast.URLToken):
    """To something within the output."""


def _led(node: ast.Node, mark: str) -> ast.Node:
    found = _REFERENCE.fullmatch(_address(node) or "")
    if found is None:
        return node
    return _Reference(node.source_line, node.source_column, f"#{mark}{found[1]}", f"url(#{mark}{found[1]})")


def _address(node: ast.Node) -> str | None:
    if isinstance(node, ast.URLToken):
        return node.value
    if isinstance(node, ast.FunctionBlock) and node.lower_name == "url":
        said = [each for each in node.arguments if not isinstance(each, ast.WhitespaceToken)]
        return said[0].value if len(said) == 1 and isinstance(said[0], ast.StringToken) else None
    return None


def _allowed(node: ast.Node) -> bool:
    if isinstance(node, _Reference):
        return True
    if isinstance(node, ast.FunctionBlock) and node.lower_name not in _FUNCTIONS:
        return False
    inside: Iterable[ast.Node] = getattr(node, "arguments", None) or getattr(node, "content", None) or ()
    return not isinstance(node, _REFUSED) and all(map(_allowed, inside))
