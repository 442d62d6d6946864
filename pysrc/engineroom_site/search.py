"""The search index: what a reader looks for and may see, fetched when somebody searches. The theme would fetch it with every page."""

import json
import posixpath
import re
from html import unescape
from pathlib import Path

LISTED = "search/search_index.json"  # what the theme asks for
INDEX = "search/index.json"
_WORKER = re.compile(r"assets/javascripts/workers/search\.\w+\.min\.js")
_PREDICTION = re.compile(r'<details class="predict"')
_USED = re.compile(r'<p class="live-used"[^>]*>(.*?)</p>', re.S)
_NAME = re.compile(r"<a [^>]*>(.*?)</a>")
_NAMES = "names"  # a field of the index that is searched and never shown
# Lists of names and places say every word of the book once; the text that explains one comes before them.
_LESS = {"source/": 0.2, "credits/": 0.2, "sources/": 0.2, "assessment/": 0.5, "review/": 0.5, "progress/": 0.5}


class SearchError(Exception):
    """The theme's search is not where it was. The message is a sentence."""


def without_answers(html: str) -> str:
    """The page with what follows a prediction marked as nothing to search: an excerpt would give it away."""
    return _PREDICTION.sub(r"\g<0> data-search-exclude", html)


def names(html: str) -> list[str]:
    """What the cells of a page use of the library, each once."""
    found = (unescape(name) for line in _USED.findall(html) for name in _NAME.findall(line))
    return list(dict.fromkeys(found))


def redirected(html: str, worker: str) -> str:
    """The page with our search worker, at the address `worker` from the site's root, in place of the theme's."""
    return _WORKER.sub(worker, html)


def split(site: Path, worker: str, used: dict[str, list[str]]) -> None:
    """Put the index of the built `site` aside and leave in its place where it is, for the worker to read.

    `used` has the names that cells use, by the address of their page. Raises SearchError.
    """
    index = json.loads((site / LISTED).read_text(encoding="utf-8"))
    theirs = [
        address for path in site.glob("assets/javascripts/workers/*.js") if _WORKER.fullmatch(address := path.relative_to(site).as_posix())
    ]
    if len(theirs) != 1:
        raise SearchError(f"the theme should have one search worker; {theirs or 'none'} was found")
    for entry in index["docs"]:
        _weigh(entry, used)
    index["config"]["fields"][_NAMES] = {"boost": 1.0}
    (site / INDEX).write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    here = posixpath.dirname(worker)
    config = index["config"] | {"worker": posixpath.relpath(theirs[0], here), "index": posixpath.relpath(INDEX, here)}
    (site / LISTED).write_text(json.dumps({"config": config, "docs": []}), encoding="utf-8")


def _weigh(entry: dict, used: dict[str, list[str]]) -> None:
    location = entry["location"]
    if location in used:
        entry[_NAMES] = " ".join(used[location])
    for address, boost in _LESS.items():
        if location.startswith(address):
            entry["boost"] = boost
