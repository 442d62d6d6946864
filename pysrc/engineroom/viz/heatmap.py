"""Matrices as shaded squares: `heatmap` for one, `heads` for every head of every layer."""

import numpy as np

from engineroom.errors import ShapeError
from engineroom.viz.check import finite, labels, numbers, rounded
from engineroom.viz.figure import HEAT, INK, MUTED, RULE, SERIES, Figure, shade

WIDTH = 340  # pixels for the squares of one matrix: fits a narrow phone
NUMBERED = 8  # up to this many columns, every square shows its number


def heatmap(values, rows=None, columns=None, title="Values", row_label="query", column_label="key", digits=2):
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
        for r in range(n_rows) for c in range(n_columns)
    ]
    for cell in cells:
        cell["size"] = abs(cell["v"] or 0.0)
    side = max(14, min(56, WIDTH // n_columns))
    return Figure(
        matrix(cells, rows, columns, side, largest, row_label, column_label, f".{digits}f" if n_columns <= NUMBERED else None),
        title=title,
        description=f"{n_rows} by {n_columns}: {row_label} down, {column_label} across; from {values[~hidden].min():.3g} to {values.max():.3g}."
        if not hidden.all() else "Everything is masked.",
        table=(["", *columns], [[name, *("−∞" if h else rounded(v) for v, h in zip(line, gone))] for name, line, gone in zip(rows, values, hidden)]),
    )


def matrix(cells, rows, columns, side, largest, row_label, column_label, digits):
    def axis(field, names, title, **more):
        named = " : ".join(f"datum.value === {i} ? {name!r}" for i, name in enumerate(names)) + " : ''"
        return {"field": field, "type": "ordinal", "title": title, "axis": {
            "labelExpr": named, "domain": False, "ticks": False, "labelLimit": 110, "labelColor": INK, "labelOverlap": False} | more}

    longest = max(map(len, columns))
    turned = {"orient": "top", "labelAngle": 0 if longest * 8 < side else -50, "labelAlign": "center" if longest * 8 < side else "left"}
    layers = [{
        "params": [{"name": "row", "select": {"type": "point", "fields": ["r"], "on": "pointerover", "clear": "pointerout"}}],
        "mark": {"type": "rect", "cornerRadius": 2, "strokeWidth": 1, "tooltip": {"expr": "datum.row + ' → ' + datum.column + '  ' + datum.v"}},
        "encoding": {
            "fill": {"condition": {"test": "datum.v < 0", "value": SERIES[2]}, "value": HEAT},
            "fillOpacity": shade("size", largest),
            "stroke": {"condition": {"param": "row", "empty": False, "value": INK}, "value": RULE},
        },
    }]
    if digits:
        layers.append({
            "mark": {"type": "text", "fontSize": 13},
            "encoding": {"text": {"condition": {"test": "datum.v !== null", "field": "v", "format": digits}, "value": ""}},
        })
    return {
        "width": side * len(columns), "height": side * len(rows) if digits else max(18, side) * len(rows),
        "data": {"values": cells},
        "encoding": {"x": axis("c", columns, column_label, **turned), "y": axis("r", rows, row_label)},
        "layer": layers,
    }


def heads(weights, tokens=None, title="Every head", panel=35):
    """All heads' weights as thumbnails: layers down, heads across.

    weights (n_layers, n_heads, n, n) as `Trace.attentions`. tokens: n strings, for the hints. Weights under 0.05 are left
    out of the drawing; the table has, for each head, the place its weight goes on average. Raises ShapeError, DTypeError.
    """
    weights = finite(numbers(weights, "weights", ndim=4), "weights")
    n_layers, n_heads, n, n_keys = weights.shape
    if n != n_keys:
        raise ShapeError(f"heads draws square maps, not {n} by {n_keys}")
    tokens = labels(tokens, n, "tokens")
    gap, dot = 5, panel / n
    squares = [
        {"layer": layer, "head": head, "from": tokens[q], "to": tokens[k], "w": rounded(weights[layer, head, q, k]),
         "x": rounded(head * (panel + gap) + k * dot), "y": rounded(layer * (panel + gap) + q * dot)}
        for layer, head, q, k in np.argwhere(weights >= 0.05).tolist()
    ]
    frames = [{"x": h * (panel + gap), "y": l * (panel + gap)} for l in range(n_layers) for h in range(n_heads)]
    summary = [[layer, head, *(rounded(share) for share in shares(weights[layer, head]))] for layer in range(n_layers) for head in range(n_heads)]
    return Figure(
        thumbnails(squares, frames, n_layers, n_heads, panel, gap, dot),
        title=title,
        description=f"{n_layers} layers by {n_heads} heads, each a map of {n} by {n} weights: the word that looks down, the word looked at across.",
        table=(["layer", "head", "on itself", "on the word before", "on the word after", "on the first token"], summary),
    )


def shares(weights):
    """The mean weight a head gives to: the same position, the one before, the one after, the first."""
    n = weights.shape[0]
    beside = [float(np.diagonal(weights, offset).mean()) if n > 1 else 0.0 for offset in (-1, 1)]
    return [float(np.diagonal(weights).mean()), *beside, float(weights[:, 0].mean())]


def thumbnails(squares, frames, n_layers, n_heads, panel, gap, dot):
    """Everything placed in pixels, with room for the names on the left and on top."""
    margin = 24

    def at(field, axis=True):
        return {"field": field} | ({"type": "quantitative", "scale": None, "axis": None} if axis else {})

    def box(side):
        corner = {"x": margin, "y": margin, "x2": margin + side, "y2": margin + side}
        return {
            "transform": [{"calculate": f"datum.{name[0]} + {shift:.4g}", "as": f"{name}_"} for name, shift in corner.items()],
            "encoding": {"x": at("x_"), "y": at("y_"), "x2": at("x2_", False), "y2": at("y2_", False)},
        }

    step, half = panel + gap, panel / 2
    names = [{"x": margin + h * step + half, "y": margin - 10, "text": f"h{h}"} for h in range(n_heads)]
    names += [{"x": margin - 12, "y": margin + layer * step + half, "text": f"L{layer}"} for layer in range(n_layers)]
    maps = box(dot)
    maps["encoding"]["fillOpacity"] = {"field": "w", "type": "quantitative", "legend": None, "scale": {"domain": [0, 1], "range": [0.1, 1]}}
    hint = "'layer ' + datum.layer + ' head ' + datum.head + ': ' + datum.from + ' → ' + datum.to + '  ' + datum.w"
    return {
        "width": n_heads * step + margin, "height": n_layers * step + margin,
        "layer": [
            box(panel) | {"data": {"values": frames}, "mark": {"type": "rect", "fill": None, "stroke": RULE}},
            maps | {"data": {"values": squares}, "mark": {"type": "rect", "fill": HEAT, "tooltip": {"expr": hint}}},
            {"data": {"values": names}, "mark": {"type": "text", "fontSize": 14, "fill": MUTED},
             "encoding": {"x": at("x"), "y": at("y"), "text": {"field": "text"}}},
        ],
    }
