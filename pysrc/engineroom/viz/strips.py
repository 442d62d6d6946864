"""Repeated measurements as dots in a row each: what a bar of their mean would hide."""

from collections.abc import Iterable, Mapping

from engineroom.errors import ShapeError
from engineroom.viz.check import Numbers, finite, numbers, rounded
from engineroom.viz.figure import HEAT, INK, RULE, SERIES, Figure


def strips(
    groups: Mapping[str, Numbers],
    title: str = "",
    value_label: str = "value",
    highlight: Iterable[object] | None = None,
    mark: float | None = None,
    each: str = "run",
) -> Figure:
    """One row for each entry of `groups`, a dict of name to numbers: a dot for every number, a stroke at their mean.

    highlight: names to draw in the hot colour, the others are grey. mark: a value to point at with a dashed line.
    each: what one dot is, for the hints and the table. Raises ShapeError for no groups, an empty one, or NaN; DTypeError.
    """
    if not groups:
        raise ShapeError("strips draws at least one group")
    groups = {str(name): finite(numbers(values, f"group {name!r}", ndim=1), f"group {name!r}") for name, values in groups.items()}
    hot = set(groups if highlight is None else map(str, highlight))
    dots = [
        {"i": i, "v": rounded(v), "hot": name in hot, "hint": f"{name}, {each} {n}: {rounded(v):g}"}
        for i, (name, values) in enumerate(groups.items())
        for n, v in enumerate(values, 1)
    ]
    means = [
        {"i": i, "v": rounded(values.mean()), "hint": f"{name}, mean: {rounded(values.mean()):g}"}
        for i, (name, values) in enumerate(groups.items())
    ]
    most = max(values.size for values in groups.values())
    x = {
        "field": "v",
        "type": "quantitative",
        "title": value_label,
        "scale": {"zero": False, "padding": 10},
        "axis": {"tickCount": 5, "domain": False},
    }
    y = {
        "field": "i",
        "type": "ordinal",
        "title": None,
        "axis": {
            "labelExpr": " : ".join(f"datum.value === {i} ? {name!r}" for i, name in enumerate(groups)) + " : ''",
            "labelColor": INK,
            "labelLimit": 170,
            "ticks": False,
            "domain": False,
            "grid": True,
            "gridColor": RULE,
            "labelOverlap": False,
            "labelFontSize": 14,
        },
    }
    hint = {"expr": "datum.hint"}
    colour = {"condition": {"test": "datum.hot", "value": HEAT}, "value": SERIES[5]}
    layers = [
        {
            "data": {"values": dots},
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.75, "stroke": None, "tooltip": hint},
            "encoding": {"x": x, "y": y, "fill": colour},
        },
        {
            "data": {"values": means},
            "mark": {"type": "tick", "thickness": 3, "height": 22, "fill": INK, "tooltip": hint},
            "encoding": {"x": x, "y": y},
        },
    ]
    if mark is not None:
        layers.append(
            {"data": {"values": [{"v": float(mark)}]}, "mark": {"type": "rule", "stroke": INK, "strokeDash": [3, 3]}, "encoding": {"x": x}}
        )
    return Figure(
        {"width": 330, "height": {"step": 30}, "layer": layers},
        title=title,
        description=f"{value_label}, a dot for each {each}: "
        + "; ".join(f"{name} {values.min():.4g} to {values.max():.4g}, mean {values.mean():.4g}" for name, values in groups.items())
        + ".",
        table=(
            ["", "mean", *(f"{each} {n}" for n in range(1, most + 1))],
            [[name, rounded(v.mean()), *map(rounded, v), *[""] * (most - v.size)] for name, v in groups.items()],
        ),
    )
