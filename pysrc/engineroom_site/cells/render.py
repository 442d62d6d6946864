"""Cells and their outputs as HTML: complete to read without a script, and what <live-cell> brings to life."""

import hashlib
import re
from collections.abc import Callable
from html import escape
from typing import Any

import markdown
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from engineroom_site import math, source_pages
from engineroom_site.cells import figures, params, terminal
from engineroom_site.cells.cache import Result
from engineroom_site.cells.options import Cell
from engineroom_site.cells.sanitise import clean

_COLUMNS = re.compile(r"\S {2,}\S")  # two spaces between words: text.ts says the same
_DELIMITED = re.compile(r"^\s*(\$\$|\$|\\\[|\\\()(.*?)(?:\$\$|\$|\\\]|\\\))\s*$", re.S)


def cell(cell: Cell, result: Result, index: int, page: str, root: str) -> str:
    """The cell's HTML. `page` is its page's address in the site, `root` leads from there to the site's root."""
    folded = cell.flags & {"fold", "hidden"}
    flags = "".join(f" data-{flag}" for flag in sorted(cell.flags))
    shown = "".join(output(each) for each in settled(result.outputs))
    return (
        f'<live-cell id="{cell.id}" data-page="{escape(page)}" data-index="{index}" data-state="idle" '
        f'data-hash="{code_hash(cell.code)}"{_params(cell)}{flags}>'
        f'<details class="live-code"{"" if folded else " open"}><summary data-search-exclude>Code</summary>'
        f'<pre class="live-source highlight" data-search-exclude><code class="language-python">{highlighted(cell.code)}</code></pre></details>'
        f"{used(result.used, root)}"
        # A section, which outputs hold no other of: the search index ends an exclusion at the first end tag of the same name.
        f'<section class="live-output" data-source="build" role="region" aria-label="Output of {cell.id}" data-search-exclude>{shown}</section>'
        "</live-cell>"
    )


def _params(cell: Cell) -> str:
    """How many controls the page will add: room is kept for them."""
    count = len(params.parse(cell.code))
    return f' data-params="{count}"' if count else ""


def code_hash(code: str) -> str:
    """What names a published version of a cell's code."""
    return hashlib.sha256(code.encode()).hexdigest()[:12]


def highlighted(code: str) -> str:
    """The code as HTML whose text is the code, character for character."""
    formatted = highlight(code, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))
    return formatted if code.endswith("\n") else formatted.removesuffix("\n")


def used(names: list[dict[str, Any]], root: str) -> str:
    """Links to the source of the library's functions that the cell uses."""
    links = (f'<a href="{root}{source_pages.url(name["path"], name["line"])}">{escape(name["name"])}</a>' for name in names)
    return f'<p class="live-used" data-search-exclude>Source: {" · ".join(links)}</p>' if names else ""


def settled(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs with neighbouring pieces of a stream joined. Updates and clearings were applied when the cell ran."""
    done: list[dict[str, Any]] = []
    for each in outputs:
        if each["output_type"] == "stream" and done and done[-1].get("name") == each["name"]:
            done[-1] = each | {"text": done[-1]["text"] + each["text"]}
        else:
            done.append(each)
    return done


def output(output: dict[str, Any]) -> str:
    """One output, in the richest form the page can show."""
    if output["output_type"] == "stream":
        return f'<div class="live-out" data-kind="stream" data-name="{output["name"]}">{_printed(terminal.settled(output["text"]))}</div>'
    if output["output_type"] == "error":
        return error(output)
    data = output["data"]
    for mime, form in _FORMS.items():
        if mime in data:
            value = data[mime]
            if value == "":  # a progress bar that is done
                return ""
            return form("".join(value) if isinstance(value, list) else value, data.get("text/plain", ""))
    return plain(data.get("text/plain", f"(nothing here can show {', '.join(data)})"), "")


def error(output: dict[str, Any]) -> str:
    """What was raised, its notes, and the page's own lines on the way there: as error.ts."""
    name, message = output["ename"], output["evalue"]
    head = "\n".join([f"{name}: {message}" if message else name, *output["notes"]])
    own = f'<pre class="live-traceback" tabindex="0">{escape(output["own"], quote=False)}</pre>' if output["own"] else ""
    return f'<div class="live-out" data-kind="error"><p class="live-error">{escape(head)}</p>{own}</div>'


def plain(text: str, _: str) -> str:
    return f'<div class="live-out" data-kind="text">{_printed(text)}</div>'


def _printed(text: str) -> str:
    """As the page's own output does it: columns stay columns on a narrow screen, and scroll."""
    return f'<pre tabindex="0"{" data-columns" if _COLUMNS.search(text) else ""}>{escape(text, quote=False)}</pre>'


def _html(html: str, _: str) -> str:
    return f'<div class="live-out" data-kind="html">{clean(html)}</div>'


def _svg(svg: str, _: str) -> str:
    return f'<div class="live-out" data-kind="svg">{clean(svg)}</div>'


def _png(base64: str, text: str) -> str:
    image = re.sub(r"\s", "", base64)
    return f'<div class="live-out" data-kind="png"><img src="data:image/png;base64,{image}" alt="{escape(text)}"></div>'


def _latex(source: str, _: str) -> str:
    found = _DELIMITED.match(source)
    display = found is None or found[1] in ("$$", "\\[")
    return f'<div class="live-out" data-kind="latex">{math.formula(found[2] if found else source, display)}</div>'


def _markdown(text: str, _: str) -> str:
    return f'<div class="live-out" data-kind="markdown">{clean(markdown.markdown(text, extensions=["tables"]))}</div>'


_FORMS: dict[str, Callable[[Any, str], str]] = {
    **{mime: lambda spec, _: figures.figure(spec) for mime in figures.MIMES},
    "text/html": _html,
    "image/svg+xml": _svg,
    "image/png": _png,
    "text/latex": _latex,
    "text/markdown": _markdown,
    "text/plain": plain,
}
