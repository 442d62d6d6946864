"""Running a page's cells: what they give, what runs again, and where an author is sent."""

from pathlib import Path

import pytest

from engineroom_quiz.authoring.errors import AuthorErrors
from engineroom_site.cells.execute import Executor
from engineroom_site.cells.options import Cell


@pytest.fixture
def executor(tmp_path):
    (tmp_path / "data").mkdir()
    return Executor(tmp_path / "data", tmp_path / "cells")


def run(executor, *codes, flags=()):
    before = executor.ran
    results = executor.run([Cell(f"c{i}", code, frozenset(flags), 10 * (i + 1)) for i, code in enumerate(codes)], "docs/x.md")
    return [text(result) for result in results], executor.ran - before


def text(result):
    return "".join(
        o.get("text") or o.get("data", {}).get("text/plain", "") or f"{o.get('ename')}: {o.get('evalue')}" for o in result.outputs
    )


PAGE = [
    "import numpy as np, random\nrandom.seed(3); np.random.seed(3)\nbig = np.zeros((300, 300)); row = big[1]\ndef f(): return k + 1",
    "k = 1\nclass A:\n    def g(self): return f()\na = A()\nprint(a.g())",
    "row[0] = 5\nprint(big[1, 0], random.random(), np.random.rand())",
    "k = 10\nprint(a.g(), f())",
]


def test_a_cell_runs_again_alone_with_those_that_follow_and_in_the_same_state(executor):
    straight, ran = run(executor, *PAGE)
    assert ran == 4 and straight[1] == "2\n" and straight[3] == "11 11\n" and straight[2].startswith("5.0 0.2379")
    assert run(executor, *PAGE) == (straight, 0)
    again, ran = run(executor, *PAGE[:2], PAGE[2] + "  # changed", PAGE[3])
    assert (again, ran) == (straight, 2)
    again, ran = run(executor, *PAGE[:3], "k = 20\nprint(a.g(), f(), (row == big[1]).all())")
    assert (again[3], ran) == ("21 21 True\n", 1)


def test_what_cannot_be_saved_is_made_again(executor):
    codes = ["x = 1", "import threading; lock = threading.Lock(); print(x)", "print(lock.locked())"]
    assert run(executor, *codes) == (["", "1\n", "False\n"], 3)
    assert run(executor, *codes[:2], "print(lock.locked(), x)") == (["", "1\n", "False 1\n"], 2)


def test_await_results_and_the_fixed_environment(executor):
    found, _ = run(
        executor,
        "import asyncio, os\nawait asyncio.sleep(0)\nos.environ['ENGINEROOM_DATA'].endswith('data'), os.environ['OPENBLAS_NUM_THREADS']",
    )
    assert found == ["(True, '1')"]


@pytest.mark.parametrize(
    "codes, line, reason",
    [
        (["x = 1", "\n1 / 0"], 22, "ZeroDivisionError: division by zero"),
        (["def f():\n    return missing", "x = 1\nf()"], 22, "NameError: name 'missing' is not defined"),
        (["x = ("], 11, "SyntaxError: '(' was never closed"),
        (["!ls"], 11, "SyntaxError: invalid syntax"),
        (["import os; os._exit(1)"], 10, "Python died while running this cell"),
    ],
)
def test_a_cell_that_raises_sends_its_author_to_the_line(executor, codes, line, reason):
    for _ in range(2):
        with pytest.raises(AuthorErrors) as caught:
            run(executor, *codes)
        assert str(caught.value) == f"docs/x.md:{line}: {reason}"


def test_an_errors_frames_name_their_cells_and_lines_also_from_a_kernel_that_is_gone(executor):
    def frames(last):
        cells = [Cell("has-f", "\n\ndef f():\n    return 1 / 0", frozenset(), 10), Cell("calls-f", last, frozenset({"expect-error"}), 20)]
        return executor.run(cells, "docs/x.md")[1].outputs[0]["frames"]

    expected = [
        {"cell": "calls-f", "line": 1, "name": "<module>", "text": "f()"},
        {"cell": "has-f", "line": 4, "name": "f", "text": "return 1 / 0"},
    ]
    assert frames("f()") == expected
    expected[0] |= {"line": 2}
    before = executor.ran
    assert frames("x = 1\nf()") == expected and executor.ran == before + 1


def test_an_expected_error_is_shown_and_must_come(executor):
    assert run(executor, "{}['a']", flags=["expect-error"])[0] == ["KeyError: 'a'"]
    with pytest.raises(AuthorErrors, match="docs/x.md:10: .* raises nothing"):
        run(executor, "1", flags=["expect-error"])


def test_pages_run_ahead_are_not_run_again_and_their_mistakes_are_found_in_turn(executor):
    meet = "import pathlib, time\npathlib.Path({own!r}).touch()\nend = time.time() + 60\nwhile not pathlib.Path({other!r}).exists() and time.time() < end: time.sleep(0.05)\nprint(time.time() < end)"
    here = executor.directory.parent
    first, second = (meet.format(own=str(here / a), other=str(here / b)) for a, b in (("1", "2"), ("2", "1")))
    pages = [([Cell("a", code, frozenset(), 1)], "docs/x.md") for code in (first, second, "1 / 0", "x = (")]
    executor.ahead(pages)
    assert executor.ran == 3  # the one that is no Python never ran
    assert [text(executor.run(*page)[0]) for page in pages[:2]] == ["True\n", "True\n"]  # each waited for the other: they ran together
    assert executor.ran == 3
    for page, reason in zip(pages[2:], ("ZeroDivisionError", "SyntaxError")):
        with pytest.raises(AuthorErrors, match=reason):
            executor.run(*page)
    before = executor.ran
    executor.ahead([([Cell("b", "print(1)", frozenset(), 1)], "docs/x.md"), pages[0]])
    assert executor.ran == before  # one page alone is left to run


FAILING = [
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('worse') from error",
    "\n \n\ne = ValueError('with notes')\ne.add_note('one\\ntwo')\nraise e",
    "raise ExceptionGroup('many', [ValueError(1), ExceptionGroup('inner', [KeyError('k')])])",
    "def f(n): return g(n) if n else 1 / 0\ndef g(n): return f(n - 1)\nf(200)",
    "# a form feed \x0c, a separator \u2028\n'\x0b\x1c\x85' + 1",
    "valeu = 1\nvalue",
    "x = 1\ny = (2 +",
    "raise KeyError",
]


def test_errors_are_told_as_the_pages_kernel_tells_them(executor, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "library" / "kernel"))
    from cells_of import Cells

    cells = [Cell(f"cell-{at}", code, frozenset({"expect-error"}), 1) for at, code in enumerate(FAILING)]
    page = Cells()
    for cell, result in zip(cells, executor.run(cells, "docs/x.md")):
        built, (shown,) = result.outputs[-1], page(cell.code, cell=cell.id)
        for name in ("ename", "evalue", "notes", "own"):
            assert built[name] == shown[name]
        assert built["own"] and [frame["line"] for frame in built["frames"]] == [frame["line"] for frame in shown["frames"]]


def test_a_group_that_nobody_expected_sends_its_author_to_the_line(executor):
    with pytest.raises(AuthorErrors, match=r"docs/x.md:12: ExceptionGroup: many \(1 sub-exception\)"):
        run(executor, "x = 1\nraise ExceptionGroup('many', [ValueError(1)])")


def test_what_goes_around_print_comes_in_its_place(executor):
    code = """import ctypes, os, sys
print("print")
os.write(1, "os.write é\\n".encode())
print("__stdout__", file=sys.__stdout__)
ctypes.CDLL(None).puts(b"C")
print("print again", end="|")
os.write(sys.stdout.fileno(), b"fileno\\n")
os.system("echo a child")
print("print at last")
os.write(1, b"and no more");"""
    printed = "print\nos.write é\n__stdout__\nC\nprint again|fileno\na child\nprint at last\nand no more"
    assert run(executor, code, "import os; written = os.write(2, b'wrong'); print('right')")[0] == [printed, "right\nwrong"]
