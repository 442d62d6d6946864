"""What a page adds to Python: `display` and `progress`. Both also work in Jupyter and in a plain script."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, Self

from engineroom.kernel import display as page
from engineroom.markup import filled

MIME = "application/vnd.engineroom.progress+json"  # the numbers of a bar: the page says them beside the button that was pressed
BAR = '<div class="er-progress"><progress{value} aria-label="{label}">{text}</progress> <span>{text}</span></div>'
INTERVAL = 0.1  # seconds between two drawings of a bar


def display(*objects: object) -> None:
    """Show objects below the cell, as Jupyter's `display` does; in a script, print them."""
    show = _displayer()
    if show is None:
        print(*objects, sep="\n")
    else:
        show(*objects)


def progress[T](iterable: Iterable[T], label: str = "", total: int | None = None) -> Iterator[T]:
    """Go through `iterable` and show how far it is.

    total: the number of items, when `iterable` has no length. The bar goes away at the end, or when the loop is left.
    Raises TypeError when `iterable` is none.
    """
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    return _stepped(iter(iterable), label, total)


def _stepped[T](items: Iterator[T], label: str, total: int | None) -> Iterator[T]:
    with Progress(label, total) as bar:
        for done, item in enumerate(items):
            bar.update(done)
            yield item


class Progress:
    """A bar moved by hand: `with Progress("weights", total=22_000_000, unit="B") as bar: bar.update(1_000_000)`.

    total: the number that means finished, or None when nobody knows. unit: "B" for bytes, "" for things counted.
    """

    def __init__(self, label: str = "", total: int | None = None, unit: str = ""):
        self.label, self.total, self.unit = label, total, unit
        self.done, self._drawn = 0, -1.0
        self._place: Any = None  # a _Place, within `with`

    def __enter__(self) -> Self:
        self._place = _Place(_displayer())
        self._draw()
        return self

    def __exit__(self, *error: object):
        self._place.clear()

    def update(self, done: int) -> None:
        """Say that `done` of `total` are done. Cheap: it draws ten times a second at most."""
        self.done = done
        if time.monotonic() - self._drawn >= INTERVAL:
            self._draw()

    def _draw(self):
        self._drawn = time.monotonic()
        self._place.show(self)

    def __str__(self):
        of = "" if self.total is None else f" of {self._amount(self.total)}"
        return f"{self.label}: {self._amount(self.done)}{of}" if self.label else f"{self._amount(self.done)}{of}"

    def _amount(self, number: int):
        return f"{number / 1e6:.1f} MB" if self.unit == "B" else f"{number:,}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None):
        value = filled(' max="{total}" value="{done}"', total=self.total, done=min(self.done, self.total)) if self.total else ""
        html = filled(BAR, value=value, label=self.label or "Progress", text=self)
        numbers = {"label": self.label, "done": self.done, "total": self.total, "bytes": self.unit == "B"}
        return {"text/html": html, "text/plain": str(self), MIME: numbers}


class _Gone:
    """What is left of a bar that has finished."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None):
        return {"text/html": "", "text/plain": ""}


class _Place:
    """Where one bar is drawn: an output that is replaced, or one line of a terminal."""

    def __init__(self, show: Callable[..., Any] | None):
        self._show, self._handle = show, None
        self._terminal = show is None and sys.stderr.isatty()

    def show(self, bar: "Progress") -> None:
        if self._terminal:
            print(f"\r\x1b[K{bar}", end="", file=sys.stderr, flush=True)
        elif self._handle is not None:
            self._handle.update(bar)
        elif self._show is not None:
            self._handle = self._show(bar, display_id=True)

    def clear(self) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        elif self._handle is not None:
            self._handle.update(_Gone())


def _displayer():
    """The `display` of the page or of Jupyter; None in a plain script."""
    if page.active():
        return page.display
    shell = sys.modules.get("IPython")
    if shell is None or getattr(shell.get_ipython(), "kernel", None) is None:
        return None
    return shell.display.display
