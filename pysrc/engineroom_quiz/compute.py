"""Answers that are computed: Python run at build with the library, and {{ expressions }} replaced by their values."""

import ast
import asyncio
import inspect
import re
from typing import Any

_EXPRESSION = re.compile(r"\{\{(.+?)\}\}")


class ComputeError(Exception):
    """What the author's Python raised; `line` counts from 1 in that Python, which is the code's or an expression's in the text."""

    def __init__(self, line: int, reason: str, in_text: bool = False):
        self.line, self.in_text = line, in_text
        super().__init__(reason)


def answered(code: str, text: str) -> str:
    """`text` with every {{ expression }} replaced by its value, where `code` has run. Raises ComputeError."""
    return filled(text, run(code))


def run(code: str) -> dict[str, Any]:
    """The names that `code` leaves behind; it may await. Raises ComputeError."""
    names: dict[str, Any] = {}
    try:
        waiting = eval(compile(code, "<compute>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
        if inspect.iscoroutine(waiting):
            asyncio.run(waiting)
    except SyntaxError as error:
        raise ComputeError(error.lineno or 1, f"{error.msg}") from None
    except Exception as error:
        raise ComputeError(_line(error), f"{type(error).__name__}: {error}") from None
    return names


def filled(text: str, names: dict[str, Any]) -> str:
    """`text` with every {{ expression }} replaced. Raises ComputeError, its line counted in `text`."""
    done = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            done.append(_EXPRESSION.sub(lambda found: str(eval(found[1].strip(), names)), line))
        except Exception as error:
            raise ComputeError(number, f"{type(error).__name__}: {error}", in_text=True) from None
    return "\n".join(done)


def _line(error: BaseException) -> int:
    found, at = 1, error.__traceback__
    while at:
        if at.tb_frame.f_code.co_filename == "<compute>":
            found = at.tb_lineno
        at = at.tb_next
    return found
