"""Rules for markdown-it: what holds blocks in Python-Markdown and its extensions, by four spaces, and comments, which hold nothing."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

# An admonition, a tab, a block, an item, a note, a definition.
_OPENS = re.compile(r"(?:!!!|\?\?\?\+?|===[!+]*|///|[-*+]|\d+[.)]|\[\^[^\]]+\]:|:)(?:\s|$)")
_CODE = re.compile(r"(`+).*?\1")
_TAB = 4


def plugin(md: MarkdownIt) -> None:
    md.block.ruler.after("fence", "comment", _comment, {"alt": ["paragraph", "blockquote"]})
    md.block.ruler.after("comment", "container", _container, {"alt": ["paragraph", "blockquote"]})


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """What is indented below the line is a text of its own: by a tab, or by less where it begins with less."""
    if state.is_code_block(start) or not _OPENS.match(_line(state, start)):
        return False
    body = next((line for line in range(start + 1, end) if not state.isEmpty(line)), None)
    if body is None or state.sCount[body] <= state.sCount[start]:
        return False
    if silent:
        return True
    indent = min(state.sCount[body], state.sCount[start] + _TAB)
    stop = next((line for line in range(body, end) if not state.isEmpty(line) and state.sCount[line] < indent), end)
    before = state.blkIndent, state.lineMax, state.parentType
    state.blkIndent, state.lineMax, state.parentType = indent, stop, "container"
    state.push("container_open", "div", 1)
    state.md.block.tokenize(state, body, stop)
    state.push("container_close", "div", -1)
    state.blkIndent, state.lineMax, state.parentType = before
    state.line = stop
    return True


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An HTML comment that opens on this line and ends on a later one."""
    line = _CODE.sub("", _line(state, start))
    opened = line.rfind("<!--")
    if state.is_code_block(start) or opened < 0 or "-->" in line[opened:]:
        return False
    last = next((at for at in range(start + 1, end) if "-->" in _line(state, at)), None)
    if last is None:
        return False
    if not silent:
        state.line = last + 1
    return True


def _line(state: StateBlock, at: int) -> str:
    return state.src[state.bMarks[at] + state.tShift[at] : state.eMarks[at]]
