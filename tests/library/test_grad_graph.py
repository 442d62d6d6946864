"""The drawing of a tape: what is drawn is what was computed, and it survives the page's cleaning."""

import re
import xml.etree.ElementTree as ET

import numpy as np

from engineroom import grad
from engineroom.grad import Tensor
from engineroom_site.cells import sanitise


def expression():
    a, b = Tensor(np.asarray(2.0)), Tensor(np.asarray(-3.0))
    return a, b, np.tanh(a * b + a)


def test_each_tensor_is_a_box_and_each_use_an_arrow():
    a, b, y = expression()
    drawn = grad.graph(y, {"a": a, "b": b}, "One <neuron>")
    assert [row[:3] for row in drawn.rows] == [
        ("a", "leaf", "–"), ("b", "leaf", "–"), ("t3", "multiply", "a, b"), ("t4", "add", "t3, a"), ("t5", "tanh", "t4"),
    ]  # fmt: skip
    html = drawn._repr_mimebundle_()["text/html"]
    root = ET.fromstring(html)
    svg = next(root.iter("{http://www.w3.org/2000/svg}svg"))
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}rect"))) == 5 and len(list(svg.iter("{http://www.w3.org/2000/svg}path"))) == 5
    assert svg.get("role") == "img" and "t4 is add of t3, a, -4" in svg.get("aria-label")
    assert [cell.text for cell in root.iter("td")][:5] == ["a", "leaf", "–", "one number", "2"]
    assert root.find("figcaption").text == "One <neuron>" and "One <neuron>\nname" in repr(drawn)


def test_the_page_keeps_all_of_it():
    html = grad.graph(expression()[2])._repr_mimebundle_()["text/html"]
    kept = sanitise.clean(html)
    for tag in ("svg", "rect", "path", "text", "table", "td", "figcaption", "summary"):
        count = lambda text, tag=tag: len(re.findall(f"<{tag}[ >]", text))
        assert count(kept) == count(html) > 0
    assert "aria-label" in kept and "viewBox" in kept


def test_boxes_do_not_overlap():
    _, _, y = expression()
    for _ in range(6):
        y = y * y + np.tanh(y)
    html = grad.graph(y)._repr_mimebundle_()["text/html"]
    corners = re.findall(r'<rect x="(\d+)" y="(\d+)"', html)
    assert len(corners) == len(set(corners)) == 23
