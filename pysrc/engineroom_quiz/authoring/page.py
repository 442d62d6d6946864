"""The page being read, as whoever reads its text has to know it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import get_relative_url


class Page(NamedTuple):
    """`file` as its author knows it, `first_line` its line on which the Markdown begins. `address` is the page's in the site, `root`
    leads from there to the site's root. `meta` is its front matter."""

    file: str = ""
    first_line: int = 1
    address: str = ""
    root: str = "./"
    meta: Mapping[str, Any] = {}


def file_of(src_uri: str, config: MkDocsConfig) -> str:
    """The name of a page's file for its author."""
    return f"{Path(config.docs_dir).name}/{src_uri}"


def placed(markdown: str, page: SitePage, config: MkDocsConfig) -> Page:
    """The page whose Markdown, without front matter, MkDocs is about to read."""
    source = "" if page.file.src_uri.endswith(".ipynb") else page.file.content_string
    first_line = max(source.count("\n") - markdown.count("\n"), 0) + 1
    root = get_relative_url(".", page.url).rstrip("/") + "/"
    return Page(file_of(page.file.src_uri, config), first_line, page.url, root, page.meta)
