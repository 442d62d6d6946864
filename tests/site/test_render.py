"""Outputs as HTML: the richest form a page can show, escaped or cleaned."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup

from engineroom_site.cells import notebook, render
from engineroom_site.cells.cache import Result
from engineroom_site.cells.execute import Executor
from engineroom_site.cells.options import Cell, cells

VEGA = "application/vnd.vegalite.v6+json"
SPEC = {
    "description": "Bars. Two <bars>.",
    "usermeta": {"engineroom": {"title": "Bars & more", "table": {"columns": ["x", "<y>"], "rows": [["a", 1.0], ["b", None]]}}},
    "data": {"values": [{"x": "a", "y": 1}, {"x": "b", "y": 2}]},
    "mark": {"type": "bar", "clip": True, "color": "var(--er-accent)"},
    "encoding": {"x": {"field": "x", "type": "nominal"}, "y": {"field": "y", "type": "quantitative"}},
}


def shown(data, **more):
    html = render.output({"output_type": "display_data", "data": data, "metadata": {}} | more)
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_was_printed_is_text(name):
    soup = BeautifulSoup(
        render.output({"output_type": "stream", "name": name, "text": 'a <eos> & "b"\n\x1b[31m10\x1b[0m% of it\r99'}), "html.parser"
    )
    assert soup.div["data-kind"] == "stream" and soup.div["data-name"] == name
    assert soup.pre.get_text() == 'a <eos> & "b"\n99% of it' and not soup.find("eos")


@pytest.mark.parametrize(
    "mime, value, kind, inside",
    [
        ("text/plain", "<b>", "text", '<pre tabindex="0">&lt;b&gt;</pre>'),
        ("text/html", "<b onclick='x'>b</b><script>x</script>", "html", "<b>b</b>"),
        (
            "image/svg+xml",
            '<svg viewBox="0 0 1 1"><rect onload="x" width="1"></rect><script>x</script></svg>',
            "svg",
            '<svg viewbox="0 0 1 1"><rect width="1"></rect></svg>',
        ),
        ("image/png", "AA\nAA", "png", '<img alt="&lt;it&gt;" src="data:image/png;base64,AAAA"/>'),
        ("text/markdown", "**b** <script>x</script>", "markdown", "<strong>b</strong>"),
        ("text/latex", r"$a < b$", "latex", "<mo>&lt;</mo>"),
        (VEGA, SPEC, "vega", "<svg"),
    ],
)
def test_each_form(mime, value, kind, inside):
    soup = shown({mime: value} | ({} if mime == "text/plain" else {"text/plain": "<it>"}))
    [out] = soup.select(".live-out")
    assert out["data-kind"] == kind and inside in str(out) and not soup.find("script") and "onclick" not in str(soup)


@pytest.mark.parametrize(
    "text, columns",
    [
        ("a  b", True),
        ("one line\nGPT-2      0.86", True),
        ("[ 0.   1.5]", True),
        ("a b c", False),
        ("  indented", False),
        ("at the end  ", False),
        ("a\n  b", False),
    ],
)
def test_columns_are_marked_as_the_page_marks_its_own(text, columns):
    assert shown({"text/plain": text}).pre.has_attr("data-columns") == columns
    stream = BeautifulSoup(render.output({"output_type": "stream", "name": "stdout", "text": text}), "html.parser")
    assert stream.pre.has_attr("data-columns") == columns and stream.pre.get_text() == text


def test_the_richest_form_wins_and_a_finished_bar_shows_nothing():
    assert shown({"text/plain": "p", "text/html": "<i>h</i>", VEGA: SPEC}).figure
    assert shown({"text/plain": "p", "text/html": ["<i>", "h</i>"]}).i.get_text() == "h"
    assert not str(shown({"text/plain": "", "text/html": ""}))
    assert shown({"text/plain": "0"}).pre.get_text() == "0"


def test_a_figure_is_described_once_and_carries_its_numbers_and_its_spec():
    soup, twin = shown({VEGA: SPEC}), shown({VEGA: SPEC})
    assert [(e.name, e["aria-label"]) for e in soup.select("[role], [aria-label]")] == [("div", "Bars. Two <bars>.")]
    assert soup.figcaption.get_text() == "Bars & more"
    assert [c.get_text() for c in soup.select("th, td")] == ["x", "<y>", "a", "1", "b", ""]
    assert all(th["scope"] == "col" for th in soup.select("th"))
    assert json.loads(soup.select_one("template.live-spec").get_text()) == SPEC
    assert "var(--er-accent)" in str(soup.svg) and soup.svg["viewbox"]
    ids = [{e["id"] for e in s.select("svg [id]")} for s in (soup, twin)]
    assert ids[0] and not ids[0] & ids[1]
    for drawing, own in zip((soup, twin), ids):
        assert {e["clip-path"] for e in drawing.select("[clip-path]")} <= {f"url(#{i})" for i in own}


def test_an_error_shows_its_notes_and_the_readers_own_lines():
    error = {
        "output_type": "error",
        "ename": "NameError",
        "evalue": "<x>",
        "notes": ["look\nthere"],
        "own": "Cell c, line 3\n    f() < x",
        "traceback": [],
        "frames": [],
    }
    soup = BeautifulSoup(render.output(error), "html.parser")
    assert soup.select_one(".live-error").get_text() == "NameError: <x>\nlook\nthere"
    assert soup.select_one(".live-traceback").get_text() == "Cell c, line 3\n    f() < x"
    assert not BeautifulSoup(render.output(error | {"own": ""}), "html.parser").select_one(".live-traceback")


def test_a_cell_carries_its_code_exactly():
    code = '\n  # "a" <b> & \'c\'\nx = 1  # @param {type:"slider", min:0, max:5}\n\n'
    used = [{"name": "attention.softmax", "path": "engineroom/attention.py", "line": 12}]
    html = render.cell(
        Cell("c", code, frozenset({"fold", "expect-error"}), 1),
        Result([{"output_type": "stream", "name": "stdout", "text": "x"}], used),
        2,
        "chapters/x/",
        "../../",
    )
    cell = BeautifulSoup(html, "html.parser").find("live-cell")
    assert cell.code.get_text() == code
    assert {k: v for k, v in cell.attrs.items() if k != "data-hash"} == {
        "id": "c",
        "data-page": "chapters/x/",
        "data-index": "2",
        "data-state": "idle",
        "data-params": "1",
        "data-fold": "",
        "data-expect-error": "",
    }
    assert not cell.details.has_attr("open") and cell.select_one(".live-used a")["href"] == "../../source/engineroom/attention/#L12"
    output = cell.select_one(".live-output")
    assert output.has_attr("data-search-exclude") and not output.find(output.name)


def test_updated_and_cleared_displays_stand_as_they_ended(tmp_path):
    (tmp_path / "data").mkdir()
    code = """from IPython.display import display, clear_output
print("gone"); clear_output()
handle = display({"text/plain": "first"}, raw=True, display_id=True); print("kept"); handle.update({"text/plain": "last"}, raw=True)"""
    [result] = Executor(tmp_path / "data", tmp_path / "cells").run([Cell("a", code, frozenset(), 1)], "docs/x.md")
    html = "".join(render.output(each) for each in render.settled(result.outputs))
    assert BeautifulSoup(html, "html.parser").get_text() == "lastkept\n"


def test_the_notebook_is_one_jupyter_reads():
    text = 'Before\n\n```python live id="a"\n1\n```\n\nBetween\n\n```python live id="b" expect-error\n1 / 0\n```\n'
    outputs = [{"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": 7}]
    error = [{"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": [], "frames": []}]
    written = notebook.write(text, cells(text, "docs/x.md"), [Result(outputs, []), Result(error, [])])
    read = nbformat.reads(written, as_version=4)
    nbformat.validate(read)
    assert [(c.cell_type, c.source) for c in read.cells] == [
        ("markdown", "Before"),
        ("code", "1"),
        ("markdown", "Between"),
        ("code", "1 / 0"),
    ]
    assert read.cells[1].outputs[0].data == {"text/plain": "1"} and read.cells[3].outputs[0].ename == "ZeroDivisionError"
