"""Formulas as HTML and MathML, made by KaTeX when the site is built: readers need no script for them."""

import json
import re
import subprocess
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from pathlib import Path

from engineroom_site import client
from engineroom_site.toolchain import node

SCRIPT = Path(__file__).with_name("render.mjs")
# What pymdownx.arithmatex (generic) leaves in the page.
_MARKED = re.compile(r'<(?P<tag>span|div) class="arithmatex">(?:\\\((?P<inline>.*?)\\\)|\\\[(?P<display>.*?)\\\])</(?P=tag)>', re.S)
_DRAWING = '<span class="katex-html"'


class MathError(ValueError):
    """A formula that KaTeX cannot read. `tex` is the formula."""

    def __init__(self, tex: str, reason: str):
        self.tex = tex
        super().__init__(f"the formula {tex.strip()!r} cannot be read: {reason}")


def render(html: str, wrong: Callable[[MathError], None]) -> str:
    """The page's HTML with its marked formulas drawn. `wrong` hears of those that cannot be; they stay as they are."""

    def drawn(found: re.Match) -> str:
        display = found["display"] is not None
        try:
            return formula(unescape(found["display"] if display else found["inline"]), display)
        except MathError as error:
            wrong(error)
            return found[0]

    return _MARKED.sub(drawn, html)


@lru_cache(maxsize=4096)
def formula(tex: str, display: bool) -> str:
    """One formula as HTML with MathML beside it. Raises MathError."""
    process = _katex()
    assert process.stdin is not None and process.stdout is not None  # pipes, both
    process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "error" in answer:
        raise MathError(tex, answer["error"].removeprefix("KaTeX parse error: "))
    return _searched_once(answer["html"], display)


def _searched_once(html: str, display: bool) -> str:
    """The MathML alone in the search index, not the drawing and the TeX beside it.

    The index ends an exclusion at the first end tag of the same name, so the drawing gets a name that nothing in it has.
    """
    outer = "</span>" * (2 if display else 1)  # .katex, and .katex-display around it
    before, _, rest = html.removesuffix("</span>" + outer).partition(_DRAWING)
    before = before.replace("<annotation", "<annotation data-search-exclude")
    return before + '<math-drawing class="katex-html" data-search-exclude' + rest + "</math-drawing>" + outer


@lru_cache(maxsize=1)
def _katex() -> subprocess.Popen:
    """KaTeX waiting for formulas; it ends with this process, when its input closes."""
    package = client.install() / "katex" / "package.json"
    return subprocess.Popen(
        [*node.node(), str(SCRIPT), str(package)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
