"""From a page's text to cells in its HTML, and to the notebook beside it."""

import json

import markdown
import pytest

from engineroom_quiz.authoring.page import Page
from engineroom_site.cells.execute import Executor
from engineroom_site.cells.extension import LiveCells
from engineroom_site.placeholders import Placeholders


@pytest.fixture
def convert(tmp_path):
    (tmp_path / "data").mkdir()

    def converted(text, first_line=1):
        kept, wrong = [], []
        cells = LiveCells(
            Executor(tmp_path / "data", tmp_path / "cells"),
            lambda page, ids, notebook: kept.append(json.loads(notebook)),
            lambda errors: wrong.extend(map(str, errors.errors)),
        )
        cells.page = Page("docs/x.md", first_line, "x/", "../")
        placeholders = Placeholders({"checked": lambda name: f"<p>badge {name}</p>"}, lambda line, reason: None)
        html = markdown.markdown(text, extensions=["admonition", "fenced_code", placeholders, cells])
        return html, kept, wrong

    return converted


def test_the_notebook_and_the_code_are_as_their_author_wrote_them(convert):
    html, [notebook], wrong = convert('{checked: softmax}\n\n```python live id="a"\nprint("1\t2")\n```\n')
    assert not wrong and "badge softmax" in html and "1\t2" in html
    assert ["".join(cell["source"]) for cell in notebook["cells"]] == ["{checked: softmax}", 'print("1\t2")']


def test_a_cell_is_a_block_of_its_own(convert):
    html, _, _ = convert('text\n\n```python live id="a"\n1\n```\n\n!!! note\n\n\t```python live id="b"\n\t2\n\t```\n')
    assert html.count("<live-cell") == 2 and "<p><live-cell" not in html


def test_an_expected_error_does_not_stop_the_notebook(convert):
    _, [notebook], _ = convert('```python live id="a" fold expect-error\n1 / 0\n```\n')
    assert notebook["cells"][0]["metadata"] == {"engineroom": {"id": "a", "expect-error": True, "fold": True}, "tags": ["raises-exception"]}


@pytest.mark.parametrize(
    "mime, value, reason",
    [
        ("application/vnd.vegalite.v6+json", {"mark": "nonsense", "data": {"values": []}}, "a figure may not say “mark” here"),
        (
            "application/vnd.vegalite.v6+json",
            {"mark": "point", "data": {"url": "http://127.0.0.1:9/x.json"}},
            "a figure may not say “data.url” here",
        ),
        ("application/vnd.vegalite.v6+json", {"data": {"values": []}}, "Vega-Lite cannot draw this figure: "),
        ("text/latex", "$\\frac{$", "the formula '\\\\frac{' cannot be read: "),
    ],
)
def test_an_output_that_cannot_be_drawn_sends_its_author_to_the_cell(convert, mime, value, reason):
    code = f"class F:\n    def _repr_mimebundle_(self, **_):\n        return {{{mime!r}: {value!r}}}\n\nF()"
    _, _, [wrong] = convert(f'# T\n\n```python live id="a"\n{code}\n```\n', first_line=4)
    assert wrong.startswith(f"docs/x.md:6: {reason}") and "\n" not in wrong and "vega-lite@" not in wrong
