"""Cells and their outputs as HTML: complete to read without a script, and what <live-cell> brings to life."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import markdown
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from engineroom_quiz.authoring.markup import text
from engineroom_site import math, source_pages
from engineroom_site.cells import figures, params, terminal
from engineroom_site.cells.cache import Result
from engineroom_site.cells.options import Cell
from engineroom_site.cells.sanitise import clean

_COLUMNS = re.compile(r"\S {2,}\S")  # two spaces between words: text.ts says the same
_DELIMITED = re.compile(r"^\s*(\$\$|\$|\\\[|\\\()(.*?)(?:\$\$|\$|\\\]|\\\))\s*$", re.S)


def cell(cell: Cell, result: Result, index: int, page: str, root: str) -> Markup:
    """The cell's HTML. `page` is its page's address in the site, `root` leads from there to the site's root."""
    folded = cell.flags & {"fold", "hidden"}
    shown = Markup().join(output(each) for each in settled(result.outputs))
    return _CELL.format(
        id=cell.id, page=page, index=index, hash=code_hash(cell.code), more=_attributes(cell), open=Markup("" if folded else " open"),
        code=highlighted(cell.code), used=used(result.used, root), shown=shown,
    )  # fmt: skip


# The output is a section, which outputs hold no other of: the search index ends an exclusion at the first end tag of the same name.
_CELL = Markup(
    '<live-cell id="{id}" data-page="{page}" data-index="{index}" data-state="idle" data-hash="{hash}"{more}>'
    '<details class="live-code"{open}><summary data-search-exclude>Code</summary>'
    '<pre class="live-source highlight" data-search-exclude><code class="language-python">{code}</code></pre></details>{used}'
    '<section class="live-output" data-source="build" role="region" aria-label="Output of {id}" data-search-exclude>{shown}</section>'
    "</live-cell>"
)


def _attributes(cell: Cell) -> Markup:
    """How many controls the page will add, so that room is kept for them; and the cell's flags."""
    count = len(params.parse(cell.code))
    room = Markup(' data-params="{}"').format(count) if count else Markup()
    return room + Markup().join(Markup(" data-{}").format(flag) for flag in sorted(cell.flags))


def code_hash(code: str) -> str:
    """What names a published version of a cell's code."""
    return hashlib.sha256(code.encode()).hexdigest()[:12]


def highlighted(code: str) -> Markup:
    """The code as HTML whose text is the code, character for character."""
    formatted = highlight(code, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))
    return Markup(formatted if code.endswith("\n") else formatted.removesuffix("\n"))


def used(names: list[dict[str, Any]], root: str) -> Markup:
    """Links to the source of the library's functions that the cell uses."""
    link = Markup('<a href="{}">{}</a>')
    links = Markup(" · ").join(link.format(root + source_pages.url(name["path"], name["line"]), name["name"]) for name in names)
    return Markup('<p class="live-used" data-search-exclude>Source: {}</p>').format(links) if names else Markup()


def settled(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs with neighbouring pieces of a stream joined. Updates and clearings were applied when the cell ran."""
    done: list[dict[str, Any]] = []
    for each in outputs:
        if each["output_type"] == "stream" and done and done[-1].get("name") == each["name"]:
            done[-1] = each | {"text": done[-1]["text"] + each["text"]}
        else:
            done.append(each)
    return done


def output(output: dict[str, Any]) -> Markup:
    """One output, in the richest form the page can show."""
    if output["output_type"] == "stream":
        printed = _printed(terminal.settled(output["text"]))
        return Markup('<div class="live-out" data-kind="stream" data-name="{}">{}</div>').format(output["name"], printed)
    if output["output_type"] == "error":
        return error(output)
    data = output["data"]
    for mime, form in _FORMS.items():
        if mime in data:
            value = data[mime]
            if value == "":  # a progress bar that is done
                return Markup()
            return form("".join(value) if isinstance(value, list) else value, data.get("text/plain", ""))
    return plain(data.get("text/plain", f"(nothing here can show {', '.join(data)})"), "")


def error(output: dict[str, Any]) -> Markup:
    """What was raised, its notes, and the page's own lines on the way there: as error.ts."""
    name, message = output["ename"], output["evalue"]
    head = "\n".join([f"{name}: {message}" if message else name, *output["notes"]])
    own = Markup('<pre class="live-traceback" tabindex="0">{}</pre>').format(text(output["own"])) if output["own"] else ""
    return Markup('<div class="live-out" data-kind="error"><p class="live-error">{}</p>{}</div>').format(head, own)


def plain(text: str, _: str) -> Markup:
    return _out("text", _printed(text))


def _printed(printed: str) -> Markup:
    """As the page's own output does it: columns stay columns on a narrow screen, and scroll."""
    columns = Markup(" data-columns" if _COLUMNS.search(printed) else "")
    return Markup('<pre tabindex="0"{}>{}</pre>').format(columns, text(printed))


def _out(kind: str, inside: Markup) -> Markup:
    return Markup('<div class="live-out" data-kind="{}">{}</div>').format(kind, inside)


def _png(base64: str, text: str) -> Markup:
    return _out("png", Markup('<img src="data:image/png;base64,{}" alt="{}">').format(re.sub(r"\s", "", base64), text))


def _latex(source: str, _: str) -> Markup:
    found = _DELIMITED.match(source)
    display = found is None or found[1] in ("$$", "\\[")
    return _out("latex", Markup(math.formula(found[2] if found else source, display)))


_FORMS: dict[str, Callable[[Any, str], Markup]] = {
    **{mime: lambda spec, _: figures.figure(spec) for mime in figures.MIMES},
    "text/html": lambda html, _: _out("html", clean(html)),
    "image/svg+xml": lambda svg, _: _out("svg", clean(svg)),
    "image/png": _png,
    "text/latex": _latex,
    "text/markdown": lambda source, _: _out("markdown", clean(markdown.markdown(source, extensions=["tables"]))),
    "text/plain": plain,
}
