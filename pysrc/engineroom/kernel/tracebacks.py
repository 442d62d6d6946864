"""Exceptions as the page shows them: in Python's own words, with causes, notes and groups, and never more than can be read.

Each frame is marked as the reader's, the library's or the runtime's; the kernel's own are left out everywhere.
"""

import os
import sys
from collections.abc import Sequence
from traceback import FrameSummary, TracebackException
from types import TracebackType
from typing import Any

from engineroom.kernel import stacks, streams
from engineroom.kernel.stacks import Cells
from engineroom.kernel.streams import Output

MESSAGE = 100_000  # characters of one message
NOTES = 100
CHAIN = 8  # exceptions shown at either end of a chain
GROUPED = 200  # members shown of all groups together


def describe(error: BaseException, cells: Cells) -> Output:
    """An nbformat error output, with more.

    `notes` are those of add_note; `own` the lines in cells that led there and, where other exceptions belong to it, how; `frames` the
    calls, oldest first. `cells` maps the file names of cells to their Sources.
    """
    try:
        told = _Teller(cells).tell(error)
        whole, message, notes, calls = _text(told), told.message, told.notes, told.calls
        own = told.own_lines(cells)
    except Exception:
        whole, message, notes, calls, own = type(error).__name__, "<its message cannot be shown>", [], [], ""
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": message,
        "notes": notes,
        "own": own,
        "traceback": whole.rstrip("\n").split("\n"),
        "frames": [_frame(call, cells) for call in calls],
    }


def stopped() -> Output:
    """What a cell shows that the reader stopped."""
    return {
        "output_type": "error",
        "ename": "KeyboardInterrupt",
        "evalue": "Stopped",
        "notes": [],
        "own": "",
        "traceback": ["Stopped"],
        "frames": [],
    }


def show(kind_: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An excepthook: what escapes from a task is printed to the cell that started it."""
    error.__traceback__ = trace
    sys.stderr.write("\n".join(describe(error, {})["traceback"]) + "\n")


def kind(filename: str, cells: Cells) -> str:
    """Whose code a file is: "cell", "library" or "runtime"."""
    if filename in cells:
        return "cell"
    return "library" if filename.startswith(_PACKAGE + os.sep) and not _is_kernel(filename) else "runtime"


# As the compiled code has it, which need not be `__file__`.
_KERNEL = os.path.dirname(describe.__code__.co_filename)
_PACKAGE = os.path.dirname(_KERNEL)


def _is_kernel(filename: str):
    return filename.startswith(_KERNEL + os.sep)


class _Told(TracebackException):
    """One exception in CPython's words; those that belong to it are for `_Teller` to add."""

    max_group_width: int  # CPython's own
    max_group_depth: int

    def __init__(self, error: BaseException, cells: Cells):
        # Alone: with `_seen`, CPython leaves causes, contexts and groups to whoever found this exception on the way to them.
        super().__init__(type(error), error, error.__traceback__, limit=0, lookup_lines=False, _seen=set())
        trace = stacks.trace(error.__traceback__).where(lambda link: not _is_kernel(link.tb_frame.f_code.co_filename))
        own = trace.where(lambda link: link.tb_frame.f_code.co_filename in cells)
        self.stack, self._own = stacks.Stack(stacks.calls(trace, cells)), stacks.OwnStack(stacks.calls(own, cells), cells)
        self._str, self.notes = _cut(self._str), _notes(self.__notes__)
        self.__notes__ = self.notes or None
        self.__cause__ = self.__context__ = self.exceptions = None
        self.place = _place(error, cells)
        if self.place is not None:
            self.text = self.text if len(self.text or "") <= stacks.WIDE else None  # pyright: ignore[reportAttributeAccessIssue]
            if source := cells.get(self.filename):
                self.filename = f"<cell {source.cell}>"

    @property
    def message(self) -> str:
        """As the last line of a traceback has it, hints included."""
        return str(self) if self.place is None else _cut(self.msg)

    @property
    def calls(self) -> list[FrameSummary]:
        """The calls that are shown."""
        return [call for call in self.stack if not isinstance(call, stacks.Note)] + ([self.place] if self.place else [])

    def own_lines(self, cells: Cells) -> str:
        """The lines in cells; where other exceptions belong to this one, all of them, as CPython tells it. Ends the use of `stack`."""
        alone = self.exceptions is None and self.__cause__ is None and (self.__context__ is None or self.__suppress_context__)
        if alone:
            place = [self.place] if self.place and self.place.filename in cells else []
            return "".join(stacks.OwnStack([*self._own, *place], cells).format()).rstrip("\n")
        waiting: list[Any] = [self]
        while waiting:
            told = waiting.pop()
            told.stack = told._own
            waiting += [other for other in (told.__cause__, told.__context__, *(told.exceptions or ())) if other is not None]
        return _text(self).rstrip("\n")


def _place(error: BaseException, cells: Cells):
    """Where code is no Python, as a call; else None."""
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return None
    source, line, end_line = cells.get(error.filename or ""), error.lineno, error.end_lineno or error.lineno
    text = stacks.line_of(source, line) if source else error.text or ""
    if not error.offset or error.offset < 1:
        return stacks.call(error.filename or "", line, "<module>", text, end_line, None, None)
    end = error.end_offset if error.end_offset and error.end_offset > error.offset else error.offset + 1
    columns = (len(text[: place - 1].encode()) for place in (error.offset, end))  # here CPython counts characters
    return stacks.call(error.filename or "", line, "<module>", text, end_line, *columns)


class _Teller:
    """Tells an exception with its causes, contexts and groups, each once."""

    def __init__(self, cells: Cells):
        self._cells, self._seen, self._room = cells, set(), GROUPED

    def tell(self, error: BaseException, depth: int = 0) -> _Told:
        chain = self._chain(error)
        if (hidden := len(chain) - 2 * CHAIN) > 0:
            chain[CHAIN:] = [(chain[CHAIN + hidden][0], chain[CHAIN][1]), *chain[CHAIN + hidden + 1 :]]
        told = [self._alone(one, depth) for one, _ in chain]
        for newer, older, (_, link) in zip(told, told[1:], chain[1:]):
            setattr(newer, link, older)
        if hidden > 0:
            told[CHAIN].__notes__ = [*told[CHAIN].notes, f"[{hidden:,} more exceptions, between this one and the next, are not shown]"]
        return told[0]

    def _chain(self, error: BaseException | None):
        """The exception and what it came from, newest first, each with how the one before it names it."""
        found, link = [], ""
        while error is not None:
            self._seen.add(id(error))
            found.append((error, link))
            cause, context = (other if id(other) not in self._seen else None for other in (error.__cause__, error.__context__))
            error, link = (cause, "__cause__") if cause is not None else (None if error.__suppress_context__ else context, "__context__")
        return found

    def _alone(self, error: BaseException, depth: int):
        told = _Told(error, self._cells)
        if isinstance(error, BaseExceptionGroup):
            members = error.exceptions[: min(told.max_group_width, self._room)] if depth < told.max_group_depth else ()
            self._room -= len(members)
            shown: list[Any] = [self.tell(member, depth + 1) for member in members]
            rest = len(error.exceptions) - len(members)
            if len(members) == told.max_group_width:
                shown += [None] * rest  # CPython counts them and looks at none
            elif rest:
                told.__notes__ = [*told.notes, f"[{rest:,} more exceptions of this group are not shown]"]
            told.exceptions = shown
        return told


def _text(told: TracebackException):
    """All of it, up to the limit of a print."""
    text, size = [], 0
    for part in told.format():
        text.append(part)
        size += len(part)
        if size > streams.TEXT_LIMIT:
            break
    return _cut("".join(text), streams.TEXT_LIMIT)


def _notes(notes: Any):
    if notes is None:
        return []
    if not isinstance(notes, Sequence) or isinstance(notes, (str, bytes)):
        return [_cut(_safe(notes, repr, "__notes__"))]
    told = [_cut(_safe(note, str, "note")) for note in notes[:NOTES]]
    return told if len(notes) <= NOTES else [*told, f"[{len(notes) - NOTES:,} more notes]"]


def _safe(note: Any, say: Any, what: str):
    try:
        return say(note)
    except Exception:
        return f"<{what} {say.__name__}() failed>"


def _cut(text: str, limit: int = MESSAGE):
    return text if len(text) <= limit else text[:limit] + streams.notice(limit)


def _frame(call: FrameSummary, cells: Cells):
    frame = {
        "file": call.filename,
        "line": call.lineno or 0,
        "end_line": call.end_lineno or call.lineno or 0,
        "name": call.name,
        "text": call.line,
        "kind": kind(call.filename, cells),
    }
    if call.colno is not None and call.end_colno is not None:
        written = call._original_line.encode()  # pyright: ignore[reportAttributeAccessIssue]
        frame |= {name: len(written[:at].decode(errors="replace")) for name, at in (("col", call.colno), ("end_col", call.end_colno))}
    if call.filename in cells:
        frame["cell"] = cells[call.filename].cell
    return frame
