"""How long work takes, by clocks of every coarseness: the truth is known, because the clock and the work are made here."""

import math
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engineroom import timing

TICKS = {"nanoseconds": 1e-9, "Chromium, isolated": 5e-6, "Chromium": 1e-4, "Firefox": 1e-3, "Windows": 1 / 64}


class Machine:
    """Time that passes only while it works, or reads its clock, and a clock that shows whole ticks of it."""

    def __init__(self, tick, phase=0.0, reading=1e-6):
        self.now, self.tick, self.reading, self.calls = phase * tick, tick, reading, 0

    def clock(self):
        self.now += self.reading
        return math.floor(self.now / self.tick) * self.tick

    def work(self, cost):
        def call():
            self.now += cost
            self.calls += 1

        return call


@pytest.mark.parametrize("tick", TICKS.values(), ids=TICKS)
@settings(max_examples=30)
@given(st.floats(-2, 2), st.floats(0, 1))
def test_the_time_is_right_to_a_twentieth_whatever_the_clock(tick, size, phase):
    machine, cost = Machine(tick, phase), max(tick, 1e-4) * 10**size
    assert timing.seconds(machine.work(cost), clock=machine.clock) == pytest.approx(cost, rel=1 / timing.TICKS + 1e-3)


@pytest.mark.parametrize("tick", TICKS.values(), ids=TICKS)
def test_work_that_is_over_long_before_the_clock_ticks_still_takes_time(tick):
    machine = Machine(tick)
    assert timing.seconds(machine.work(2e-6), tries=1, clock=machine.clock) == pytest.approx(2e-6, rel=1 / timing.TICKS + 1e-3)


@pytest.mark.parametrize("tick", TICKS.values(), ids=TICKS)
def test_the_clocks_own_step_is_found(tick):
    machine = Machine(tick, 0.3)
    assert timing.tick(machine.clock) == pytest.approx(max(tick, machine.reading), rel=0.02)


def test_long_work_is_done_once_a_try():
    machine = Machine(1e-3)
    assert timing.seconds(machine.work(2.0), tries=1, clock=machine.clock) == pytest.approx(2, rel=1e-3) and machine.calls == 1
    assert timing.seconds(machine.work(2.0), tries=3, clock=machine.clock) == pytest.approx(2, rel=1e-3) and machine.calls == 4


def test_what_disturbs_a_try_does_not_count():
    machine = Machine(1e-6)
    disturbed = iter([0.3, 0.0, 0.9, 0.0, 0.2])
    assert timing.seconds(lambda: machine.work(0.1 + next(disturbed))(), tries=5, clock=machine.clock) == pytest.approx(0.1, rel=1e-3)


def test_a_try_that_the_clock_missed_is_no_result():
    """A clock that leapt once: the calls then seem enough, and on the next try are not."""
    machine, leaps = Machine(1e-3), iter([0.5])

    def work():
        machine.now += 1e-5 + next(leaps, 0.0)

    assert timing.seconds(work, clock=machine.clock) == pytest.approx(1e-5, rel=0.06)


def test_on_this_machine_twice_the_work_takes_longer():
    numbers = list(range(20_000))
    one, four = timing.seconds(lambda: sum(numbers)), timing.seconds(lambda: [sum(numbers) for _ in range(4)])
    assert 0 < one < four


def test_other_programs_do_not_count_where_that_can_be_had():
    assert timing.CLOCK is (time.perf_counter if sys.platform == "emscripten" else time.process_time)


async def waits():
    pass


def test_bad_input_says_what_is_wrong(monkeypatch, recwarn):
    with pytest.raises(TypeError, match="work must be something to call, not int: put `lambda:` before it"):
        timing.seconds(3)
    with pytest.raises(ValueError, match="tries is 0; it must be at least 1"):
        timing.seconds(lambda: None, tries=0)
    with pytest.raises(TypeError, match="something to await"):
        timing.seconds(waits)
    monkeypatch.setattr(timing, "READS", 1000)
    with pytest.raises(ValueError, match="the clock stands still: it was read 1,000 times and is not above 7.0"):
        timing.seconds(lambda: None, clock=lambda: 7.0)
