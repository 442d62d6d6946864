"""The search index, fetched when somebody searches: the theme would fetch it, and build its tables, with every page."""

import json
import posixpath
import re
from pathlib import Path

LISTED = "search/search_index.json"  # what the theme asks for
INDEX = "search/index.json"
_WORKER = re.compile(r"assets/javascripts/workers/search\.\w+\.min\.js")


class SearchError(Exception):
    """The theme's search is not where it was. The message is a sentence."""


def redirected(html: str, worker: str) -> str:
    """The page with our search worker, at the address `worker` from the site's root, in place of the theme's."""
    return _WORKER.sub(worker, html)


def split(site: Path, worker: str) -> None:
    """Put the index of the built `site` aside and leave in its place where it is, for the worker to read. Raises SearchError."""
    whole = (site / LISTED).read_text(encoding="utf-8")
    theirs = [address for path in site.glob("assets/javascripts/workers/*.js") if _WORKER.fullmatch(address := path.relative_to(site).as_posix())]
    if len(theirs) != 1:
        raise SearchError(f"the theme should have one search worker; {theirs or 'none'} was found")
    (site / INDEX).write_text(whole, encoding="utf-8")
    here = posixpath.dirname(worker)
    config = json.loads(whole)["config"] | {"worker": posixpath.relpath(theirs[0], here), "index": posixpath.relpath(INDEX, here)}
    (site / LISTED).write_text(json.dumps({"config": config, "docs": []}), encoding="utf-8")
