"""How long work takes, on whatever clock there is: a browser's may tick once in a millisecond, and a product is over long before."""

import inspect
import itertools
import sys
import time
from collections.abc import Callable
from typing import Any

# Other programs do not count, where that can be had.
CLOCK: Callable[[], float] = time.perf_counter if sys.platform == "emscripten" else time.process_time
TICKS = 20  # that a measurement lasts at least, so that the clock's steps make a twentieth of it at most
LEAST = 1e-3  # seconds that it lasts at least, however fine the clock
READS = 10_000_000  # without a change, and a clock stands still


def seconds(work: Callable[[], Any], tries: int = 7, clock: Callable[[], float] = CLOCK) -> float:
    """Seconds of one call of `work`, always above zero: the least of so many tries, since what disturbs a try only lengthens it.

    A try calls `work` again and again until the clock has ticked TICKS times and LEAST seconds have passed, and divides; what takes
    longer is called once a try. `clock` gives seconds: by default those that this process computed, in the page those that passed.
    Raises TypeError when `work` cannot be called or has to be awaited, ValueError for tries below 1 or a clock that stands still.
    As timeit of Python's library, which trusts its clock: https://docs.python.org/3/library/timeit.html#timeit.Timer.autorange
    """
    if not callable(work):
        raise TypeError(f"work must be something to call, not {type(work).__name__}: put `lambda:` before it")
    if tries < 1:
        raise ValueError(f"tries is {tries}; it must be at least 1")
    least, runs, found = max(TICKS * tick(clock), LEAST), 1, []
    while len(found) < tries:
        took = _together(work, runs, clock)
        if took >= least:
            found.append(took / runs)
        else:
            runs *= 2
    return min(found)


def tick(clock: Callable[[], float] = CLOCK) -> float:
    """The smallest of five steps in which `clock` was seen to go on, in seconds. Raises ValueError when it stands still."""
    times = [clock()]
    while len(times) < 6:
        times.append(_later(times[-1], clock))
    return min(later - earlier for earlier, later in itertools.pairwise(times))


def _later(than: float, clock: Callable[[], float]) -> float:
    for _ in range(READS):
        if (now := clock()) > than:
            return now
    raise ValueError(f"the clock stands still: it was read {READS:,} times and is not above {than}")


def _together(work: Callable[[], Any], runs: int, clock: Callable[[], float]) -> float:
    done = None
    started = clock()
    for _ in range(runs):
        done = work()
    took = clock() - started
    if inspect.isawaitable(done):
        raise TypeError("work gives something to await, which takes no time by itself: what is timed must compute when it is called")
    return took
