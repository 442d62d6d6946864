"""Vega-Lite figures as SVG, drawn at build, with a table of their numbers. The client writes the same markup after a run."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from itertools import count
from typing import Any

import vl_convert

from engineroom_site.kept import kept

VERSION = "6.4"
MIMES = ("application/vnd.vegalite.v6+json", "application/vnd.vegalite.v5+json")
_SAME: dict[str, Iterator[int]] = defaultdict(count)


def figure(spec: dict[str, Any]) -> str:
    """The figure's HTML. Raises ValueError when Vega-Lite refuses the specification."""
    about = spec.get("usermeta", {}).get("engineroom", {})
    title, table = about.get("title", ""), about.get("table")
    label = spec.get("description") or title or "Figure"
    caption = f"<figcaption>{escape(title)}</figcaption>" if title else ""
    return (
        '<figure class="live-out" data-kind="vega">'
        f'<div class="live-figure" role="img" aria-label="{escape(label)}">{svg(spec)}</div>{caption}{data_table(table) if table else ""}'
        f'<template class="live-spec">{escape(json.dumps(spec, ensure_ascii=False), quote=False)}</template></figure>'
    )


def svg(spec: dict[str, Any]) -> str:
    """The drawing: as wide as there is room for, its ids its own."""
    written = json.dumps(spec)
    try:
        drawn = _drawn(written)
    except ValueError as error:
        raise ValueError(f"Vega-Lite cannot draw this figure: {_reason(str(error))}") from None
    # Of the figure itself, so that a page drawn alone is the page of the whole build; the same one again has another.
    mark = f"figure-{hashlib.sha256(written.encode()).hexdigest()[:8]}-{next(_SAME[written])}-"
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{mark}\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}\1)", drawn)
    return re.sub(r'\s(?:role|aria-[a-z]+)="[^"]*"', "", drawn)


@kept
def _drawn(spec: str) -> str:
    return vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])  # nothing is fetched


def _reason(said: str) -> str:
    """The tool's message without the places in its own code."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.strip().startswith("at ")]
    return lines[-1] if lines else "it gives no reason"


def data_table(table: dict[str, Any]) -> str:
    """The figure's numbers, folded."""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in table["columns"])
    rows = "".join("<tr>" + "".join(f"<td>{escape(shown(value))}</td>" for value in row) + "</tr>" for row in table["rows"])
    return (
        '<details class="live-data"><summary>Data table</summary>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def shown(value: Any) -> str:
    """A value as JavaScript prints it, so that build and page agree."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)
