"""`Figure`, what every function here returns, and the look they share."""

from collections.abc import Iterable
from typing import Any

VEGA_LITE = "application/vnd.vegalite.v6+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

INK, MUTED, RULE, ACCENT, HEAT = (f"var(--er-{name})" for name in ("ink", "muted", "rule", "accent", "heat"))
SERIES = [f"var(--er-series-{i})" for i in range(1, 7)]

# Literal families, not variables: Vega measures text on a canvas, which cannot read CSS variables.
SANS = "'Source Sans 3 Variable', system-ui, sans-serif"

TEXT = {
    "labelColor": MUTED,
    "labelFont": SANS,
    "labelFontSize": 13,
    "titleColor": MUTED,
    "titleFont": SANS,
    "titleFontSize": 13,
    "titleFontWeight": "normal",
}
LOOK = {
    "background": "transparent",
    "padding": 4,
    # The whole figure is described once, and its numbers are a table beside it; its thousand marks are not worth hearing.
    "aria": False,
    "mark": {"aria": False},
    "font": SANS,
    "view": {"stroke": None},
    "axis": TEXT | {"domainColor": RULE, "tickColor": RULE, "gridColor": RULE, "gridOpacity": 0.6, "titlePadding": 8, "tickSize": 4},
    "legend": TEXT | {"orient": "top", "title": None, "symbolStrokeWidth": 3, "symbolType": "stroke", "offset": 6},
    "header": TEXT,
    "text": {"font": SANS, "fontSize": 13, "fill": INK},
}


type Spec = dict[str, Any]  # a part of a Vega-Lite specification


class Figure:
    """A Vega-Lite specification with the numbers it draws.

    title: one line, shown as the caption. description: what a reader who cannot see it should be told.
    table: (columns, rows) of the numbers drawn.
    """

    def __init__(self, spec: Spec, *, title: str, description: str, table: tuple[Iterable[object], Iterable[Iterable[Any]]]):
        columns, rows = table
        self.title, self.description = title, description
        self.table = {"columns": [str(name) for name in columns], "rows": [list(row) for row in rows]}
        self.spec = {
            "$schema": SCHEMA,
            "description": f"{title}. {description}" if title else description,
            "config": LOOK,
            "usermeta": {"engineroom": {"title": title, "description": description, "table": self.table}},
            **spec,
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None):
        return {VEGA_LITE: self.spec, "text/plain": repr(self)}

    def __repr__(self):
        """The figure's numbers as plain text: what a terminal shows."""
        cells = [self.table["columns"], *([plain(cell) for cell in row] for row in self.table["rows"])]
        widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
        lines = ("  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in cells)
        return "\n".join([self.title or self.description, *lines])


def plain(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def shade(field: str, largest: float) -> Spec:
    """A magnitude as opacity. At most 0.5, so that text on it keeps its contrast."""
    return {"field": field, "type": "quantitative", "legend": None, "scale": {"domain": [0, largest], "range": [0, 0.5]}}
