"""Figures: drawn by Vega-Lite's own compiler, and true to the numbers they were given."""

import json
import re

import numpy as np
import pytest
import vl_convert

from engineroom import moe, viz
from engineroom.errors import DTypeError, ShapeError
from engineroom.viz.figure import VEGA_LITE

WORDS = ["[CLS]", "the", "bank", "unaffordability", "the", "[SEP]"]
rng = np.random.default_rng(0)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


WEIGHTS = softmax(rng.normal(size=(6, 6)))
ROUTES = [moe.softmax_top_k(rng.normal(size=(18, 5)), 2) for _ in range(3)]
FIGURES = {
    "attention": viz.attention(WEIGHTS, WORDS, select="bank", title="A head"),
    "cross-attention": viz.attention(softmax(rng.normal(size=(2, 5))), ["a", "b"], keys=list("vwxyz")),
    "heatmap": viz.heatmap(rng.normal(size=(3, 4)), list("abc"), list("wxyz"), title="Scores"),
    "masked heatmap": viz.heatmap(np.where(np.tri(3), 1.0, -np.inf), title="Masked"),
    "dials": viz.dials({"query": rng.normal(size=(16, 2)), "key": rng.normal(size=(16, 2))}, title="Hands"),
    "heads": viz.heads(softmax(rng.normal(size=(2, 12, 6, 6))), WORDS),
    "lines": viz.lines([1, 2, 4], {"one": [1, 2, 3], "two": [3, 2, 1]}, log_x=True, mark=2, title="Lines"),
    "logarithmic lines": viz.lines(
        [16, 1024, 2**16],
        {f"{kind}, {how}": [2e8, 3e9, 5e11] for kind in ("recurrent", "attention") for how in ("one processor", "one for each")},
        log_x=True,
        log_y=True,
        title="Powers",
    ),
    "bars": viz.bars(["it's", 'say "hi"', "back\\slash"], [1, -2, 3], highlight=["it's"], title="Bars"),
    "routes": viz.routes(ROUTES, [*WORDS, *WORDS, *WORDS], title="Experts"),
    "histogram": viz.histogram({"a": rng.normal(size=100), "b": rng.normal(size=100)}, bins=10, title="Spread"),
    "strips": viz.strips({"it's": [3.1, 3.2, 3.4], 'say "hi"': [2.9, 2.95]}, mark=3, highlight=["it's"], title="Runs"),
}


@pytest.fixture(params=FIGURES)
def figure(request):
    return FIGURES[request.param]


def svg(figure):
    return vl_convert.vegalite_to_svg(figure.spec, vl_version="6.4")


def test_draws(figure):
    drawn = svg(figure)
    assert drawn.startswith("<svg")
    assert "NaN" not in drawn and "undefined" not in drawn


def test_is_plain_json(figure):
    assert json.loads(json.dumps(figure.spec, allow_nan=False)) == figure.spec


def test_colours_follow_the_page(figure):
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg(figure))) - {"none", "transparent"}
    assert colours and all(colour.startswith("var(--er-") for colour in colours), colours


def test_fits_a_phone(figure):
    width = int(re.search(r'width="(\d+)"', svg(figure)).group(1))
    assert width <= 520, "wider than a phone can show without shrinking the text below legibility"


def test_bundle(figure):
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {VEGA_LITE, "text/plain"}
    about = bundle[VEGA_LITE]["usermeta"]["engineroom"]
    assert about["description"] and all(len(row) == len(about["table"]["columns"]) for row in about["table"]["rows"])
    for cell in about["table"]["columns"]:
        assert cell in bundle["text/plain"]


def texts(figure):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg(figure))


def test_a_logarithmic_axis_names_large_numbers_in_short_and_rules_powers_of_ten():
    assert {"100", "1k", "10k", "1G", "10G", "100G"} <= set(texts(FIGURES["logarithmic lines"]))
    across = re.findall(r'<line[^>]* x2="430"[^>]* opacity="0\.6"', svg(FIGURES["logarithmic lines"]))
    assert len(across) == 3, "10^9, 10^10 and 10^11"


def test_a_logarithmic_axis_below_one_has_no_thousandths():
    small = viz.lines([1, 2], {"one": [0.007, 0.9]}, log_y=True)
    assert {"0.01", "0.1"} <= set(texts(small)) and not [text for text in texts(small) if re.fullmatch(r"\d+m", text)]


def test_attention_shows_the_row_asked_for():
    shown = texts(FIGURES["attention"])
    assert [text for text in shown if re.fullmatch(r"[01]\.\d\d", text)] == [f"{weight:.2f}" for weight in WEIGHTS[2]]
    assert "unaffordability" in shown
    assert FIGURES["attention"].table["rows"][2] == ["bank", *(float(f"{w:.4g}") for w in WEIGHTS[2])]


def test_attention_draws_another_row_for_another_word():
    assert f"{WEIGHTS[3].max():.2f}" in texts(viz.attention(WEIGHTS, WORDS, select=3))
    assert texts(viz.attention(WEIGHTS, WORDS, select=-1)) == texts(viz.attention(WEIGHTS, WORDS, select=5))


def test_attention_can_be_picked_from_a_list():
    bind = FIGURES["attention"].spec["layer"][3]["params"][0]["bind"]
    assert bind["input"] == "select" and bind["options"] == [0, 1, 2, 3, 4, 5]
    assert bind["labels"] == ["[CLS]", "the (2)", "bank", "unaffordability", "the (5)", "[SEP]"]


def test_a_fuller_heat_is_a_larger_number():
    drawn = svg(viz.heatmap([[0.0, 1.0], [2.0, 4.0]]))
    opacities = [float(o) for o in re.findall(r'fill-opacity="([\d.]+)"', drawn)]
    assert opacities == pytest.approx([0, 0.125, 0.25, 0.5])


def test_masked_squares_are_blank_and_said_so():
    figure = FIGURES["masked heatmap"]
    assert figure.table["rows"][0] == ["0", 1.0, "−∞", "−∞"]
    assert len([t for t in texts(figure) if t == "1.00"]) == 6


def test_nothing_and_almost_nothing_look_different():
    shown = texts(viz.heatmap([[0.0, 0.001, -0.5]]))
    assert shown[:3] == ["0", "0.00", "−0.50"]


def test_heads_summarises_what_each_looks_at():
    n = 5
    before = np.eye(n, k=-1)
    before[0, 0] = 1
    row = viz.heads(np.stack([[before, np.eye(n)]])).table["rows"]
    assert row[0] == [0, 0, 0.2, 1.0, 0.0, 0.4]
    assert row[1] == [0, 1, 1.0, 0.0, 0.0, 0.2]


def test_heads_shades_each_weight_where_it_is():
    weights = np.array([[[[0.8, 0.2, 0.0], [0.05, 0.9, 0.05], [1.0, 0.0, 0.0]]]])
    squares = viz.heads(weights).spec["layer"][0]["data"]["values"]
    assert [(item["shade"], item["squares"]) for item in squares] == [(0.22, "M1,0h1v1h-1z"), (1.0, "M0,0h1v1h-1zM0,2h1v1h-1zM1,1h1v1h-1z")]
    drawn = re.findall(r'<path[^>]* d="([^"]*)"[^>]*fill-opacity="1"', svg(viz.heads(weights, panel=30)))
    assert drawn == ["M0,0L10,0L10,10L0,10M0,20L10,20L10,30L0,30M10,10L20,10L20,20L10,20Z"]


def test_a_hand_points_where_its_pair_does():
    figure = viz.dials({"query": [[3.0, 0.0], [0.0, 1.5]], "key": [[-1.0, -1.0], [0.0, 0.0]]}, ["fast", "slow"])
    assert figure.table["rows"] == [["fast", 0.0, 3.0, -135.0, 1.414], ["slow", 90.0, 1.5, 0.0, 0.0]]
    ends = [(round(hand["x2"] - hand["x"], 6), round(hand["y2"] - hand["y"], 6)) for hand in figure.spec["layer"][2]["data"]["values"]]
    diagonal = round(34 / 2**0.5, 6)  # y grows downwards on the page; each name's longest hand reaches the rim
    assert ends == [(34, 0), (0, -17), (-diagonal, diagonal), (0, 0)]
    assert "fast 0 and -135; slow 90 and 0" in figure.description and texts(figure)[-2:] == ["query", "key"]


def test_routes_shows_every_choice_in_its_place():
    some = [
        moe.Routing(np.array([[2, 0], [1, -1]]), np.array([[0.75, 0.25], [1.0, 0.0]]), None),
        moe.Routing(np.array([[2, 1], [0, 2]]), np.full((2, 2), 0.5), None),
    ]
    figure = viz.routes(some, [" the", "\n"])
    assert figure.table["columns"] == ["token", "layer", "expert 1", "gate 1", "expert 2", "gate 2"]
    assert figure.table["rows"] == [
        ["the", 0, 2, 0.75, 0, 0.25],
        ["the", 1, 2, 0.5, 1, 0.5],
        ["⏎", 0, 1, 1.0, -1, 0.0],
        ["⏎", 1, 0, 0.5, 2, 0.5],
    ]
    squares = figure.spec["layer"][0]["data"]["values"]
    assert [(s["hint"], s["shown"]) for s in squares[:2] + squares[4:6]] == [
        ("the: layer 0, expert 2, gate 0.75", "2"),
        ("the: layer 0, expert 0, gate 0.25", "0"),
        ("⏎: layer 0, expert 1, gate 1.00", "1"),
        ("⏎: turned away, gate 0.00", "–"),
    ]
    assert len({(s["x"], s["y"]) for s in squares}) == 8 and squares[0]["x"] == squares[1]["x"] < squares[4]["x"]
    assert texts(figure)[:8] == ["2", "0", "2", "1", "1", "–", "0", "2"] and {"the", "⏎", "layer 1"} <= set(texts(figure))
    assert "Chosen most: expert 0 of layer 0 1 times, expert 2 of layer 1 2 times." in figure.description


def test_routes_can_be_picked_by_layer_and_expert():
    bind = FIGURES["routes"].spec["layer"][0]["params"][0]["bind"]
    assert bind["input"] == "select" and bind["options"] == [f"layer {layer}, expert {e}" for layer in range(3) for e in range(5)]


def test_histogram_counts_every_sample_once():
    table = viz.histogram([0.0, 0.5, 9.0], bins=2, limits=(0, 1)).table["rows"]
    assert [row[1] for row in table] == pytest.approx([1 / 3, 2 / 3], abs=1e-4)


def test_strips_draws_every_run_and_the_mean():
    figure = viz.strips({"a": [1.0, 2.0, 6.0], "b": [4.0]}, each="seed")
    assert figure.table == {
        "columns": ["", "mean", "seed 1", "seed 2", "seed 3"],
        "rows": [["a", 3.0, 1.0, 2.0, 6.0], ["b", 4.0, 4.0, "", ""]],
    }
    dots, means = (layer["data"]["values"] for layer in figure.spec["layer"])
    assert [(m["i"], m["v"]) for m in means] == [(0, 3.0), (1, 4.0)]
    assert [(d["i"], d["v"], d["hint"]) for d in dots] == [
        (0, 1.0, "a, seed 1: 1"),
        (0, 2.0, "a, seed 2: 2"),
        (0, 6.0, "a, seed 3: 6"),
        (1, 4.0, "b, seed 1: 4"),
    ]


def test_strips_singles_out_what_is_asked_for():
    hot = [dot["hot"] for dot in FIGURES["strips"].spec["layer"][0]["data"]["values"]]
    assert hot == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("draw", "error", "says"),
    [
        (lambda: viz.attention(WEIGHTS, WORDS[:3]), ShapeError, "6 queries but 3 labels"),
        (lambda: viz.attention(WEIGHTS, WORDS, select="river"), ShapeError, "no word 'river'"),
        (lambda: viz.attention(WEIGHTS, WORDS, select=9), ShapeError, "no word number 9"),
        (lambda: viz.attention(WEIGHTS * 3, WORDS), ShapeError, "between 0 and 1"),
        (lambda: viz.attention(WEIGHTS[0], WORDS), ShapeError, "2 axes"),
        (lambda: viz.attention(WEIGHTS * np.nan, WORDS), ShapeError, "NaN"),
        (lambda: viz.heatmap([[1, 2], [3]]), DTypeError, "regular array"),
        (lambda: viz.heatmap(np.zeros((0, 3))), ShapeError, "empty"),
        (lambda: viz.dials({"a": np.zeros((3, 2)), "b": np.zeros((2, 2))}), ShapeError, "'b' has shape (2, 2); 3 pairs are (3, 2)"),
        (lambda: viz.dials({"a": np.zeros((3, 4))}), ShapeError, "'a' has shape (3, 4)"),
        (lambda: viz.dials({}), ShapeError, "1 to 3 hands"),
        (lambda: viz.heads(WEIGHTS), ShapeError, "4 axes"),
        (lambda: viz.lines([1, 2], {"a": [1, 2, 3]}), ShapeError, "3 numbers for 2 of x"),
        (lambda: viz.lines([0, 1], {"a": [1, 2]}, log_x=True), ShapeError, "≤ 0"),
        (lambda: viz.lines([1], {}), ShapeError, "1 to 6 series"),
        (lambda: viz.bars(["a"], [1, 2]), ShapeError, "2 bars but 1 labels"),
        (lambda: viz.routes(ROUTES, WORDS), ShapeError, "18 tokens but 6 labels"),
        (lambda: viz.routes([], []), ShapeError, "experts must have 3 axes"),
        (
            lambda: viz.routes([ROUTES[0]._replace(gates=ROUTES[0].gates[:, :1])], WORDS * 3),
            ShapeError,
            "must agree: one gate for each choice",
        ),
        (lambda: viz.strips({}), ShapeError, "at least one group"),
        (lambda: viz.strips({"a": []}), ShapeError, "group 'a' is empty"),
        (lambda: viz.strips({"a": [1, np.nan]}), ShapeError, "group 'a' has 1 value"),
        (lambda: viz.histogram([1.0, 1.0]), ShapeError, "low < high"),
    ],
)
def test_bad_input_is_one_clear_sentence(draw, error, says):
    with pytest.raises(error, match=re.escape(says)):
        draw()
