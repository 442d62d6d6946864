"""One head's attention, word by word: choose a word on the left, see on the right what it looks at."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engineroom.errors import ShapeError
from engineroom.viz.check import Numbers, finite, labels, numbers, rounded
from engineroom.viz.figure import ACCENT, HEAT, INK, MUTED, RULE, Figure, Spec, shade

WIDTH, ROW = 440, 24  # pixels: of the drawing, unless the words are very long; of one word's line
LETTER, LONGEST = 8.4, 150  # pixels: of a letter, generously; of a word before it is cut, in full in its hint
BARS = 104  # pixels for the bars and the number after each
FAINT = 0.03  # weights below are left out of the web of links, never out of the row that is shown


class Columns(NamedTuple):
    """Horizontal places, in pixels: where the words on the left end, where links start and end, where bars start and end."""

    words: float
    link: float
    looked_at: float
    bar: float
    end: float


def columns(names: Sequence[str]) -> Columns:
    word = min(LONGEST, max(60, LETTER * max(map(len, names)) + 8))
    link = max(80, WIDTH - 2 * word - BARS - 34)
    bar = word + 8 + link + word + 26
    return Columns(words=word, link=word + 8, looked_at=word + 8 + link, bar=bar, end=bar + BARS)


def attention(
    weights: Numbers,
    tokens: Iterable[object],
    select: int | str | None = None,
    title: str = "Attention",
    keys: Iterable[object] | None = None,
) -> Figure:
    """Each word's attention weights, one word at a time; hover, click or pick a word to see its row.

    weights (n_q, n_k): row i is what word i looks at, rows sum to one. tokens: n_q strings; keys: n_k strings, when
    the words looked at are others (cross-attention). select: the word shown first, by index or by text.
    Raises ShapeError, DTypeError.
    """
    weights = finite(numbers(weights, "weights", ndim=2), "weights")
    tokens = labels(tokens, weights.shape[0], "queries")
    keys = tokens if keys is None and weights.shape[0] == weights.shape[1] else labels(keys, weights.shape[1], "keys")
    if weights.min() < 0 or weights.max() > 1 + 1e-6:
        raise ShapeError(f"attention weights lie between 0 and 1, these between {weights.min():.3g} and {weights.max():.3g}")
    row = selected(select, tokens)
    return Figure(
        spec(weights, tokens, keys, row),
        title=title,
        description=describe(weights, tokens, keys, row),
        table=(["from", *keys], [[token, *map(rounded, line)] for token, line in zip(tokens, weights)]),
    )


def selected(select: int | str | None, tokens: Sequence[str]) -> int:
    if select is None:
        return 0
    if isinstance(select, str):
        if select not in tokens:
            raise ShapeError(f"no word {select!r} here; the words are {', '.join(tokens)}")
        return tokens.index(select)
    if not -len(tokens) <= select < len(tokens):
        raise ShapeError(f"no word number {select}: there are {len(tokens)}")
    return int(select) % len(tokens)


def describe(weights: np.ndarray, tokens: Sequence[str], keys: Sequence[str], row: int) -> str:
    best = np.argsort(-weights[row], kind="stable")[:3]
    looks = ", ".join(f"{keys[k]} {weights[row, k]:.2f}" for k in best)
    return f"The row shown is {tokens[row]}, which looks most at: {looks}."


def spec(weights: np.ndarray, tokens: Sequence[str], keys: Sequence[str], row: int) -> Spec:
    cells = [
        {"q": q, "k": k, "from": tokens[q], "to": keys[k], "w": rounded(weights[q, k])}
        for q in range(len(tokens))
        for k in range(len(keys))
    ]
    at_x = columns([*tokens, *keys])
    return {
        "width": at_x.end,
        "height": (max(len(tokens), len(keys)) + 1) * ROW,
        "data": {"values": cells},
        "layer": [
            *headings(at_x),
            *queries(tokens, row, at_x),
            links({"filter": f"datum.w >= {FAINT}"}, RULE, 0.55, at_x),
            links({"filter": {"param": "word"}}, HEAT, 0.9, at_x),
            *looked_at(keys, at_x),
        ],
    }


def at(field: str) -> Spec:
    """A place given in pixels."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def middle(index: float) -> float:
    return (index + 1.5) * ROW


def headings(at_x: Columns) -> Iterator[Spec]:
    for x, text, align in ((at_x.words, "word", "right"), (at_x.looked_at + 6, "looks at", "left"), (at_x.bar, "weight", "left")):
        yield {
            "data": {"values": [{"text": text}]},
            "mark": {"type": "text", "x": x, "y": ROW / 2, "align": align, "fill": MUTED},
            "encoding": {"text": {"field": "text"}},
        }


def queries(tokens: Sequence[str], row: int, at_x: Columns) -> Iterator[Spec]:
    words = {
        "values": [{"q": i, "from": token, "y": middle(i), "y2": middle(i - 0.5), "y3": middle(i + 0.5)} for i, token in enumerate(tokens)]
    }

    def chosen(yes: object, no: object) -> Spec:
        return {"condition": {"param": "word", "empty": False, "value": yes}, "value": no}

    yield {
        "data": words,
        "params": [
            {
                "name": "word",
                "value": [{"q": row}],
                "select": {"type": "point", "fields": ["q"], "on": "pointerover", "toggle": False, "clear": False},
                "bind": {"input": "select", "name": "word ", "options": list(range(len(tokens))), "labels": distinct(tokens)},
            }
        ],
        "mark": {
            "type": "rect",
            "x": 0,
            "x2": at_x.link,
            "cornerRadius": 3,
            "fill": ACCENT,
            "cursor": "pointer",
            "tooltip": {"expr": "datum.from"},
        },
        "encoding": {"y": at("y2"), "y2": {"field": "y3"}, "fillOpacity": chosen(0.14, 0)},
    }
    yield {
        "data": words,
        # Drawn over the row but deaf to the pointer, so that the row below hears it.
        "mark": {"type": "text", "x": at_x.words, "align": "right", "limit": LONGEST, "fontSize": 15, "interactive": False},
        "encoding": {"y": at("y"), "text": {"field": "from"}, "fill": chosen(ACCENT, INK)},
    }


def distinct(tokens: Sequence[str]) -> list[str]:
    """The words for a list to pick from: repeated ones with their place."""
    return [token if tokens.count(token) == 1 else f"{token} ({place})" for place, token in enumerate(tokens, 1)]


def links(keep: Spec, colour: str, opacity: float, at_x: Columns) -> Spec:
    """S-curves from word to word, as thick as the weight."""
    bend = 0.4 * (at_x.looked_at - at_x.link)
    start, end = (f"(datum.{i} + 1.5) * {ROW}" for i in "qk")
    return {
        "transform": [
            keep,
            {"calculate": f"[{start}, {start}, {end}, {end}]", "as": "y"},
            {"calculate": f"[{at_x.link}, {at_x.link + bend}, {at_x.looked_at - bend}, {at_x.looked_at}]", "as": "x"},
            {"flatten": ["x", "y"]},
        ],
        "mark": {"type": "line", "interpolate": "basis", "stroke": colour, "opacity": opacity, "strokeCap": "butt"},
        "encoding": {
            "x": at("x"),
            "y": at("y"),
            "order": {"field": "x"},
            "detail": [{"field": "q"}, {"field": "k"}],
            "strokeWidth": {"field": "w", "type": "quantitative", "legend": None, "scale": {"domain": [0, 1], "range": [0.3, 9]}},
        },
    }


def looked_at(keys: Sequence[str], at_x: Columns) -> Iterator[Spec]:
    """The chosen word's row: every word tinted by its weight, the weight as a bar and as a number."""
    chosen = {
        "transform": [
            {"filter": {"param": "word"}},
            {"calculate": f"(datum.k + 1.5) * {ROW}", "as": "y"},
            {"calculate": f"datum.y - {ROW / 2 - 1}", "as": "y2"},
            {"calculate": f"datum.y + {ROW / 2 - 1}", "as": "y3"},
            {"calculate": f"{at_x.bar} + datum.w * {BARS - 34}", "as": "tip"},
        ]
    }
    tall = {"y": at("y2"), "y2": {"field": "y3"}}
    hint = {"expr": "datum.from + ' → ' + datum.to + '  ' + format(datum.w, '.3f')"}
    yield chosen | {
        "mark": {"type": "rect", "x": at_x.looked_at, "x2": at_x.bar - 10, "cornerRadius": 3, "fill": HEAT, "tooltip": hint},
        "encoding": tall | {"fillOpacity": shade("w", 1)},
    }
    yield {
        "data": {"values": [{"y": middle(i), "to": key} for i, key in enumerate(keys)]},
        "mark": {"type": "text", "x": at_x.looked_at + 6, "align": "left", "limit": LONGEST, "fontSize": 15, "interactive": False},
        "encoding": {"y": at("y"), "text": {"field": "to"}},
    }
    yield chosen | {"mark": {"type": "rect", "x2": at_x.bar, "fill": HEAT, "tooltip": hint}, "encoding": tall | {"x": at("tip")}}
    yield chosen | {
        "mark": {"type": "text", "align": "left", "dx": 5},
        "encoding": {"y": at("y"), "x": at("tip"), "text": {"field": "w", "format": ".2f"}},
    }
