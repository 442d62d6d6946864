"""kernel, timing, ui: Python's own errors, where a reader expects those."""

from engineroom import timing, ui
from engineroom.kernel import ask, display


def still() -> float:
    return 1.0


async def later() -> None:
    pass


def awaited() -> object:
    """A coroutine that is closed at once: nobody will await it."""
    found = later()
    found.close()
    return found


TABLE = {
    display.emit: [(RuntimeError, "display works inside a cell of a page", lambda: display.emit({}))],
    ask.Asker.input: [(EOFError, "cannot let a cell wait for an answer", ask.Asker(lambda *_: None, lambda: None).input)],
    ui.progress: [(TypeError, "'int' object is not iterable", lambda: ui.progress(5))],
    timing.seconds: [
        (TypeError, "work must be something to call, not int", lambda: timing.seconds(5)),
        (TypeError, "work gives something to await", lambda: timing.seconds(awaited, 1)),
        (ValueError, "tries is 0", lambda: timing.seconds(still, 0)),
        (ValueError, "the clock stands still", lambda: timing.seconds(still, clock=still)),
    ],
    timing.tick: [(ValueError, "the clock stands still", lambda: timing.tick(still))],
}
