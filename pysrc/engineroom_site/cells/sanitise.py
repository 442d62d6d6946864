"""HTML from code, cleaned. The client reads the same allow-list, in output/attributes.ts."""

import json
import re
from functools import partial
from pathlib import Path

import nh3
from bs4 import BeautifulSoup
from markupsafe import Markup

from engineroom_site.cells import marks, values

_ALLOWED = json.loads(Path(__file__).with_name("allowed_html.json").read_text(encoding="utf-8"))
_VALUES = {name: re.compile(value) for name, value in _ALLOWED["values"].items()}
_NAME, _LINK, _IMAGE = (re.compile(_ALLOWED[each], re.A) for each in ("name", "link", "image"))


def clean(html: str, mark: str = "") -> Markup:
    """`html` without scripts, styles, handlers, and addresses that would be fetched.

    mark: what its names begin with, so that none is a name of the page; by default a text that no other output has.
    """
    cleaned = nh3.clean(
        html,
        tags=set(_ALLOWED["tags"]),
        attributes={"*": set(_ALLOWED["attributes"])},
        url_schemes={"http", "https", "data"},
        attribute_filter=partial(attribute, mark=mark or marks.mark("output", html)),
        link_rel="noopener",
    )
    return Markup(_without_links_in_drawings(cleaned) if "<svg" in cleaned and "<a " in cleaned else cleaned)


def attribute(tag: str, name: str, value: str, mark: str) -> str | None:
    """The attribute's value as it may stand in the page, or None."""
    if name in _ALLOWED["wording"]:
        return value
    if name in _VALUES:
        return value if _VALUES[name].fullmatch(value) else None
    if name == "src":
        return value if tag == "img" and _IMAGE.fullmatch(value) else None
    if name == "href":
        if value.startswith("#"):
            return f"#{mark}{value[1:]}" if _NAME.fullmatch(value[1:]) else None
        return value if tag == "a" and _LINK.fullmatch(value) else None
    if name in _ALLOWED["own_names"]:
        names = value.split()
        return " ".join(mark + each for each in names) if names and all(map(_NAME.fullmatch, names)) else None
    return values.local(value, mark)


def _without_links_in_drawings(html: str) -> str:
    """No address can be shown beside a link in a drawing, so that it leads to no other site."""
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.select("svg a[href]"):
        if not str(link["href"]).startswith("#"):
            del link["href"]
    return str(soup)
