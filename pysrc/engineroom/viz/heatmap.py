"""Matrices as shaded squares: `heatmap` for one, `heads` for every head of every layer."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engineroom.errors import ShapeError
from engineroom.viz.check import Numbers, finite, labels, numbers, rounded
from engineroom.viz.figure import HEAT, INK, MUTED, RULE, SERIES, Figure, Spec, shade

WIDTH = 340  # pixels for the squares of one matrix: fits a narrow phone
NUMBERED = 8  # up to this many columns, every square shows its number
SHADES = {0.1: 0.22, 0.25: 0.45, 0.5: 0.75, 0.75: 1.0}  # the opacity of a thumbnail's weights from there on


def heatmap(
    values: Numbers,
    rows: Iterable[object] | None = None,
    columns: Iterable[object] | None = None,
    title: str = "Values",
    row_label: str = "query",
    column_label: str = "key",
    digits: int = 2,
) -> Figure:
    """A matrix, one hue, darker for larger; negative numbers in a second hue. Hover a row to single it out.

    values (n_rows, n_columns), finite, or −∞ for what a mask hides (left blank). rows, columns: their labels.
    Raises ShapeError, DTypeError.
    """
    values = numbers(values, "values", ndim=2)
    hidden = np.isneginf(values)
    finite(np.where(hidden, 0, values), "values")
    n_rows, n_columns = values.shape
    rows, columns = labels(rows, n_rows, "rows"), labels(columns, n_columns, "columns")
    largest = float(np.abs(np.where(hidden, 0, values)).max()) or 1.0
    cells = [
        {"r": r, "c": c, "row": rows[r], "column": columns[c], "v": None if hidden[r, c] else rounded(values[r, c])}
        for r in range(n_rows)
        for c in range(n_columns)
    ]
    for cell in cells:
        cell["size"] = abs(cell["v"] or 0.0)
        # A plain 0 is exactly nothing; 0.00 is rounded.
        cell["shown"] = "" if cell["v"] is None else f"{cell['v']:.{digits}f}".replace("-", "−") if cell["v"] else "0"
    side = max(14, min(56, WIDTH // n_columns))
    return Figure(
        matrix(cells, rows, columns, side, largest, row_label, column_label, numbered=n_columns <= NUMBERED),
        title=title,
        description=f"{n_rows} by {n_columns}: {row_label} down, {column_label} across; from {values[~hidden].min():.3g} to {values.max():.3g}."
        if not hidden.all()
        else "Everything is masked.",
        table=(
            ["", *columns],
            [[name, *("−∞" if h else rounded(v) for v, h in zip(line, gone))] for name, line, gone in zip(rows, values, hidden)],
        ),
    )


def matrix(
    cells: Sequence[Spec],
    rows: Sequence[str],
    columns: Sequence[str],
    side: int,
    largest: float,
    row_label: str,
    column_label: str,
    numbered: bool,
) -> Spec:
    def axis(field: str, names: Sequence[str], title: str, **more: Any) -> Spec:
        named = " : ".join(f"datum.value === {i} ? {name!r}" for i, name in enumerate(names)) + " : ''"
        return {
            "field": field,
            "type": "ordinal",
            "title": title,
            "axis": {"labelExpr": named, "domain": False, "ticks": False, "labelLimit": 110, "labelColor": INK, "labelOverlap": False}
            | more,
        }

    longest = max(map(len, columns))
    turned = {"orient": "top", "labelAngle": 0 if longest * 8 < side else -50, "labelAlign": "center" if longest * 8 < side else "left"}
    layers = [
        {
            "params": [{"name": "row", "select": {"type": "point", "fields": ["r"], "on": "pointerover", "clear": "pointerout"}}],
            "mark": {
                "type": "rect",
                "cornerRadius": 2,
                "strokeWidth": 1,
                "tooltip": {"expr": "datum.row + ' → ' + datum.column + '  ' + datum.v"},
            },
            "encoding": {
                "fill": {"condition": {"test": "datum.v < 0", "value": SERIES[2]}, "value": HEAT},
                "fillOpacity": shade("size", largest),
                "stroke": {"condition": {"param": "row", "empty": False, "value": INK}, "value": RULE},
            },
        }
    ]
    if numbered:
        layers.append({"mark": {"type": "text", "fontSize": 13}, "encoding": {"text": {"field": "shown"}}})
    return {
        "width": side * len(columns),
        "height": side * len(rows) if numbered else max(18, side) * len(rows),
        "data": {"values": cells},
        "encoding": {"x": axis("c", columns, column_label, **turned), "y": axis("r", rows, row_label)},
        "layer": layers,
    }


def heads(weights: Numbers, tokens: Iterable[object] | None = None, title: str = "Every head", panel: int = 35) -> Figure:
    """All heads' weights as thumbnails: layers down, heads across, in four shades.

    weights (n_layers, n_heads, n, n) as `Trace.attentions`. tokens: n strings, named in the description. Weights under
    0.1 are left blank; the table has where each head's weight goes on average. Raises ShapeError, DTypeError.
    """
    weights = finite(numbers(weights, "weights", ndim=4), "weights")
    n_layers, n_heads, n, n_keys = weights.shape
    if n != n_keys:
        raise ShapeError(f"heads draws square maps, not {n} by {n_keys}")
    tokens = labels(tokens, n, "tokens")
    places = [(layer, head) for layer in range(n_layers) for head in range(n_heads)]
    summary = [[*place, *(rounded(share) for share in shares(weights[place]))] for place in places]
    return Figure(
        thumbnails(weights, summary, panel),
        title=title,
        description=f"{n_layers} layers by {n_heads} heads, each a map of {n} by {n} weights: the word that looks down, the word "
        f"looked at across. The words: {' '.join(tokens)}",
        table=(["layer", "head", "on itself", "on the word before", "on the word after", "on the first token"], summary),
    )


def shares(weights: np.ndarray) -> list[float]:
    """The mean weight a head gives to: the same position, the one before, the one after, the first."""
    n = weights.shape[0]
    beside = [float(np.diagonal(weights, offset).mean()) if n > 1 else 0.0 for offset in (-1, 1)]
    return [float(np.diagonal(weights).mean()), *beside, float(weights[:, 0].mean())]


def thumbnails(weights: np.ndarray, summary: Sequence[Sequence[Any]], panel: int) -> Spec:
    """Everything placed in pixels, with room for the names on the left and on top."""
    n_layers, n_heads, n, _ = weights.shape
    margin, step = 24, panel + 5
    corners = [{"x": margin + head * step, "y": margin + layer * step} for layer, head, *_ in summary]
    shaded = [
        corner | {"shade": shade, "squares": outline((low <= weights[layer, head]) & (weights[layer, head] < high))}
        for corner, (layer, head, *_) in zip(corners, summary)
        for low, high, shade in zip(SHADES, [*list(SHADES)[1:], np.inf], SHADES.values())
    ]
    frames = [
        corner
        | {
            "right": corner["x"] + panel,
            "below": corner["y"] + panel,
            "hint": f"layer {layer}, head {head}: itself {itself:.2f}, before {before:.2f}, after {after:.2f}, first {first:.2f}",
        }
        for corner, (layer, head, itself, before, after, first) in zip(corners, summary)
    ]
    names = [{"x": margin + head * step + panel / 2, "y": margin - 10, "text": f"h{head}"} for head in range(n_heads)]
    names += [{"x": margin - 12, "y": margin + layer * step + panel / 2, "text": f"L{layer}"} for layer in range(n_layers)]

    def at(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "scale": None, "axis": None}

    place = {"x": at("x"), "y": at("y")}
    as_given = {"scale": None, "legend": None}
    return {
        "width": n_heads * step + margin,
        "height": n_layers * step + margin,
        "layer": [
            {
                "data": {"values": [item for item in shaded if item["squares"]]},
                # One mark for all squares of a shade: a shape's unit is half the root of its size.
                "mark": {"type": "point", "filled": True, "fill": HEAT, "stroke": None, "opacity": 1, "size": (2 * panel / n) ** 2},
                "encoding": place
                | {
                    "shape": {"field": "squares", "type": "nominal"} | as_given,
                    "fillOpacity": {"field": "shade", "type": "quantitative"} | as_given,
                },
            },
            {
                "data": {"values": frames},
                "mark": {"type": "rect", "fill": "transparent", "stroke": RULE, "tooltip": {"expr": "datum.hint"}},
                "encoding": place | {"x2": {"field": "right"}, "y2": {"field": "below"}},
            },
            {
                "data": {"values": names},
                "mark": {"type": "text", "fontSize": 14, "fill": MUTED},
                "encoding": place | {"text": {"field": "text"}},
            },
        ],
    }


def outline(squares: np.ndarray) -> str:
    """An SVG path around the True squares of a map, each one unit wide; neighbours in a column are one piece."""
    path = []
    for column, line in enumerate(squares.T):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        path += [f"M{column},{top}h1v{bottom - top}h-1z" for top, bottom in edges.reshape(-1, 2)]
    return "".join(path)
