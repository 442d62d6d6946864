"""What stands behind the fence: `python live id="x" fold autorun hidden expect-error`."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from engineroom_quiz.authoring.errors import AuthorError, AuthorErrors
from engineroom_quiz.authoring.fences import Fence, scan
from engineroom_site.cells import params

FLAGS = ("fold", "autorun", "hidden", "expect-error")
_LANGUAGES = ("python", "py", "python3")
_ALMOST = re.compile(r"(?=\W*(?:python|py|python3)(?![\w-])|\{.*\.(?:python|py|python3)\b)(?:.*[\s.{,])?live(?![\w-])", re.I)
_QUOTED = re.compile(r"""(?:"[^"]*"|'[^']*')""")
_WORD = re.compile(r"""(?P<name>[^\s="']+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"']+)))?|(?P<stray>\S+)""")
_ID = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")


class Cell(NamedTuple):
    """A live cell as its author wrote it. `line` is the file's line of the fence; the code starts on the next."""

    id: str
    code: str
    flags: frozenset[str]
    line: int
    fence: Any = None  # the Fence, where a page has it


def cells(text: str, file: str, first_line: int = 1) -> list[Cell]:
    """The live cells of a page, in order. Raises AuthorErrors with everything that is wrong with them."""
    found, errors, first = [], [], {}
    for fence in scan(text, first_line):
        words = _words(fence)
        if not _live(words):
            if words and words[0] in _LANGUAGES and "live" in words[1:]:
                errors.append(AuthorError(file, fence.line, "“live” must stand right after “python”"))
            elif _ALMOST.match(" ".join(words)):  # it would stay a block of code
                errors.append(
                    AuthorError(
                        file,
                        fence.line,
                        f'a live cell begins with “```python live id="…"”, in lower case and without braces; here it is “{fence.info}”',
                    )
                )
            continue
        cell, reasons = _read(fence)
        errors += [AuthorError(file, line, reason) for line, reason in reasons]
        if cell.id and cell.id in first:
            errors.append(AuthorError(file, fence.line, f'the id "{cell.id}" is taken by the cell on line {first[cell.id]}'))
        first.setdefault(cell.id, fence.line)
        found.append(cell)
    if errors:
        raise AuthorErrors(errors)
    return found


def ids(fences: Iterable[Fence]) -> set[str]:
    """The ids of the live cells among a page's fences, whether or not something is wrong with them."""
    return {_read(fence)[0].id for fence in fences if _live(_words(fence))} - {""}


def _words(fence: Fence) -> list[str]:
    return _QUOTED.sub('""', fence.info).split()


def _live(words: list[str]) -> bool:
    return len(words) > 1 and words[0] in _LANGUAGES and words[1] == "live"


def _read(fence: Fence) -> tuple[Cell, list[tuple[int, str]]]:
    id, flags, reasons = "", set(), []
    for word in _WORD.finditer(fence.info.split("live", 1)[1]):
        value = next((word[k] for k in ("double", "single", "bare") if word[k] is not None), None)
        name = word["name"]
        if name == "id" and value is not None and not id:
            id = value
        elif name in FLAGS and value is None:
            flags.add(name)
        elif name in FLAGS:
            reasons.append(f"{name} takes no value; write “{name}” or leave it out")
        else:
            reasons.append(f'a live cell has no option “{word[0]}”; there are id="…", {", ".join(FLAGS)}')
    if not id:
        reasons.append('a live cell needs an id="…"')
    elif not _ID.match(id):
        reasons.append(f'the id "{id}" must start with a letter and hold letters, digits, "-" and "_" only')
    if fence.quoted:
        reasons.append("a live cell cannot stand in a quotation")
    elif not fence.closed:
        reasons.append("this fence is never closed")
    elif not fence.code.strip():
        reasons.append("this cell is empty")
    wrong = [(fence.line, reason) for reason in reasons]
    try:
        params.parse(fence.code)
    except params.ParamErrors as errors:
        wrong += [(fence.line + line, reason) for line, reason in errors.errors]
    return Cell(id, fence.code, frozenset(flags), fence.line, fence), wrong
