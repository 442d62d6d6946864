"""Pairs of numbers as hands on dials: what RoPE turns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from engineroom.errors import ShapeError
from engineroom.viz.check import Numbers, finite, labels, numbers, rounded
from engineroom.viz.figure import INK, MUTED, RULE, SERIES, Figure, Spec

ACROSS = 4  # dials in a row: fits a narrow phone
STEP, RADIUS, BELOW = 84, 34, 20  # pixels: from dial to dial, of a dial, for its name


def dials(hands: Mapping[str, Numbers], names: Iterable[object] | None = None, title: str = "Hands") -> Figure:
    """A dial for each pair of numbers, and on it a hand for each entry of `hands`, from the middle to (first, second).

    hands: {name: (n, 2)}, one to three; each name's longest hand reaches the rim. names: n labels, one for each dial.
    Raises ShapeError, DTypeError.
    """
    if not 1 <= len(hands) <= 3:
        raise ShapeError(f"dials draws 1 to 3 hands, not {len(hands)}")
    hands = {str(name): finite(numbers(pairs, f"hand {name!r}", ndim=2), f"hand {name!r}") for name, pairs in hands.items()}
    n = len(next(iter(hands.values())))
    for name, pairs in hands.items():
        if pairs.shape != (n, 2):
            raise ShapeError(f"hand {name!r} has shape {pairs.shape}; {n} pairs are ({n}, 2)")
    names = labels(names, n, "dials")
    angle = {name: np.degrees(np.arctan2(pairs[:, 1], pairs[:, 0])) for name, pairs in hands.items()}
    length = {name: np.hypot(pairs[:, 0], pairs[:, 1]) for name, pairs in hands.items()}
    columns = [f"{name}, {what}" for name in hands for what in ("degrees", "length")]
    rows = [[names[i], *(rounded(part[name][i]) for name in hands for part in (angle, length))] for i in range(n)]
    return Figure(
        spec(hands, length, names, rows),
        title=title,
        description=f"{n} dials with the hands {' and '.join(hands)}; in degrees, anticlockwise from the right: "
        + "; ".join(f"{names[i]} " + " and ".join(f"{angle[name][i]:.0f}" for name in hands) for i in range(n))
        + ".",
        table=(["pair", *columns], rows),
    )


def spec(hands: Mapping[str, np.ndarray], length: Mapping[str, np.ndarray], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Spec:
    middles = [(STEP * (i % ACROSS) + STEP / 2, (STEP + BELOW) * (i // ACROSS) + STEP / 2) for i in range(len(names))]
    rims = [{"x": x, "y": y, "below": y + RADIUS + 14, "name": name} for (x, y), name in zip(middles, names)]
    drawn = []
    for nth, (hand, pairs) in enumerate(hands.items()):
        scale = RADIUS / (length[hand].max() or 1.0)
        for (x, y), (a, b), row in zip(middles, pairs, rows):
            drawn.append(
                {
                    "x": x,
                    "y": y,
                    "x2": x + scale * a,
                    "y2": y - scale * b,
                    "hand": hand,
                    "hint": f"{hand}, {row[0]}: {row[1 + 2 * nth]:.4g}°, length {row[2 + 2 * nth]:.3g}",
                }
            )

    def at(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "scale": None, "axis": None}

    coloured = {"field": "hand", "type": "nominal", "scale": {"domain": list(hands), "range": SERIES[: len(hands)]}}
    dashed = coloured | {"scale": {"domain": list(hands), "range": [[1, 0], [5, 3], [2, 2]][: len(hands)]}}
    place = {"x": at("x"), "y": at("y")}
    return {
        "width": STEP * min(ACROSS, len(names)),
        "height": (STEP + BELOW) * -(-len(names) // ACROSS),
        "layer": [
            {
                "data": {"values": rims},
                "mark": {"type": "point", "shape": "circle", "size": (2 * RADIUS) ** 2, "stroke": RULE, "strokeWidth": 1.5},
                "encoding": place,
            },
            {
                "data": {"values": rims},
                "mark": {"type": "text", "fill": MUTED},
                "encoding": {"x": at("x"), "y": at("below"), "text": {"field": "name"}},
            },
            {
                "data": {"values": drawn},
                "mark": {"type": "rule", "strokeWidth": 3, "strokeCap": "round", "tooltip": {"expr": "datum.hint"}},
                "encoding": place | {"x2": {"field": "x2"}, "y2": {"field": "y2"}, "stroke": coloured, "strokeDash": dashed},
            },
            {"data": {"values": rims}, "mark": {"type": "point", "filled": True, "fill": INK, "size": 12, "opacity": 1}, "encoding": place},
        ],
    }
