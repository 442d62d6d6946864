"""The library's source as pages: every line has an address, which the cells link to."""

from functools import cache
from pathlib import Path, PurePosixPath

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename

from engineroom_site.kept import kept
from engineroom_site.paths import ROOT

LIBRARY = ROOT / "pysrc" / "engineroom"
LANGUAGES = {".py", ".ts"}
HIDDEN = {"kernel"}  # the page's machinery, not the library's


@cache
def modules() -> list[str]:
    """The library's files as the kernel names them: "engineroom/attention.py"."""
    found = (path.relative_to(LIBRARY.parent) for path in sorted(LIBRARY.rglob("*")) if path.suffix in LANGUAGES)
    return [path.as_posix() for path in found if not HIDDEN.intersection(path.parts)]


def url(path: str, line: int | None = None) -> str:
    """Where the page of a file is, from the site's root: "source/engineroom/attention/#L12"."""
    return f"source/{_stem(path)}/" + (f"#L{line}" if line else "")


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix("")).removesuffix("/__init__")


def markdown(path: str) -> str:
    """The page's Markdown: a title, and the placeholder that `listing` fills."""
    name = _stem(path).replace("/", ".")
    return (
        f"---\ntitle: {name}\ndescription: The source of {name}.\nsearch:\n  exclude: true\n---\n\n"
        f"# `{name}`\n\nThe library's own file, as the page runs it.\n\n{{source: {path}}}\n"
    )


def listing(path: str) -> Markup:
    """The file as HTML with numbered, addressable lines. Raises ValueError for a file that is not the library's."""
    if path not in modules():
        raise ValueError(f"there is no library file {path}")
    return _listed(path, (LIBRARY.parent / Path(path)).read_text(encoding="utf-8"))


@kept
def _listed(path: str, code: str) -> Markup:
    lines = highlight(code, get_lexer_for_filename(path, stripnl=False), HtmlFormatter(nowrap=True)).removesuffix("\n").split("\n")
    return _LISTING.format(path, Markup("\n").join(_LINE.format(n=n, line=Markup(line)) for n, line in enumerate(lines, 1)))


_LISTING = Markup('<div class="highlight source-code"><pre tabindex="0" role="region" aria-label="{}"><code>{}</code></pre></div>')
_LINE = Markup('<span class="source-line" id="L{n}"><a class="source-number" href="#L{n}" aria-label="Line {n}">{n}</a>{line}</span>')
