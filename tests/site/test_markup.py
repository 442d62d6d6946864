"""Text stays text in every place where an author, or a cell, can put some: no character of it becomes HTML or a mark of the tools."""

from __future__ import annotations

import ast
import json
import re

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markupsafe import Markup

from engineroom import ui, viz
from engineroom.tokenize import Token
from engineroom_quiz.authoring.page import Page
from engineroom_quiz.extension import Quizzes
from engineroom_quiz.plugin import QuizPlugin
from engineroom_site import checked, credits, csp, progress, source_pages
from engineroom_site.cells import execute, figures, render
from engineroom_site.cells.cache import Result
from engineroom_site.cells.extension import LiveCells
from engineroom_site.cells.options import Cell
from engineroom_site.paths import SOURCES
from engineroom_site.placeholders import Placeholders

# What HTML, Python-Markdown and the templates mean something by.
PIECES = [
    "<",
    ">",
    "&",
    '"',
    "'",
    "`",
    "{",
    "}",
    "{}",
    "{0}",
    "%s",
    "\\",
    "*",
    "&lt;",
    "&#60;",
    "&amp;amp;",
    "</code>",
    "</section>",
    "<b>",
]
MARKS = ["\x02wzxhzdk:0\x03", "\x02amp\x03", "\x0260\x03", "\x02quiz:0\x03", "\x02", "\x03"]
words = st.text("ab é\u2028", min_size=1, max_size=3)
texts = st.lists(st.sampled_from([*PIECES, *MARKS]) | words, min_size=1, max_size=6).map("".join).filter(str.strip)
lines = texts.filter(lambda text: "\u2028" not in text)
SLOW = settings(max_examples=40, deadline=None)


def read(html: str) -> BeautifulSoup:
    """As a browser reads it: html.parser drops the references to two control characters, which a browser keeps."""
    return BeautifulSoup(html.replace("&#2;", "\ue002").replace("&#3;", "\ue003"), "html.parser")


def said(found: Tag | str | None) -> str:
    text = found.get_text() if isinstance(found, Tag) else str(found)
    return text.replace("\ue002", "\x02").replace("\ue003", "\x03")


@SLOW
@given(code=texts, printed=texts, message=texts, name=texts)
def test_a_cells_code_and_what_it_gives(code, printed, message, name):
    outputs = [
        {"output_type": "error", "ename": "E", "evalue": message, "notes": [name], "own": message},
        {"output_type": "execute_result", "data": {"text/plain": printed}},
        {"output_type": "display_data", "data": {"image/png": "AA==", "text/plain": printed}},
    ]
    result = Result(outputs, [{"name": name, "path": "engineroom/norm.py", "line": 1}])
    cell = read(render.cell(Cell("c", code, frozenset({"fold"}), 1), result, 0, name, "../")).select_one("live-cell")
    assert said(cell.select_one("code")) == code and cell["data-page"] == name and cell.select_one("a").get_text() == name
    assert cell.select_one(".live-error").get_text() == f"E: {message}\n{name}" and cell.select_one(".live-traceback").get_text() == message
    assert cell.select_one("[data-kind=text] pre").get_text() == printed and cell.select_one("img")["alt"] == printed


class Kept(execute.Executor):
    """Runs nothing: what a cell gives is its own code, as text."""

    def __init__(self) -> None: ...

    def run(self, cells: list[Cell], file: str) -> list[Result]:
        return [Result([{"output_type": "execute_result", "metadata": {}, "data": {"text/plain": cell.code}}], []) for cell in cells]


@SLOW
@given(code=lines, argument=texts)
def test_a_page_gives_them_back_as_they_are(code, argument):
    wrong: list[object] = []
    cells = LiveCells(Kept(), lambda *kept: None, wrong.append)
    placeholders = Placeholders({"x": lambda _: Markup("<i>{}</i>").format(argument)}, lambda *told: wrong.append(told))
    code = "# " + code
    md = Markdown(extensions=["admonition", "pymdownx.superfences", placeholders, cells])
    page = read(md.convert(f'{{x}}\n\n<hr>\n\n!!! note\n\n    ```python live id="a"\n    {code}\n    ```\n'))
    assert not wrong and said(page.select_one("i")) == argument and len(page.select("hr")) == 1
    assert said(page.select_one(".admonition code")) == said(page.select_one("[data-kind=text] pre")) == code


@SLOW
@given(text=lines)
def test_a_questions_words(text):
    """`quoted` is what Python-Markdown leaves of a text: it takes its own marks out, whoever wrote them."""
    told: list[object] = []
    bare = text.replace("\x02", "").replace("\x03", "")
    quoted = " ".join(bare.split())
    if not quoted:
        return
    mark = "`" * (max(map(len, re.findall("`+", bare)), default=0) + 1)
    code = f"{mark} {quoted} {mark}"
    head = f"id: a\ntype: text\ntopic: {json.dumps(text)}\nhint: {json.dumps(code)}\n"
    choice = f"- [x] {code}\n  > {code}\n"
    quizzes = Quizzes(told.append)
    quizzes.page = Page("docs/x.md")
    html = Markdown(extensions=["pymdownx.superfences", quizzes]).convert(
        f"`````quiz\n{head}---\nWhat is {code}?\n\n{choice}\n> {code}\n`````\n"
    )
    page = BeautifulSoup(html, "html.parser")
    assert not told and page.select_one("fieldset")["data-topic"] == bare and page.select_one("fieldset")["data-key"] == quoted
    assert page.select_one("li[data-value]")["data-value"] == quoted
    assert [element.get_text() for element in page.select("code")] == [quoted] * 6 and "\x02" not in html


@given(text=texts)
def test_what_the_build_fills_in(text):
    table = read(figures.data_table({"columns": [text], "rows": [[text]]}))
    assert table.th.get_text() == text and table.td.get_text() == text and len(table.contents) == 1
    assert read(progress.element("quiz-review", text)).link["href"] == text
    assert read(credits._ROW.format(c=credits.Credit(text, text, text, text, ""), file=text)).get_text() == text * 4
    assert read(csp._POLICY.format(text)).meta["content"] == text
    plugin = QuizPlugin()
    plugin.site, plugin._style = text, text
    assert read(plugin._head("")).link["href"] == text


@SLOW
@given(text=texts)
def test_a_figures_words(text):
    spec = {"mark": "point", "data": {"values": []}, "description": text, "usermeta": {"engineroom": {"title": text}}}
    figure = read(figures.figure(spec)).figure
    assert figure.select_one(".live-figure")["aria-label"] == text and figure.figcaption.get_text() == text
    assert json.loads(BeautifulSoup(figure.select_one("template").decode_contents(), "html.parser").get_text()) == spec


@given(text=texts)
def test_the_librarys_own_html(text):
    row = viz.tokens(text, {text: [Token(1, text.encode(), 0, len(text))]}, title=text)._repr_mimebundle_()["text/html"]
    page = BeautifulSoup(row, "html.parser")
    assert page.figcaption.get_text() == text and page.b.get_text() == text and len(page.select("li")) == 1 and len(page.contents) == 1
    bar = BeautifulSoup(ui.Progress(text, 3)._repr_mimebundle_()["text/html"], "html.parser")
    assert bar.progress["aria-label"] == text and bar.span.get_text() == f"{text}: 0 of 3"


def test_a_badge_says_what_was_measured(tmp_path, monkeypatch):
    (tmp_path / "measured.json").write_text(json.dumps({"a<b": {"against": "<i>", "metric": "&", "error": 1e-7, "cases": 1200}}))
    monkeypatch.setattr(checked, "MEASURED", tmp_path / "measured.json")
    assert read(checked.badge("a<b")).get_text() == "A<b checked against <i> · & 1e-7 · 1,200 cases"


def test_a_listing_is_the_file():
    page = read(source_pages.listing("engineroom/markup.py"))
    for number in page.select(".source-number"):
        number.decompose()
    assert page.get_text().rstrip("\n") == (SOURCES / "engineroom" / "markup.py").read_text(encoding="utf-8").rstrip("\n")


TAG = re.compile(r"(?<!\?P)</?[a-zA-Z][a-zA-Z0-9-]*(?=[\s>/]|$)|<!")
MODULES = [
    path
    for name in ("engineroom", "engineroom_quiz", "engineroom_site")
    for path in sorted((SOURCES / name).rglob("*.py"))
    if path.parent != SOURCES / "engineroom" / "kernel"  # writes no HTML: "<cell x>" is how Python names what is no file
]


def tags(code: str) -> list[int]:
    """The lines of f-strings, and of plain strings that are formatted or added to, with a tag in them."""
    found = []
    for node in ast.walk(ast.parse(code)):
        parts: list[ast.expr] = []
        if isinstance(node, ast.JoinedStr):
            parts = node.values
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            parts = [node.left]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "format_map"):
            parts = [node.func.value]
        found += [node.lineno for part in parts if isinstance(part, ast.Constant) and TAG.search(str(part.value))]
    return found


def test_html_is_never_put_together_by_hand():
    assert not [f"{path.relative_to(SOURCES)}:{line}" for path in MODULES for line in tags(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "code, found",
    [
        ("f'<b>{x}</b>'", True), ("f'{x}</b>'", True), ("f'<div class=\"{x}\">'", True), ("f'<{x}>'", False), ("f'{x} < {y}'", False),
        ("'<b>%s</b>' % x", True), ("'<b>{}</b>'.format(x)", True), ("Markup('<b>{}</b>').format(x)", False), ("filled('<b>{x}</b>', x=x)", False),
    ],
)  # fmt: skip
def test_what_counts_as_putting_html_together(code, found):
    assert bool(tags(code)) is found
