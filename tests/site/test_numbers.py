"""Numbers as readers type them: the build and the page read the same, and what no reader can type is no key."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engineroom_quiz import numbers
from engineroom_quiz.question import Tolerance
from typescript import Module

CASES = json.loads((Path(__file__).parent / "number_cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page():
    module = Module("quiz/numbers.ts")
    yield module
    module.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"]))
def test_a_number_is_read_as_in_the_table(case):
    assert numbers.read(case["text"]) == case["value"]


SIGN = st.sampled_from(["", "-", "+", "\u2212", "--"])
PIECES = st.lists(
    st.sampled_from(
        [*"0123456789.,eE+-_' ", "000", "849", "250", "\u00a0", "\u202f", "\u2019", "\u2212", "\uff11", "\uff0c", "\u0661", "e40", "x"]
    ),
    max_size=14,
).map("".join)
GROUPS = st.tuples(
    SIGN,
    st.lists(st.from_regex("[0-9]{1,4}", fullmatch=True), min_size=1, max_size=4),
    st.sampled_from([",", ".", " ", "'", "\u00a0"]),
    st.sampled_from(["", ".5", ",5", ",500", "e3"]),
)
TYPED = st.one_of(
    PIECES, GROUPS.map(lambda part: part[0] + part[2].join(part[1]) + part[3]), st.floats(allow_nan=False).map(repr), st.text(max_size=6)
)


@settings(max_examples=800, deadline=None)
@given(TYPED)
@example("0,849")
@example("1e400")
@example("1e-400")
@example("1,250e3")
def test_the_page_reads_what_the_build_reads(page, text):
    here, there = numbers.read(text), float(page("number", text))
    assert math.isnan(there) if here is None else here == there and math.copysign(1, here) == math.copysign(1, there)


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_echoed_is_what_was_read(page, value):
    assert numbers.read(page("plainly", value)) == value and numbers.read(repr(value)) == value


@given(st.integers(0, 10**9 - 1), st.integers(0, 999))
def test_grouped_and_decimal_writings_are_never_taken_for_one_another(whole, thousandths):
    assert numbers.read(f"{whole:,}") == whole and numbers.read(f"{whole:,}".replace(",", "\u202f")) == whole
    assert numbers.read(f"{whole}.{thousandths:03}") == float(f"{whole}.{thousandths:03}")
    assert numbers.read(f"0,{thousandths:03}") == thousandths / 1000


@given(st.floats(1e-12, 1e12), st.booleans())
def test_a_tolerance_is_written_so_that_the_page_reads_it_whole(size, relative):
    written = str(Tolerance(size, relative))
    assert float(written.removesuffix("%")) / (100 if relative else 1) == pytest.approx(size, rel=1e-14)
