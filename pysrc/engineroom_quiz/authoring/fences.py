"""The fenced code blocks of a Markdown page, with their true line numbers.

markdown-it-py finds them, because its tokens carry their lines: the Markdown library's own fence readers replace blocks as they go and
keep no line numbers, so authors would be sent to the wrong line. What only Python-Markdown has is taught to it in `containers`.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from engineroom_quiz.authoring import containers


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
    return list(_fences(text.split("\n"), first_line, False))


def code_lines(text: str) -> set[int]:
    """The lines of `text`, from 0, that are code: those of fences, and those indented to be."""
    tokens = _tokens(text.split("\n"))
    return {line for token in tokens if token.type in ("fence", "code_block") and token.map for line in range(*token.map)}


def replaced(lines: list[str], fence: Fence, line: str) -> None:
    """Put `line`, indented as the fence is, in its place. The number of lines stays, for their authors' sake."""
    lines[fence.start : fence.end] = [fence.indent + line] + [""] * (fence.end - fence.start - 1)


def _fences(lines: list[str], first_line: int, quoted: bool) -> Iterator[Fence]:
    depth = int(quoted)
    for token in _tokens(lines):
        if token.type.startswith("blockquote"):
            depth += token.nesting
        elif token.type == "fence":
            yield _fence(token, lines, first_line, depth > 0)
        elif token.type == "code_block" and depth and token.map:  # in a quotation Python-Markdown may take it for one
            yield from _fences(token.content.split("\n"), first_line + token.map[0], True)


def _fence(token: Token, lines: list[str], first_line: int, quoted: bool) -> Fence:
    start, end = token.map or (0, 0)
    opening = lines[start]
    closed = end - start - 1 > token.content.count("\n")  # a line more than its code has
    indent = opening[: len(opening) - len(opening.lstrip())]
    return Fence(start, end, indent, token.info.strip(), token.content.removesuffix("\n"), first_line + start, closed, quoted)


def _tokens(lines: list[str]) -> list[Token]:
    return _reader().parse("".join(f"{line.removesuffix('\r')}\n" for line in lines))


@cache
def _reader() -> MarkdownIt:
    """Reads blocks only. Raw HTML is no block of its own: fences stand in it, unless it is a comment."""
    reader = MarkdownIt("commonmark", {"maxNesting": 1000}).disable(["list", "html_block", "reference"])
    reader.core.ruler.enableOnly(["block"])
    return reader.use(containers.plugin)
