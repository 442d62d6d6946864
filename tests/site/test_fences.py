"""Finding an author's cells, and telling the author what is wrong and where."""

import itertools
import re

import markdown
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engineroom_quiz.authoring.errors import AuthorErrors
from engineroom_quiz.authoring.fences import scan
from engineroom_site.cells.options import cells


def live(text, first_line=1):
    return [(cell.id, cell.line, cell.code) for cell in cells(text, "docs/x.md", first_line)]


def reasons(text, first_line=1):
    with pytest.raises(AuthorErrors) as caught:
        cells(text, "docs/x.md", first_line)
    return [str(error) for error in caught.value.errors]


def test_a_cell_with_its_flags_and_the_line_in_the_file():
    [cell] = cells('a\n\n```python live id="x" fold expect-error\n1\n\n2\n```\n', "docs/x.md", first_line=5)
    assert (cell.id, cell.line, cell.code, cell.flags) == ("x", 7, "1\n\n2", {"fold", "expect-error"})


@pytest.mark.parametrize("opener", ["!!! note", '??? predict "Predict: what?"', "???+ tip", '=== "Tab"', "1. one", "-   one", "[^n]: Note"])
def test_cells_inside_what_holds_blocks(opener):
    assert live(f'{opener}\n\n    text\n\n    ```python live id="x"\n    if 1:\n        2\n    ```\n') == [("x", 5, "if 1:\n    2")]


def test_nested_containers():
    assert live('!!! note\n\n    - item\n\n        ~~~python live id="x"\n        1\n        ~~~\n') == [("x", 5, "1")]


@pytest.mark.parametrize(
    "text",
    [
        '````markdown\n```python live id="x"\n1\n```\n````\n',
        '~~~~\n```python live id="x"\n1\n```\n~~~~\n',
        '<!--\n```python live id="x"\n1\n```\n-->\n',
        'text\n\n    ```python live id="x"\n    1\n    ```\n',
        '- item\n\n        ```python live id="x"\n        1\n        ```\n',
        "```python\n1\n```\n",
        "`` ```python live `` in a line\n",
    ],
)
def test_what_is_not_a_cell(text):
    assert live(text + '\n```python live id="after"\n3\n```\n') == [("after", text.count("\n") + 2, "3")]


def test_a_longer_fence_may_close_and_a_shorter_one_may_not():
    assert live('```python live id="x"\ns = """\n``\n"""\n`````\n') == [("x", 1, 's = """\n``\n"""')]


@pytest.mark.parametrize(
    "info",
    [
        "Python live",
        "PY LIVE id=x",
        "{.python live}",
        "{.python .live #x}",
        "{#x .python .live}",
        "python {live}",
        "{python live}",
        "python Live id=x",
    ],
)
def test_what_only_looks_like_a_cell_is_no_block_of_code(info):
    (said,) = reasons(f"a\n\n```{info}\n1\n```\n")
    assert said.startswith("docs/x.md:3: a live cell begins with “```python live") and f"“{info}”" in said


@pytest.mark.parametrize(
    "info", ["python", 'python title="we live here"', "pycon live", "live", '{.python title="live"}', "python hl_lines='1'"]
)
def test_other_code_is_left_alone(info):
    assert live(f"```{info}\n1\n```\n") == []


def test_all_mistakes_of_a_page_are_reported():
    text = (
        '```python live\n1\n```\n\n```python live id="a" wide fold=yes\n1\n```\n\n```python live id="a"\n1\n```\n\n'
        '```python live id="9"\na = 1  # @param {type:"knob"}\n```\n\n> ```python live id="q"\n> 1\n> ```\n\n```python live id="z"\n1\n'
    )
    found = reasons(text, first_line=4)
    assert [e.split(": ")[0] for e in found] == [f"docs/x.md:{n}" for n in (4, 8, 8, 12, 16, 17, 20, 24)]
    for word in (
        "needs an id",
        "“wide”",
        "fold takes no value",
        "is taken by the cell on line 8",
        "start with a letter",
        "the type must be",
        "quotation",
        "never closed",
    ):
        assert any(word in e for e in found), word


def test_line_ends_of_another_system_are_no_code():
    assert live('a\r\n```python live id="x"\r\n1\r\n\r\n2\r\n```\r\n') == [("x", 2, "1\n\n2")]


def test_scan_gives_back_every_line_once():
    text = 'a\n```python live id="x"\n1\n```\nb\n~~~\nc\n~~~'
    assert [(f.start, f.end, f.closed) for f in scan(text)] == [(1, 4, True), (5, 8, True)]


# The last two hold blocks at the top only.
OPENERS = ["!!! note", '??? note "Fold"', '=== "Tab"', "- item", "1. item", "Term\n:   meaning", "[^{}]: Note"]


@st.composite
def pages(draw, deep: int = 3) -> list[str]:
    """Lines of a page: words, code and what holds blocks, one in another. `@` stands for a number that nothing else has."""
    found: list[str] = []
    for kind in draw(st.lists(st.sampled_from(["words", "fence", "indented", "comment", "quoted", "holds"]), min_size=1, max_size=4)):
        if kind == "words":
            found += ["words `@`", ""]
        elif kind == "fence":
            marks = draw(st.sampled_from(["```", "~~~", "`````"]))
            found += [f"{marks}python", *draw(st.sampled_from([["@"], ["@", "", "    @"], ["~~", "@"]])), marks, ""]
        elif kind == "indented":
            found += ["words", "", "    ```python", "    x", "    ```", "", "words", ""]
        elif kind == "comment":
            found += ["<!-- words", "```python", "x", "```", "-->", ""]
        elif kind == "quoted":
            found += ["> words", "> ```python", "> x", "> ```", ""]
        elif deep:
            opener = draw(st.sampled_from(OPENERS if deep == 3 else OPENERS[:-2])).format(draw(st.integers(0, 10**6)))
            found += [*opener.split("\n"), "", *(f"    {line}" if line else "" for line in draw(pages(deep - 1)))]
    return found


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_it_finds_what_python_markdown_draws_as_code(lines):
    """Fences that are found, and those that superfences makes blocks of code, one by one."""
    number = itertools.count()
    text = re.sub("@", lambda _: f"code{next(number)}", "\n".join(lines))
    notes = "".join(f"[^{note}]\n" for note in re.findall(r"\[\^(\d+)\]:", text))
    extensions = ["admonition", "def_list", "footnotes", "pymdownx.details", "pymdownx.tabbed", "pymdownx.superfences"]
    html = markdown.markdown(f"{text}\n\n{notes}", extensions=extensions)
    drawn = {block.get_text().strip("\n") for block in BeautifulSoup(html, "html.parser").select(".highlight pre")}
    found = [fence for fence in scan(text) if not fence.quoted]
    assert {fence.code for fence in found} == {code for code in drawn if "code" in code}
    assert all(text.split("\n")[fence.line - 1].strip().startswith(("```python", "~~~python", "`````python")) for fence in found)
