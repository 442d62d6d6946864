"""HTML that text cannot break out of: MarkupSafe escapes what stands in a template's fields, and Python-Markdown keeps its hands off."""

from html import escape

from markdown import Markdown
from markdown.util import ETX, STX, AtomicString
from markupsafe import Markup

_MARKS = str.maketrans({STX: "&#2;", ETX: "&#3;"})  # Python-Markdown's own marks: it would put something else in their place


def text(value: str) -> Markup:
    """What stands between tags, quotes as they are: a figure's JSON has thousands."""
    return Markup(escape(value, quote=False))


def stash(md: Markdown, html: str) -> str:
    """HTML put aside until the page has been read; what is returned stands for it."""
    return md.htmlStash.store(str(html).translate(_MARKS))


def verbatim(value: str) -> AtomicString:
    """Text or an attribute's value for the tree that Python-Markdown writes as HTML: else "&lt;" would be read as "<" there."""
    return AtomicString(value.replace("&", "&amp;"))


def unmarked(value: str) -> str:
    """Without Python-Markdown's own marks, as it takes them out of every text that it reads itself."""
    return value.replace(STX, "").replace(ETX, "")
