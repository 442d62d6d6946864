"""Lines, bars, histogram."""

from collections.abc import Iterable, Mapping

import numpy as np

from engineroom.errors import ShapeError
from engineroom.viz.check import Numbers, finite, labels, numbers, rounded
from engineroom.viz.figure import HEAT, INK, LOOK, MUTED, SERIES, Figure, Spec

WIDTH, HEIGHT = 430, 240


def lines(
    x: Numbers,
    series: Mapping[str, Numbers],
    title: str = "",
    x_label: str = "x",
    y_label: str = "y",
    log_x: bool = False,
    log_y: bool = False,
    mark: float | None = None,
) -> Figure:
    """One line per entry of `series`, a dict of name to (n,) numbers, over x (n,). `mark`: an x to point at.

    Raises ShapeError for lengths that differ, more than six lines, or numbers ≤ 0 on a logarithmic axis; DTypeError.
    """
    x = finite(numbers(x, "x", ndim=1), "x")
    if not 1 <= len(series) <= len(SERIES):
        raise ShapeError(f"lines draws 1 to {len(SERIES)} series, not {len(series)}")
    series = {str(name): finite(numbers(y, f"series {name!r}", ndim=1), f"series {name!r}") for name, y in series.items()}
    for name, y in series.items():
        if y.shape != x.shape:
            raise ShapeError(f"series {name!r} has {y.size} numbers for {x.size} of x")
    for on, name, arrays in ((log_x, "x", [x]), (log_y, "y", list(series.values()))):
        if on and min(float(array.min()) for array in arrays) <= 0:
            raise ShapeError(f"a logarithmic {name} axis cannot show numbers ≤ 0")
    points = [{"x": rounded(a), "y": rounded(b), "series": name} for name, y in series.items() for a, b in zip(x, y)]
    names = list(series)
    legend = {
        "legend": {"columns": 2 if sum(map(len, names)) > 50 else 0, "labelLimit": 240} if len(names) > 1 else None
    }  # two rows where one is too wide
    layers = [
        {
            "data": {"values": points},
            "mark": {
                "type": "line",
                "strokeWidth": 2.5,
                "strokeJoin": "round",
                "tooltip": {"expr": f"datum.series + ': ' + datum.y + ' at ' + {x_label!r} + ' ' + datum.x"},
            },
            "encoding": {
                "x": axis("x", x_label, log_x),
                "y": axis("y", y_label, log_y),
                "stroke": {"field": "series", "type": "nominal", "scale": {"domain": names, "range": SERIES[: len(names)]}} | legend,
                # A second sign beside colour, for who cannot tell the hues apart.
                "strokeDash": {
                    "field": "series",
                    "type": "nominal",
                    "scale": {"domain": names, "range": [[1, 0], [7, 3], [2, 3], [10, 3, 2, 3], [4, 4], [1, 2]][: len(names)]},
                }
                | legend,
            },
        }
    ]
    if mark is not None:
        here = {"data": {"values": [{"x": float(mark)}]}}
        layers.append(here | {"mark": {"type": "rule", "stroke": INK, "strokeDash": [3, 3]}, "encoding": {"x": axis("x", x_label, log_x)}})
    ends = "; ".join(f"{name} goes from {y[0]:.3g} to {y[-1]:.3g}" for name, y in series.items())
    return Figure(
        {"width": WIDTH, "height": HEIGHT, "layer": layers},
        title=title,
        description=f"{y_label} against {x_label}, {x[0]:.4g} to {x[-1]:.4g}: {ends}.",
        table=([x_label, *names], [[rounded(a), *(rounded(y[i]) for y in series.values())] for i, a in enumerate(x)]),
    )


def axis(field: str, title: str, log: bool = False) -> Spec:
    look = {"grid": field == "y", "tickCount": 5, "domain": field == "x"}
    if log:  # 10G for ten thousand millions, and 0.1, not 100m; a line across at powers of ten only
        power = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"
        look |= {
            "labelExpr": "format(datum.value, datum.value < 1 ? '~g' : '~s')",
            "gridOpacity": {"condition": {"test": power, "value": LOOK["axis"]["gridOpacity"]}, "value": 0},
        }
    scale = {"type": "log", "nice": False} if log else {"zero": False, "nice": True}
    return {"field": field, "type": "quantitative", "title": title, "scale": scale, "axis": look}


def bars(
    names: Iterable[object], values: Numbers, title: str = "", value_label: str = "value", highlight: Iterable[object] | None = None
) -> Figure:
    """One horizontal bar per name. `highlight`: names to draw in the hot colour, the others are grey.

    Raises ShapeError, DTypeError.
    """
    values = finite(numbers(values, "values", ndim=1), "values")
    names = labels(names, values.size, "bars")
    hot = set(names if highlight is None else map(str, highlight))
    rows = [{"i": i, "name": name, "v": rounded(v), "hot": name in hot} for i, (name, v) in enumerate(zip(names, values))]
    named = {
        "field": "i",
        "type": "ordinal",
        "title": None,
        "axis": {
            "labelExpr": " : ".join(f"datum.value === {i} ? {name!r}" for i, name in enumerate(names)) + " : ''",
            "labelColor": INK,
            "labelLimit": 170,
            "ticks": False,
            "domain": False,
            "labelOverlap": False,
            "labelFontSize": 14,
        },
    }
    bar = {"x": {"field": "v", "type": "quantitative", "title": value_label, "axis": {"tickCount": 4, "domain": False}}, "y": named}
    return Figure(
        {
            "width": 300,
            "height": {"step": 26},
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "bar", "cornerRadiusEnd": 2, "height": 18},
                    "encoding": bar | {"fill": {"condition": {"test": "datum.hot", "value": HEAT}, "value": SERIES[5]}},
                },
                {
                    "mark": {"type": "text", "align": "left", "dx": 5, "fill": MUTED},
                    "encoding": bar | {"text": {"field": "v", "format": ".3~g"}},
                },
            ],
        },
        title=title,
        description=f"{value_label}: " + ", ".join(f"{name} {v:.3g}" for name, v in zip(names, values)) + ".",
        table=(["", value_label], [[name, rounded(v)] for name, v in zip(names, values)]),
    )


def histogram(
    samples: Numbers | dict[str, Numbers],
    title: str = "",
    x_label: str = "value",
    bins: int = 40,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """How often each value occurs, for one array of samples or a dict of up to three; as a share per bin.

    samples (n,) or {name: (n,)}; limits (low, high), else the data's own; what lies outside is counted in the end bins.
    Raises ShapeError, DTypeError.
    """
    groups = samples if isinstance(samples, dict) else {"": samples}
    if not 1 <= len(groups) <= 3:
        raise ShapeError(f"histogram draws 1 to 3 groups, not {len(groups)}")
    groups = {str(name): finite(numbers(values, "samples", ndim=1), "samples") for name, values in groups.items()}
    low, high = limits or (min(float(v.min()) for v in groups.values()), max(float(v.max()) for v in groups.values()))
    if not low < high:
        raise ShapeError(f"a histogram needs low < high, not {low:g} and {high:g}")
    edges = np.linspace(low, high, bins + 1)
    share = {name: np.histogram(np.clip(v, low, high), edges)[0] / v.size for name, v in groups.items()}
    steps = [
        {"a": rounded(edges[i]), "b": rounded(edges[i + 1]), "share": rounded(s[i]), "group": name}
        for name, s in share.items()
        for i in range(bins)
        if s[i]
    ]
    names = list(groups)
    return Figure(
        {
            "width": WIDTH,
            "height": HEIGHT,
            "data": {"values": steps},
            "mark": {
                "type": "rect",
                "opacity": 0.6,
                "tooltip": {"expr": "datum.group + ' ' + datum.a + ' to ' + datum.b + ': ' + format(datum.share, '.1%')"},
            },
            "encoding": {
                "x": {
                    "field": "a",
                    "type": "quantitative",
                    "title": x_label,
                    "axis": {"grid": False, "tickCount": 7},
                    "scale": {"zero": False, "nice": False},
                },
                "x2": {"field": "b"},
                "y": {
                    "field": "share",
                    "type": "quantitative",
                    "title": "share",
                    "stack": None,
                    "axis": {"format": "%", "tickCount": 4, "domain": False},
                },
                "fill": {
                    "field": "group",
                    "type": "nominal",
                    "scale": {"domain": names, "range": SERIES[: len(names)]},
                    "legend": {"symbolType": "square"} if len(names) > 1 else None,
                },
            },
        },
        title=title,
        description="; ".join(
            f"{name or x_label}: mean {v.mean():.3g}, standard deviation {v.std():.3g}, {v.size} samples" for name, v in groups.items()
        )
        + ".",
        table=(
            [x_label, *(name or "share" for name in names)],
            [[f"{edges[i]:.4g} to {edges[i + 1]:.4g}", *(rounded(s[i]) for s in share.values())] for i in range(bins)],
        ),
    )
