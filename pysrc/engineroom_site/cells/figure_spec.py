"""What a Vega-Lite specification may say: to draw its own numbers, in its own place. The client asks the same, in output/figure-spec.ts."""

import json
import re
from pathlib import Path
from typing import Any

type Rules = dict[str, list[str]]

_ALLOWED = json.loads(Path(__file__).with_name("allowed_figure.json").read_text(encoding="utf-8"))
_ANYWHERE: Rules = {"names": _ALLOWED["names"], "free": _ALLOWED["free"]}
_INSIDE: dict[str, Rules] = _ALLOWED["inside"]
_STRINGS = {name: re.compile(value) for name, value in _ALLOWED["strings"].items()}


def refused(spec: Any) -> str | None:
    """What `spec` says that no figure may, as the path to it: a name that is not allowed, or the name of a value that is not."""
    return _object(spec, _ANYWHERE, "")


def _object(value: Any, rules: Rules, path: str) -> str | None:
    if isinstance(value, list):
        return next((found for each in value if (found := _object(each, rules, path))), None)
    if not isinstance(value, dict):
        return None
    return next((found for name, each in value.items() if (found := _member(name, each, rules, f"{path}.{name}".lstrip(".")))), None)


def _member(name: str, value: Any, rules: Rules, path: str) -> str | None:
    if name in rules["free"]:
        return None
    if name not in rules["names"]:
        return path
    if name == "name" and rules is _INSIDE["params"] and not (isinstance(value, str) and value not in _ALLOWED["signals"]):
        return path
    if name in _STRINGS:
        if isinstance(value, str):
            return None if _STRINGS[name].fullmatch(value) else path
        if isinstance(value, dict | list) and name not in _ALLOWED["objects"]:
            return path
    return _object(value, _INSIDE.get(name, _ANYWHERE), path)
