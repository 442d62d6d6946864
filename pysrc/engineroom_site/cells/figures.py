"""Vega-Lite figures as SVG, drawn at build, with a table of their numbers. The client writes the same markup after a run."""

import json
import re
from html import unescape
from typing import Any

import vl_convert
from markupsafe import Markup

from engineroom_quiz.authoring.markup import text
from engineroom_site.cells import figure_spec, marks, values
from engineroom_site.kept import kept

VERSION = "6.4"
MIMES = ("application/vnd.vegalite.v6+json", "application/vnd.vegalite.v5+json")
_ATTRIBUTE = re.compile(r'\b([a-z-]+)="([^"]*\([^"]*)"')


def figure(spec: dict[str, Any]) -> Markup:
    """The figure's HTML. Raises ValueError when the specification says what no figure may, or Vega-Lite refuses it."""
    if wrong := figure_spec.refused(spec):
        raise ValueError(f"a figure may not say “{wrong}” here")
    about = spec.get("usermeta", {}).get("engineroom", {})
    title, table = about.get("title", ""), about.get("table")
    return _FIGURE.format(
        label=spec.get("description") or title or "Figure", svg=svg(spec), table=data_table(table) if table else "",
        caption=Markup("<figcaption>{}</figcaption>").format(title) if title else "", spec=text(json.dumps(spec, ensure_ascii=False)),
    )  # fmt: skip


_FIGURE = Markup(
    '<figure class="live-out" data-kind="vega"><div class="live-figure" role="img" aria-label="{label}">{svg}</div>{caption}{table}'
    '<template class="live-spec">{spec}</template></figure>'
)


def svg(spec: dict[str, Any]) -> Markup:
    """The drawing: as wide as there is room for, its ids its own."""
    written = json.dumps(spec)
    try:
        drawn = _drawn(written)
    except ValueError as error:
        raise ValueError(f"Vega-Lite cannot draw this figure: {_reason(str(error))}") from None
    for name, value in set(_ATTRIBUTE.findall(drawn)):
        if not name.startswith("aria-") and values.local(unescape(value), "") is None:
            raise ValueError(f"a figure may not refer to anything outside itself, as {name} “{unescape(value)}” does")
    mark = marks.mark("figure", written)
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{mark}\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}\1)", drawn)
    return Markup(re.sub(r'\s(?:role|aria-[a-z]+)="[^"]*"', "", drawn))


@kept
def _drawn(spec: str) -> str:
    return vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])  # nothing is fetched


def _reason(said: str) -> str:
    """The tool's message without the places in its own code."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.strip().startswith("at ")]
    return lines[-1] if lines else "it gives no reason"


def data_table(table: dict[str, Any]) -> Markup:
    """The figure's numbers, folded."""
    head = Markup().join(Markup('<th scope="col">{}</th>').format(name) for name in table["columns"])
    rows = (Markup().join(Markup("<td>{}</td>").format(shown(value)) for value in row) for row in table["rows"])
    return _TABLE.format(head, Markup().join(map(Markup("<tr>{}</tr>").format, rows)))


_TABLE = Markup(
    '<details class="live-data"><summary>Data table</summary><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></details>'
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
