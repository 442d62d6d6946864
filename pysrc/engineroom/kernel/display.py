"""Showing objects, as Jupyter's `display` does: `display`, `update_display`, `clear_output`.

Inside a page these are builtins, and `active()` is true. A library that wants to run in a notebook too asks `active()` and falls
back on `IPython.display`, whose interface this is.
"""

import binascii
import os
from collections.abc import Callable, Collection
from contextvars import ContextVar
from typing import Any

from engineroom.kernel.formats import bundle
from engineroom.kernel.streams import Output

_target: ContextVar[Callable[[Output], object] | None] = ContextVar("engineroom.kernel.display.target", default=None)


def active() -> bool:
    """Is there a page's cell whose output area can be written to?"""
    return _target.get() is not None


def emit(output: Output) -> None:
    """Append one nbformat-shaped output to the running cell's output area.

    Raises RuntimeError outside a page's cell.
    """
    target = _target.get()
    if target is None:
        raise RuntimeError("display works inside a cell of a page; use IPython.display in a notebook")
    target(output)


def display(
    *objects: Any,
    include: Collection[str] | None = None,
    exclude: Collection[str] | None = None,
    metadata: dict[str, Any] | None = None,
    transient: dict[str, Any] | None = None,
    display_id: str | bool | None = None,
    raw: bool = False,
    clear: bool = False,
    update: bool = False,
) -> "DisplayHandle | None":
    """Show objects in the cell's output; a `DisplayHandle` comes back when `display_id` is given (True: a new id)."""
    transient = dict(transient or {})
    if display_id:
        display_id = new_id() if display_id is True else display_id
        transient["display_id"] = display_id
    if update and "display_id" not in transient:
        raise TypeError("display_id required for update_display")
    if clear:
        clear_output(wait=True)
    if not objects and display_id:
        objects, raw = ({},), True
    for object_ in objects:
        data, about = (object_, {}) if raw else bundle(object_, include, exclude)
        if not data and not raw:
            continue
        output = {
            "output_type": "update_display_data" if update else "display_data",
            "data": data,
            "metadata": _merged(about, metadata or {}),
        }
        if transient:
            output["transient"] = transient
        emit(output)
    return DisplayHandle(display_id) if display_id else None


def update_display(object_: Any, *, display_id: str, **options: Any) -> None:
    """Replace every output shown under `display_id`."""
    display(object_, display_id=display_id, update=True, **options)


def clear_output(wait: bool = False) -> None:
    """Empty the cell's output; with `wait`, only when the next output comes."""
    emit({"output_type": "clear_output", "wait": bool(wait)})


class DisplayHandle:
    """What `display(..., display_id=...)` gives back: the place that can be updated."""

    def __init__(self, display_id: str | None = None):
        self.display_id = display_id or new_id()

    def __repr__(self):
        return f"<{type(self).__name__} display_id={self.display_id}>"

    def display(self, object_: Any, **options: Any) -> "DisplayHandle | None":
        display(object_, display_id=self.display_id, **options)

    def update(self, object_: Any, **options: Any) -> None:
        update_display(object_, display_id=self.display_id, **options)


def new_id() -> str:
    return binascii.hexlify(os.urandom(16)).decode("ascii")


def _merged(first: Any, second: Any) -> Any:
    if not isinstance(first, dict) or not isinstance(second, dict):
        return second
    return {**first, **{key: _merged(first[key], value) if key in first else value for key, value in second.items()}}
