"""Finds the fenced code blocks of a Markdown page, with their true line numbers.

The Markdown library's own fence readers replace blocks as they go and keep no line numbers, so authors would be sent to the wrong line.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_OPEN = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|~{3,})(?P<info>[^\n]*)$")
_CONTAINER = re.compile(r"^(?:!!!|\?\?\?\+?|===[!+]*|///|[-*+]|\d+[.)]|\[\^[^\]]+\]:|:)(?:\s|$)")
_QUOTED = re.compile(r"^ *(?:> ?)+ *(?:`{3,}|~{3,})(?P<info>.*)$")


class Fence(NamedTuple):
    """A fenced block. Indices count the lines of the text from 0, `end` excluded; `line` is the opening line's number in the file."""

    start: int
    end: int
    indent: str
    info: str
    code: str
    line: int
    closed: bool
    quoted: bool = False


def scan(text: str, first_line: int = 1) -> list[Fence]:
    """The fences of `text`, in order; `first_line` is the number of its first line in the file (front matter counts)."""
    return list(_scan(text.split("\n"), first_line))


def _scan(lines: list[str], first_line: int) -> Iterator[Fence]:
    at = 0
    while at < len(lines):
        line = lines[at].rstrip("\r")
        opening = _OPEN.match(line)
        if opening and not ("`" in opening["marks"] and "`" in opening["info"]) and _stands(lines, at, len(opening["indent"])):
            fence = _read(lines, at, opening, first_line)
            yield fence
            at = fence.end
        elif quoted := _QUOTED.match(line):
            yield Fence(at, at + 1, "", quoted["info"].strip(), "", first_line + at, True, quoted=True)
            at += 1
        else:
            at = _after_comment(lines, at)


def _read(lines: list[str], start: int, opening: re.Match, first_line: int) -> Fence:
    """The fence opened at `start`: closed by as many of the same marks or more, or by the end of its container."""
    indent, marks = opening["indent"], opening["marks"]
    closing = re.compile(rf"^ *{re.escape(marks[0])}{{{len(marks)},}}\s*$")
    code, end, closed = [], start + 1, False
    while end < len(lines):
        line = lines[end].rstrip("\r")
        if closing.match(line):
            end, closed = end + 1, True
            break
        if line.strip() and not line.startswith(indent):
            break
        code.append(line[len(indent) :])
        end += 1
    return Fence(start, end, indent, opening["info"].strip(), "\n".join(code), first_line + start, closed)


def _stands(lines: list[str], at: int, indent: int) -> bool:
    """Whether a fence may stand at this depth: up to three spaces, or inside an admonition, a tab, a list or a note."""
    while indent > 3:
        above = next((i for i in range(at - 1, -1, -1) if lines[i].strip() and _depth(lines[i]) < indent), None)
        if above is None or not _CONTAINER.match(lines[above].strip()):
            return False
        if indent - _depth(lines[above]) > 7:
            return False
        at, indent = above, _depth(lines[above])
    return True


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _after_comment(lines: list[str], at: int) -> int:
    """The next line to look at: the one after `at`, or the one where an HTML comment opened on it ends."""
    rest = re.sub(r"(`+).*?\1", "", lines[at])
    opened = rest.rfind("<!--")
    if opened < 0 or "-->" in rest[opened:]:
        return at + 1
    end = next((i for i in range(at + 1, len(lines)) if "-->" in lines[i]), None)
    return at + 1 if end is None else end + 1
