"""HTML from code, cleaned. The client reads the same allow-list."""

import json
import re
from pathlib import Path

import nh3
from markupsafe import Markup

_ALLOWED = json.loads(Path(__file__).with_name("allowed_html.json").read_text(encoding="utf-8"))
_IMAGE = re.compile(_ALLOWED["image_source"])
_OUTSIDE = re.compile(_ALLOWED["outside_reference"], re.I)


def clean(html: str) -> Markup:
    """`html` without scripts, styles, handlers, and addresses that would be fetched."""
    return Markup(
        nh3.clean(
            html,
            tags=set(_ALLOWED["tags"]),
            attributes={"*": set(_ALLOWED["attributes"])},
            url_schemes={*_ALLOWED["link_schemes"], "data"},
            attribute_filter=_attribute,
            link_rel="noopener",
        )
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if _IMAGE.match(value) else None
    if _OUTSIDE.search(value) and name not in _ALLOWED["wording"]:
        return None
    if name == "href" and value.strip().lower().startswith("data:"):
        return None
    return value
