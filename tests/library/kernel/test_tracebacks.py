"""Errors as CPython tells them: generated chains, notes and groups, odd line ends, and what is too long to be read."""

import linecache
import re
import time
from traceback import TracebackException

import pytest
from cells_of import Cells
from hypothesis import example, given, settings
from hypothesis import strategies as st

RAISE = """
class Own(Exception): pass
KINDS = {"v": ValueError, "k": KeyError, "o": Own, "x": Exception}
def made(spec):
    kind, message, notes, link, other, members = spec
    error = ExceptionGroup(message, [caught(member) for member in members]) if members else KINDS[kind](message)
    for note in notes:
        error.add_note(note)
    return error
def caught(spec):
    try:
        fail(spec)
    except Exception as error:
        return error
def fail(spec):
    link, other = spec[3:5]
    own = made(spec)
    if other is None:
        raise own
    try:
        fail(other)
    except Exception as error:
        if link == "from": raise own from error
        if link == "none": raise own from None
        raise own
"""
TEXT = st.text(st.sampled_from("ab \n\r\x0c\u2028é😀'"), max_size=8)
KIND = st.sampled_from("vkox")
LINK = st.sampled_from(["from", "while", "none"])
LEAF = st.tuples(KIND, TEXT, st.lists(TEXT, max_size=2), LINK, st.none(), st.just([]))
SPEC = st.recursive(
    LEAF,
    lambda inner: st.tuples(
        KIND, TEXT, st.lists(TEXT, max_size=2), LINK, st.none() | inner, st.just([]) | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def error(outputs):
    return next(output for output in outputs if output["output_type"] == "error")


def of_cpython(code):
    """What was raised, and what CPython prints of it, of code whose lines it finds under the cell's name."""
    try:
        exec(compile(code, "<cell cell>", "exec"), {"__name__": "__main__"})
    except Exception as raised:
        raised.__traceback__ = raised.__traceback__.tb_next  # without this test's own line
        return raised, "".join(TracebackException.from_exception(raised).format())
    raise AssertionError("nothing was raised")


@settings(max_examples=60)
@given(SPEC)
def test_causes_notes_and_groups_are_told_as_cpython_tells_them(spec):
    linecache.cache.pop("<cell cell>", None)
    code = f"{RAISE}\nfail({spec!r})"
    found = error(Cells()(code))
    raised, expected = of_cpython(code)
    assert "\n".join(found["traceback"]) == expected.rstrip("\n")
    assert (found["ename"], found["evalue"], found["notes"]) == (type(raised).__name__, str(raised), getattr(raised, "__notes__", []))
    calls = re.findall(r'File "<cell cell>", line (\d+)', expected)
    assert re.findall(r"Cell cell, line (\d+)", found["own"]) == calls
    if re.search("exception:\n|Group Traceback", expected):
        frame = re.compile(r"( *(?:\| )*) ?(?:  File|Cell).*\n.*\n(?:[ |]*[~^]+\n)?")
        ours, theirs = (frame.sub("", text).rstrip("\n").split("\n") for text in (found["own"] + "\n", expected))
        assert [line.strip() for line in ours] == [line.strip() for line in theirs]


@pytest.mark.parametrize("notes", ["'one text'", "7", "[1, None]", "()", "None"])
def test_notes_of_any_kind_are_as_cpython_has_them(notes):
    linecache.cache.pop("<cell cell>", None)
    code = f"e = ValueError('x')\ne.__notes__ = {notes}\nraise e"
    found = error(Cells()(code))
    assert "\n".join(found["traceback"]) == of_cpython(code)[1].rstrip("\n")


@pytest.mark.parametrize(
    "code, hint",
    [("value = 1\nvalu", "Did you mean: 'value'?"), ("math", "forget to import 'math'"), ("[].appendd", "Did you mean: 'append'?")],
)
def test_hints_are_shown(code, hint):
    assert hint in error(Cells()(code))["evalue"]


# Lines

PIECES = ["x = 1", "'a\x0cb'", "# \u2028 note", "'\x0b\x1c\x85'", "\x0c", "'\u2029'", "if x:\n  x", "'''\x0c\n\x85'''", "", "x; x"]
FAILING = ["1 / 0", "'\x0c\x85' + 0", "x = ("]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(FAILING))
@example(["\x0c", "# \u2028"], "\n", "1 / 0")
def test_the_line_shown_is_pythons_own(tmp_path_factory, pieces, end, last):
    code = "\n".join(["x = 0", *pieces, last]).replace("\n", end)
    linecache.cache.pop("<cell cell>", None)
    (frame,) = error(Cells()(code))["frames"]
    file = tmp_path_factory.mktemp("code") / "code.py"
    file.write_bytes(code.encode())
    try:
        exec(compile(file.read_bytes(), str(file), "exec"), {})
    except SyntaxError as raised:
        line = raised.lineno
    except Exception as raised:
        line = raised.__traceback__.tb_next.tb_lineno
    assert (frame["line"], frame["text"]) == (line, linecache.getline(str(file), line).strip())


# What is too long


def test_calls_in_turn_are_a_few_lines_and_a_count():
    found = error(Cells()("def f(n): return g(n)\ndef g(n): return h(n)\ndef h(n): return f(n)\nf(0)"))
    assert len(found["own"].split("\n")) < 25 and len(found["traceback"]) < 40
    assert re.search(r"\[Previous 3 lines repeated 3\d\d more times\]", found["own"])
    found = error(Cells()("def f(n): return f(n)\nf(0)"))
    assert found["traceback"][-2].startswith("  [Previous line repeated 9") and found["own"].count("return f(n)") == 3


def test_calls_without_order_are_cut_in_the_middle():
    calls = "\n".join(f"def f{i}(): return f{i + 1}()" for i in range(300))
    found = error(Cells()(f"{calls}\ndef f300(): 1 / 0\nf0()"))
    assert "[242 more not shown]" in found["own"] and found["own"].endswith("in f300\n    def f300(): 1 / 0")


def test_what_is_cut_is_counted():
    code = "import sys\nbefore = sys.getrecursionlimit()\nsys.setrecursionlimit(50_000)\nimport random\nroll = random.Random(0).random\ndef f(n): return g(n) if roll() < 0.5 else h(n)\n"
    code += "def g(n): return f(n + 1)\ndef h(n): return f(n + 1) if n < 5000 else 1 / 0\ntry: f(0)\nfinally: sys.setrecursionlimit(before)"
    found = error(Cells()(code))["own"]
    hidden = sum(int(count.replace(",", "")) for count in re.findall(r"([\d,]+) more not shown", found))
    repeated = sum(
        int(period or 1) * int(times) for period, times in re.findall(r"Previous (?:line|(\d+) lines) repeated (\d+) more", found)
    )
    calls = found.count("Cell cell, line")
    deep, reached = {}, 0
    try:
        exec(code, deep)
    except ZeroDivisionError as raised:
        trace = raised.__traceback__.tb_next
        while trace:
            trace, reached = trace.tb_next, reached + 1
    assert hidden + repeated + calls == reached > 10_000


ENDLESS = {
    "a message": "raise ValueError('x' * 20_000_000)",
    "a note": "e = ValueError('e')\ne.add_note('y' * 20_000_000)\nraise e",
    "notes": "e = ValueError()\nfor i in range(20_000): e.add_note('n')\nraise e",
    "a line": f"'{'x' * 2_000_000}' + 1",
    "a line that is no Python": f"'{'x' * 2_000_000}' + ",
    "a wide group": "raise ExceptionGroup('g', [ValueError('z' * 100)] * 300_000)",
    "a deep group": "e = ValueError()\nfor i in range(30): e = ExceptionGroup('g', [e] * 15)\nraise e",
    "a chain": "for i in range(20_000):\n    try: raise ValueError(i) from (e if i else None)\n    except ValueError as error: e = error\nraise e",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_an_endless_error_is_cut_at_once(what):
    cells, began = Cells(), time.process_time()
    found = error(cells(ENDLESS[what]))
    assert time.process_time() - began < 20
    shown = [found["own"], found["evalue"], *found["notes"], *found["traceback"], *(frame["text"] for frame in found["frames"])]
    assert sum(map(len, shown)) < 1_100_000


def test_the_ends_of_a_long_chain_are_told():
    code = "e = None\nfor i in range(1000):\n    try: raise ValueError(f'number {i}.') from e\n    except ValueError as error: e = error\nraise e"
    own = error(Cells()(code))["own"]
    assert re.findall(r"number (\d+)", own) == [*map(str, range(8)), *map(str, range(992, 1000))]
    assert "[984 more exceptions, between this one and the next, are not shown]" in own and own.count("direct cause") == 15


def test_a_million_calls_end_in_an_answer():
    deep = "import sys\nbefore = sys.getrecursionlimit()\nsys.setrecursionlimit(10**6)\ndef f(n): return f(n + 1)\ntry: f(0)\nfinally: sys.setrecursionlimit(before)"
    cells, began = Cells(), time.process_time()
    found = error(cells(deep))
    assert found["ename"] == "RecursionError" and len(found["traceback"]) < 40
    assert time.process_time() - began < 30
