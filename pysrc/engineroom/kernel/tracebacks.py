"""Exceptions as the page shows them: Python's own words, with each frame marked as the reader's, the library's or the runtime's."""

import os
import sys
import traceback



def describe(error, cells):
    """An nbformat error output with `frames`, oldest first.

    `cells` maps the file names of cells to their ids. The kernel's own frames are left out everywhere.
    """
    try:
        told = traceback.TracebackException.from_exception(error)
        _prune(told, set())
        lines = "".join(told.format()).splitlines()
    except Exception:
        told, lines = None, [f"{type(error).__name__}"]
    frames = [] if told is None else [_frame(summary, cells) for summary in told.stack]
    if told is not None and isinstance(error, SyntaxError) and error.lineno is not None:
        frames.append(_syntax_frame(error, cells))
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": _message(error),
        "traceback": lines,
        "frames": frames,
    }


def stopped():
    """What a cell shows that the reader stopped."""
    return {"output_type": "error", "ename": "KeyboardInterrupt", "evalue": "Stopped", "traceback": ["Stopped"], "frames": []}


def kind(filename, cells):
    """Whose code a file is: "cell", "library" or "runtime"."""
    if filename in cells:
        return "cell"
    return "library" if filename.startswith(_PACKAGE + os.sep) and not filename.startswith(_KERNEL + os.sep) else "runtime"


# As the compiled code has it, which need not be `__file__`.
_KERNEL = os.path.dirname(describe.__code__.co_filename)
_PACKAGE = os.path.dirname(_KERNEL)


def _message(error):
    try:
        return str(error)
    except Exception:
        return "<its message cannot be shown>"


def _prune(told, seen):
    """Drop the kernel's frames, in the exception and in those it is chained to."""
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    told.stack[:] = [summary for summary in told.stack if not _is_kernel(summary.filename)]
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        _prune(other, seen)


def _is_kernel(filename):
    return filename.startswith(_KERNEL + os.sep)


def _frame(summary, cells):
    frame = {
        "file": summary.filename,
        "line": summary.lineno or 0,
        "end_line": summary.end_lineno or summary.lineno or 0,
        "name": summary.name,
        "text": summary.line or "",
        "kind": kind(summary.filename, cells),
    }
    if summary.colno is not None and summary.end_colno is not None:
        frame |= {"col": summary.colno, "end_col": summary.end_colno}
    if summary.filename in cells:
        frame["cell"] = cells[summary.filename]
    return frame


def _syntax_frame(error, cells):
    filename = error.filename or ""
    frame = {
        "file": filename,
        "line": error.lineno,
        "end_line": error.end_lineno or error.lineno,
        "name": "<module>",
        "text": (error.text or "").strip(),
        "kind": kind(filename, cells),
    }
    if error.offset:
        end = error.end_offset if error.end_offset and error.end_offset > error.offset else error.offset + 1
        frame |= {"col": error.offset - 1, "end_col": end - 1}
    if filename in cells:
        frame["cell"] = cells[filename]
    return frame


def show(kind_, error, trace):
    """An excepthook: what escapes from a task is printed to the cell that started it."""
    error.__traceback__ = trace
    sys.stderr.write("\n".join(describe(error, {})["traceback"]) + "\n")
