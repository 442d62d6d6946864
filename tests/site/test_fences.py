"""Finding an author's cells, and telling the author what is wrong and where."""

import pytest

from engineroom_quiz.errors import AuthorErrors
from engineroom_quiz.fences import scan
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
