"""The calls of a traceback, as many as can be read: what repeats is counted, and so is what is left out in the middle."""

import linecache
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from traceback import FrameSummary, StackSummary
from types import TracebackType
from typing import NamedTuple

MANY = 2_000  # calls looked at, at either end of a traceback
LONG = 60  # calls shown of one
PERIOD = 8  # functions that call each other in turn
SHOWN = 3  # of what repeats, as CPython; of two or more in turn, two rounds
WIDE = 1_000  # characters of a source line

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def lines(code: str) -> list[str]:
    """The lines of `code` with their ends, as Python counts them: str.splitlines also cuts at form feeds, U+2028 and others."""
    return _LINE.findall(code)


class Source(NamedTuple):
    """A cell's code."""

    cell: str
    code: str


type Cells = Mapping[str, Source]  # by the file names that tracebacks have


class Note(FrameSummary):
    """What stands for calls that are not shown."""

    def __init__(self, text: str):
        super().__init__("", 0, text, lookup_line=False, line="")


class Stack(StackSummary):
    """Calls in CPython's words."""

    def format_frame_summary(self, frame_summary: FrameSummary) -> str:
        return f"  [{frame_summary.name}]\n" if isinstance(frame_summary, Note) else super().format_frame_summary(frame_summary)


class OwnStack(StackSummary):
    """Calls in cells, each under its cell's name. `cells` maps file names to Sources."""

    def __init__(self, calls: Iterable[FrameSummary], cells: Cells):
        super().__init__(calls)
        self._cells = cells

    def format_frame_summary(self, frame_summary: FrameSummary) -> str:
        if isinstance(frame_summary, Note):
            return f"[{frame_summary.name}]\n"
        inside = "" if frame_summary.name == "<module>" or frame_summary.name.startswith("<cell") else f", in {frame_summary.name}"
        return f"Cell {self._cells[frame_summary.filename].cell}, line {frame_summary.lineno}{inside}\n    {frame_summary.line}\n"


class Trace(NamedTuple):
    """A traceback's links, oldest first: all, or the ends of a very long one and how many are between them."""

    first: list[TracebackType]
    hidden: int
    last: list[TracebackType]

    def where(self, fits: Callable[[TracebackType], bool]) -> "Trace":
        """Those of its links that fit."""
        return Trace([*filter(fits, self.first)], self.hidden, [*filter(fits, self.last)])


def trace(link: TracebackType | None) -> Trace:
    """The Trace that begins with `link`, or None's, which is empty."""
    first, last, count = [], deque(maxlen=MANY), 0
    while link is not None:
        if count < MANY:
            first.append(link)
        else:
            last.append(link)
        link, count = link.tb_next, count + 1
    return Trace(first, count - len(first) - len(last), [*last])


def calls(found: Trace, cells: Cells) -> list[FrameSummary]:
    """FrameSummaries and Notes for a Trace."""
    kept = [*_counted(found.first), _hidden(found.hidden), *_counted(found.last)] if found.hidden else _counted(found.first + found.last)
    if len(kept) > LONG:
        half = LONG // 2
        between = sum(entry.calls if isinstance(entry, Gap) else 1 for entry in kept[half:-half])
        kept = [*kept[:half], _hidden(between), *kept[-half:]]
    return [Note(entry.text) if isinstance(entry, Gap) else _call(entry, cells) for entry in kept]


class Gap(NamedTuple):
    """Calls that are not shown, and what is said of them."""

    text: str
    calls: int


def _hidden(count: int):
    return Gap(f"{count:,} more not shown", count)


def _counted(links: list[TracebackType]):
    """The links, where they repeat only the first and a count."""
    kept, at = [], 0
    while at < len(links):
        period, rounds = _repeats(links, at)
        shown = SHOWN if period == 1 else 2
        if rounds > shown:
            kept += links[at : at + period * shown]
            what, times = "line" if period == 1 else f"{period} lines", rounds - shown
            kept.append(Gap(f"Previous {what} repeated {times} more time{'s' if times > 1 else ''}", period * times))
            at += period * rounds
        else:
            kept.append(links[at])
            at += 1
    return kept


def _repeats(links: list[TracebackType], at: int):
    """The period and the number of rounds of what repeats from `at` on."""
    same = lambda one, other: one.tb_lasti == other.tb_lasti and one.tb_frame.f_code is other.tb_frame.f_code
    for period in range(1, PERIOD + 1):
        end = at + period
        while end < len(links) and same(links[end], links[end - period]):
            end += 1
        if (rounds := (end - at) // period) > SHOWN:
            return period, rounds
    return 1, 1


def _call(entry: TracebackType, cells: Cells):
    code = entry.tb_frame.f_code
    line, end_line, column, end_column = next(islice(code.co_positions(), entry.tb_lasti // 2, None))
    line = entry.tb_lineno if line is None else line
    if source := cells.get(code.co_filename):
        text = line_of(source, line)
    else:
        text = linecache.getline(code.co_filename, line, entry.tb_frame.f_globals)
    return call(code.co_filename, line, code.co_name, text, end_line, column, end_column)


def call(file: str, line: int, name: str, text: str, end_line: int | None, column: int | None, end_column: int | None) -> FrameSummary:
    """A FrameSummary of a line that is given. Columns in bytes, as CPython counts them."""
    if len(text) > WIDE:
        text, column, end_column = text.strip()[:WIDE] + "…", None, None
    return FrameSummary(file, line, name, lookup_line=False, line=text, end_lineno=end_line, colno=column, end_colno=end_column)


def line_of(source: Source, line: int) -> str:
    """The text of a line, counted from 1."""
    found = lines(source.code)[line - 1 : line]
    return found[0] if found else ""
