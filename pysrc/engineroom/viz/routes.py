"""Which experts each token visits: tokens across, layers down, each square the number of an expert, darker for a larger gate."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engineroom.errors import ShapeError
from engineroom.viz.attention import at, distinct
from engineroom.viz.check import finite, labels, numbers, rounded
from engineroom.viz.figure import ACCENT, HEAT, INK, MUTED, RULE, Figure, Spec, shade
from engineroom.viz.tokens import SIGNS

if TYPE_CHECKING:
    from engineroom.moe.routing import Routing

WIDE, TALL, GAP = 30, 21, 7  # pixels: a square; between two layers
MARGIN, HEAD = 58, 62  # pixels: for the layers' names; for the tokens
ACROSS = 13  # tokens side by side; the next ones follow below


def routes(routings: "Iterable[Routing]", tokens: Iterable[object], title: str = "Which experts each token visits") -> Figure:
    """One square for each choice of an expert; point at one, or pick it, to see every token that goes there too.

    routings: a moe.Routing for each layer, experts (n, k) and gates (n, k), as mixtral.routes gives them; −1 is drawn as a dash.
    tokens: n strings. An expert belongs to its layer: expert 3 of one has nothing to do with expert 3 of another.
    Raises ShapeError, DTypeError.
    """
    experts = numbers([np.asarray(routing.experts) for routing in routings], "experts", ndim=3).astype(int)  # (layers, n, k)
    gates = finite(numbers([np.asarray(routing.gates) for routing in routings], "gates", ndim=3), "gates")
    if gates.shape != experts.shape:
        raise ShapeError(f"experts {experts.shape} and gates {gates.shape} must agree: one gate for each choice")
    n_layers, n, k = experts.shape
    tokens = [token.translate(SIGNS).strip(" ") or "␣" for token in labels(tokens, n, "tokens")]
    return Figure(
        spec(experts, gates, tokens),
        title=title,
        description=f"{n} tokens across, {n_layers} layers down, {k} experts for each token in each layer. {busiest(experts)}",
        table=(
            ["token", "layer", *(f"{part} {j + 1}" for j in range(k) for part in ("expert", "gate"))],
            [
                [token, layer, *(cell for j in range(k) for cell in (int(experts[layer, i, j]), rounded(gates[layer, i, j])))]
                for i, token in enumerate(tokens)
                for layer in range(n_layers)
            ],
        ),
    )


def busiest(experts: np.ndarray) -> str:
    """Which expert of each layer was chosen most, and how often."""
    said = []
    for layer, chosen in enumerate(experts):
        found, counts = np.unique(chosen[chosen >= 0], return_counts=True)
        if found.size:
            said.append(f"expert {found[counts.argmax()]} of layer {layer} {counts.max()} times")
    return f"Chosen most: {', '.join(said)}." if said else "No token was sent anywhere."


def spec(experts: np.ndarray, gates: np.ndarray, tokens: Sequence[str]) -> Spec:
    n_layers, n, k = experts.shape
    band = HEAD + n_layers * (k * TALL + GAP)
    squares, names, said = [], [], distinct(tokens)
    for i, (row, column) in enumerate(divmod(place, ACROSS) for place in range(n)):
        x, top = MARGIN + column * WIDE, row * (band + GAP) + HEAD
        names.append({"x": x + WIDE / 2 + 2, "y": top - 7, "text": tokens[i]})
        for layer in range(n_layers):
            for j in range(k):
                e, gate, y = int(experts[layer, i, j]), rounded(gates[layer, i, j]), top + layer * (k * TALL + GAP) + j * TALL
                expert, shown = (f"layer {layer}, expert {e}", str(e)) if e >= 0 else ("", "–")
                squares.append(
                    {
                        "x": x + 1,
                        "x2": x + WIDE - 1,
                        "y": y + 1,
                        "y2": y + TALL - 1,
                        "expert": expert,
                        "gate": gate,
                        "shown": shown,
                        "hint": f"{said[i]}: {expert or 'turned away'}, gate {gate:.2f}",
                    }
                )
    rows = [
        {"x": MARGIN - 8, "y": row * (band + GAP) + HEAD + layer * (k * TALL + GAP) + k * TALL / 2, "text": f"layer {layer}"}
        for row in range(-(-n // ACROSS))
        for layer in range(n_layers)
    ]
    there = [f"layer {layer}, expert {e}" for layer in range(n_layers) for e in np.unique(experts[layer]) if e >= 0]
    chosen = {"param": "expert", "empty": False}
    middle = {"x": at("x"), "y": at("y"), "text": {"field": "text"}}
    return {
        "width": MARGIN + min(n, ACROSS) * WIDE + 34,
        "height": -(-n // ACROSS) * (band + GAP),
        "layer": [
            {
                "data": {"values": squares},
                "params": [
                    {
                        "name": "expert",
                        "value": [{"expert": there[0] if there else ""}],
                        "select": {"type": "point", "fields": ["expert"], "on": "pointerover", "toggle": False, "clear": False},
                        "bind": {"input": "select", "name": "expert ", "options": there or [""]},
                    }
                ],
                "mark": {"type": "rect", "cornerRadius": 2, "fill": HEAT, "tooltip": {"expr": "datum.hint"}},
                "encoding": {
                    "x": at("x"),
                    "x2": {"field": "x2"},
                    "y": at("y"),
                    "y2": {"field": "y2"},
                    "fillOpacity": shade("gate", max(1.0, float(gates.max()))),
                    "stroke": {"condition": chosen | {"value": ACCENT}, "value": RULE},
                    "strokeWidth": {"condition": chosen | {"value": 2.5}, "value": 1},
                },
            },
            {
                "data": {"values": [{"x": (s["x"] + s["x2"]) / 2, "y": (s["y"] + s["y2"]) / 2, "text": s["shown"]} for s in squares]},
                "mark": {"type": "text", "fontSize": 13, "interactive": False},
                "encoding": middle,
            },
            {
                "data": {"values": names},
                "mark": {"type": "text", "angle": -50, "align": "left", "fontSize": 14, "limit": 74, "fill": INK},
                "encoding": middle,
            },
            {"data": {"values": rows}, "mark": {"type": "text", "align": "right", "fontSize": 13, "fill": MUTED}, "encoding": middle},
        ],
    }
