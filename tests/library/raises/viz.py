"""viz: what cannot be drawn."""

from functools import partial

import numpy as np

from engineroom import moe, viz
from engineroom.errors import DTypeError, ShapeError
from engineroom.tokenize import Token
from engineroom.viz import check
from engineroom.viz.attention import selected

square, nan = np.full((2, 2), 0.5), float("nan")
here = moe.Routing(np.array([[0, 1], [1, 2]]), np.full((2, 2), 0.5), np.ones((2, 4)))


def numeric(draw, name, shape):
    """What is no array of numbers, or of other axes, or cannot be drawn: `draw` takes one argument, called `name` in messages."""
    return [
        (DTypeError, f"{name} must be numbers in a regular array", partial(draw, "none")),
        (ShapeError, f"{name} must have {len(shape)} ax[ei]s", partial(draw, np.ones((1, *shape)))),
        (ShapeError, f"{name} is empty", partial(draw, np.ones((0, *shape[1:])))),
        (ShapeError, f"{name} has .* cannot be drawn", partial(draw, np.full(shape, nan))),
    ]


TABLE = {
    viz.attention: [
        *numeric(lambda weights: viz.attention(weights, ["a", "b"]), "weights", (2, 2)),
        (ShapeError, "2 queries but 1 labels", lambda: viz.attention(square, ["a"])),
        (ShapeError, "weights lie between 0 and 1, these between 1 and 1.5", lambda: viz.attention(square + [[0.5, 1]] * 2, ["a", "b"])),
        (ShapeError, "no word 'c' here; the words are a, b", lambda: viz.attention(square, ["a", "b"], select="c")),
    ],
    selected: [
        (ShapeError, "no word 'c' here; the words are a, b", lambda: selected("c", ["a", "b"])),
        (ShapeError, "no word number 2: there are 2", lambda: selected(2, ["a", "b"])),
    ],
    viz.heatmap: [*numeric(viz.heatmap, "values", (2, 2)), (ShapeError, "2 rows but 1 labels", lambda: viz.heatmap(square, rows=["a"]))],
    viz.heads: [
        *numeric(viz.heads, "weights", (1, 1, 2, 2)),
        (ShapeError, "square maps, not 2 by 3", lambda: viz.heads(np.ones((1, 1, 2, 3)))),
        (ShapeError, "2 tokens but 1 labels", lambda: viz.heads(np.ones((1, 1, 2, 2)), ["a"])),
    ],
    viz.lines: [
        *numeric(lambda x: viz.lines(x, {"a": [1, 2]}), "x", (2,)),
        *numeric(lambda y: viz.lines([1, 2], {"a": y}), "series 'a'", (2,)),
        (ShapeError, "series 'a' has 3 numbers for 2 of x", lambda: viz.lines([1, 2], {"a": [1, 2, 3]})),
        (ShapeError, "1 to 6 series, not 7", lambda: viz.lines([1, 2], {str(n): [1, 2] for n in range(7)})),
        (ShapeError, "a logarithmic y axis", lambda: viz.lines([1, 2], {"a": [0, 1]}, log_y=True)),
    ],
    viz.bars: [
        *numeric(lambda values: viz.bars(["a", "b"], values), "values", (2,)),
        (ShapeError, "2 bars but 1 labels", lambda: viz.bars(["a"], [1, 2])),
    ],
    viz.histogram: [
        *numeric(lambda samples: viz.histogram({"a": samples}), "samples 'a'", (2,)),
        (ShapeError, "1 to 3 groups, not 4", lambda: viz.histogram({str(n): [1, 2] for n in range(4)})),
        (ShapeError, "low < high, not 1 and 1", lambda: viz.histogram([1, 1])),
        (ShapeError, "at least one bin, not 0", lambda: viz.histogram([1, 2], bins=0)),
    ],
    viz.dials: [
        *numeric(lambda pairs: viz.dials({"a": pairs}), "hand 'a'", (2, 2)),
        (ShapeError, "1 to 3 hands, not 0", lambda: viz.dials({})),
        (ShapeError, r"hand 'a' has shape \(2, 3\); 2 pairs are \(2, 2\)", lambda: viz.dials({"a": np.ones((2, 3))})),
        (ShapeError, "2 dials but 1 labels", lambda: viz.dials({"a": square}, ["a"])),
    ],
    viz.routes: [
        (ShapeError, "experts must have 3 axes", lambda: viz.routes([here._replace(experts=np.ones(2))], ["a", "b"])),
        (ShapeError, "experts has 4 values that cannot be drawn", lambda: viz.routes([here._replace(experts=square * nan)], ["a", "b"])),
        (ShapeError, "gates has 4 values that cannot be drawn", lambda: viz.routes([here._replace(gates=square * nan)], ["a", "b"])),
        (DTypeError, "experts must be numbers", lambda: viz.routes([here, here._replace(experts=np.ones((3, 2)))], ["a", "b"])),
        (ShapeError, r"experts .* and gates .* must agree", lambda: viz.routes([here._replace(gates=np.ones((2, 3)))], ["a", "b"])),
        (ShapeError, "2 tokens but 1 labels", lambda: viz.routes([here], ["a"])),
    ],
    viz.strips: [
        *numeric(lambda values: viz.strips({"a": values}), "group 'a'", (2,)),
        (ShapeError, "at least one group", lambda: viz.strips({})),
    ],
    viz.tokens: [
        (
            ShapeError,
            "own: token 7 stands for characters 0 to 3 of a text of 2; cut this very text",
            lambda: viz.tokens("ab", {"own": [Token(7, b"abc", 0, 3)]}),
        )
    ],
    check.numbers: [
        (DTypeError, "y must be numbers in a regular array", lambda: check.numbers([[1], [1, 2]], "y", 2)),
        (ShapeError, r"y must have 1 axis, not shape \(2, 2\)", lambda: check.numbers(square, "y", 1)),
        (ShapeError, r"y is empty: shape \(0,\)", lambda: check.numbers([], "y", 1)),
    ],
    check.finite: [(ShapeError, "y has 2 values that cannot be drawn", lambda: check.finite(np.array([nan, 1, nan]), "y"))],
    check.labels: [(ShapeError, "2 rows but 1 labels", lambda: check.labels(["a"], 2, "rows"))],
}
