"""The comparison of build and page, itself compared with what it must let pass and what it must not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from comparing import NOISE, NUMBER, RELATIVE, numbers, same_table, same_text
from engineroom import viz
from outputs import Cell, Output, differences, logarithmic, read_cells

magnitudes = st.floats(-12, 12).map(lambda exponent: 10.0**exponent)
digits = st.integers(1, 7)


@pytest.mark.parametrize(
    "built, run",
    [
        ("off by 1e-12", "off by 1.9e-3"),
        ("lr 0.0003", "lr 0.0"),
        ("lr 0.0003", "lr 0.0000"),
        ("loss 2.5012 lr 0.0003", "loss 2.5012 lr 0.0000"),
        ("step 1000 lr 0.0003", "step 1000 lr 0.0001"),
        ("window, 2e+02 to 1.049e+06: FLOPs from 1.0e+09 to 1.0e+12", "window, 2e+02 to 1.040e+06: FLOPs from 1.0e+09 to 1.0e+12"),
        ("p = 0.001", "p = 0.002"),
        ("1000 tokens", "1001 tokens"),
        ("9,216 bytes", "9,217 bytes"),
        ("0.5", "-0.5"),
        ("0.5", "nan"),
        ("[1. 2.]", "[1. 3.]"),
        ("There are 1000.", "There are 1001."),
        ("it is the", "it is a"),
        ("x4 0.5", "x5 0.5"),
        ("−0.51", "−0.52"),
    ],
)
def test_what_differs_is_seen(built, run):
    assert not same_text(built, run)
    assert not same_text(run, built)


@pytest.mark.parametrize(
    "built, run",
    [
        ("loss 2.5012", "loss 2.5013"),
        ("[[0.0012 0.9988]]", "[[0.0013 0.9987]]"),
        ("weights 0.9988, 0.0012", "weights 0.9987, 0.0013"),
        ("[1. 2. 1e-8]", "[1. 2. 3e-7]"),
        ("[-0. 1.]", "[0. 1.]"),
        ("12,345.678 ms", "12,345.679 ms"),
        ("−0.5013 bits", "-0.5012 bits"),
        ("1.0000e+00", "9.9999e-01"),
        ("nan and inf", "nan and inf"),
    ],
)
def test_noise_is_let_pass(built, run):
    assert same_text(built, run) and same_text(run, built)


def test_numbers_are_read_with_their_last_digit_and_the_word_before():
    found = numbers("loss 2.50 at step 1,000, lr 3e-4: [0.10 −1. ]. GPT2 has 12.")
    assert [number.value for number in found] == [2.5, 1000, 3e-4, 0.1, -1, 12]
    assert [number.unit for number in found] == pytest.approx([0.01, None, 1e-4, 0.01, 1, None])
    assert [number.label for number in found] == ["loss", "step", "lr", "lr", "lr", "has"]


@given(magnitudes, digits, st.booleans())
def test_a_single_number_has_no_floor(size, precision, negative):
    """Whatever its size: a number that is twice as large, gone, or of the other sign is another."""
    value = -size if negative else size
    text = f"x {value:.{precision}e}"
    assert same_text(text, text)
    for other in (2 * value, -value, value * (1 + 2 * max(RELATIVE, 10.0**-precision))):
        assert not same_text(text, f"x {other:.{precision}e}"), other
    assert not same_text(text, "x 0.0")
    assert not same_table([["x", value]], [["x", 0.0]]) and not same_table([["x", value]], [["x", 2 * value]])


@given(st.integers(-(10**9), 10**9), st.integers(1, 1000), st.booleans())
def test_counts_are_equal_or_wrong(count, more, grouped):
    form = "{:,}" if grouped else "{}"
    built, run = (f"{form.format(n)} tokens" for n in (count, count + more))
    assert same_text(built, built) and not same_text(built, run)
    assert same_table([["n", count]], [["n", count]]) and not same_table([["n", count]], [["n", count + more]])


@given(magnitudes, st.integers(2, 300), st.integers(0, 2**32 - 1), st.integers(3, 6))
def test_sums_in_another_order_are_the_same(size, n, seed, precision):
    """float32 products by two orders of addition, printed and as a table: what the rule is there to let pass."""
    random = np.random.default_rng(seed)
    a, b = (random.normal(size=shape).astype(np.float32) * np.float32(math.sqrt(size)) for shape in ((6, n), (n, 5)))
    one, other = a @ b, a[:, ::-1] @ b[::-1]
    assert same_table([[*map(float, row)] for row in one], [[*map(float, row)] for row in other])
    scale = abs(one).max()
    printed = [" ".join(f"{value / scale:.{precision}f}" for value in matrix.ravel()) for matrix in (one, other)]
    assert same_text(*(text.replace("-0." + "0" * precision, "0." + "0" * precision) for text in printed))


@given(st.lists(magnitudes, min_size=2, max_size=8), st.data())
def test_a_column_is_measured_by_its_own_numbers(column, data):
    """A small number beside large ones of another column is as strict as alone; in its own column noise is let pass and no more."""
    at = data.draw(st.integers(0, len(column) - 1))
    largest = max(column)
    changed = [*column]
    changed[at] += 3 * max(NOISE * largest, RELATIVE * column[at])
    assert not same_table([[1e12, value] for value in column], [[1e12, value] for value in changed])
    changed[at] = column[at] + 0.5 * NOISE * largest
    assert same_table([[1e-12, value] for value in column], [[1e-12, value] for value in changed])


@given(magnitudes, magnitudes)
def test_a_word_is_a_column_too(large, small):
    assume(small < large)
    text = f"loss {large:.3e}, lr {small:.3e}"
    assert not same_text(text, f"loss {large:.3e}, lr {1.01 * small:.3e}")
    assert not same_text(text, f"loss {large:.3e}, lr {0:.3e}")


def test_tables_of_other_shapes_or_types_differ():
    assert same_table([], []) and same_table([[math.nan, None, True, "a"]], [[math.nan, None, True, "a"]])
    assert same_table([[3.0]], [[3]])  # as JavaScript writes it
    for built, run in [
        ([[1.0]], []),
        ([[1.0]], [[1.0, 2.0]]),
        ([[1]], [[True]]),
        ([[0.0]], [[None]]),
        ([["1"]], [[1]]),
        ([[0.0]], [[math.nan]]),
    ]:
        assert not same_table(built, run) and not same_table(run, built), (built, run)


def test_on_a_logarithmic_axis_no_number_is_near_zero():
    built, run = [[0, 1.0], [1, 1e-9]], [[0, 1.0], [1, 2e-9]]
    assert same_table(built, run) and not same_table(built, run, logarithmic=True)
    built, run = "falls from 1.0e+00 to 1.0e-09", "falls from 1.0e+00 to 2.0e-09"
    assert same_text(built, run) and not same_text(built, run, logarithmic=True)
    for log_x, log_y in [(False, False), (True, False), (False, True), (True, True)]:
        figure = viz.lines([1, 2], {"a": [1.0, 2.0]}, log_x=log_x, log_y=log_y, mark=1.5)
        assert logarithmic(figure.spec) is log_y


def live_cell(id: str, code: str, output: str) -> str:
    return (
        f'<live-cell id="{id}" data-state="done"><pre class="live-source">{code}</pre>'
        f'<div class="live-output"><pre class="live-out" data-kind="stream">{output}</pre></div></live-cell>'
    )


def test_only_a_cell_that_times_may_print_another_duration():
    """The letter s after a number, or a latency that was computed, is no measurement."""
    imports, timed, counted = "from engineroom.timing import seconds", "print(seconds(f), 's')", "print(shares)"
    built, run = (
        read_cells(
            live_cell("imports", imports, "") + live_cell("timed", timed, f"{x} s") + live_cell("counted", counted, f"u 0.1 s {x} s")
        )
        for x in (0.25, 0.75)
    )
    assert not differences(built["timed"], run["timed"])
    assert differences(built["counted"], run["counted"])


def test_hardly_a_number_of_the_book_could_be_lost_unseen(built_site):
    """Each number that the pages print or draw becomes zero, one at a time: what else would not be seen."""
    seen = unseen = 0
    texts = (path.read_text(encoding="utf-8") for path in built_site.rglob("index.html"))
    for page in (text for text in texts if "<live-cell" in text):
        for cell in read_cells(page).values():
            for output in cell.outputs:
                for changed in without_one(output):
                    seen, unseen = (seen + 1, unseen) if differences(cell_of(output), cell_of(changed)) else (seen, unseen + 1)
    assert seen > 5000 and unseen < seen / 500, (seen, unseen)


def without_one(output: Output) -> Iterator[Output]:
    for match in NUMBER.finditer(output.text):
        if zero := re.search("[1-9]", match[0]) and re.sub("[1-9]", "0", match[0]):
            yield output._replace(text=output.text[: match.start()] + zero + output.text[match.end() :])
    for at, row in enumerate(output.table or []):
        for place, value in enumerate(row):
            if type(value) in (int, float) and value:
                yield output._replace(
                    table=[*output.table[:at], [*row[:place], type(value)(0), *row[place + 1 :]], *output.table[at + 1 :]]
                )


def cell_of(output: Output) -> Cell:
    return Cell("x", "done", "", [output])
