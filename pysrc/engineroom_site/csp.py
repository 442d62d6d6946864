"""The content security policy that every page states: scripts, data and styles from the site's own origin only.

Inline scripts are the theme's. They are allowed by their hash; the policy lists those of all pages, because a page
that a link puts in the place of another stands under the other's policy.
"""

import base64
import hashlib
import re
from pathlib import Path

from markupsafe import Markup

_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.S | re.I)
_DATA = re.compile(r"""\btype\s*=\s*["']?(?:application/(?:ld\+)?json|text/(?:template|plain))""", re.I)
_POLICY = Markup('<meta http-equiv="Content-Security-Policy" content="{}">')
_STATED = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_CHARSET = re.compile(r"<meta charset=[^>]*>", re.I)


def write(site: Path) -> None:
    """State the policy in every page of the built `site`."""
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    stated = _POLICY.format(Markup(policy(set().union(*map(hashes, pages.values())))))  # keywords and hashes: no text of anybody
    for path, html in pages.items():
        path.write_text(_CHARSET.sub(lambda found: found[0] + str(stated), html, count=1), encoding="utf-8")


def restated(html: str, before: str) -> str:
    """A page drawn anew with the policy that it stated `before`."""
    stated = _STATED.search(before)
    return _CHARSET.sub(lambda found: found[0] + stated[0], html, count=1) if stated else html


def policy(scripts: set[str]) -> str:
    """The policy that allows inline scripts with these hashes, and no others."""
    return "; ".join((
        "default-src 'self'",
        f"script-src 'self' 'wasm-unsafe-eval' {' '.join(sorted(scripts))}".rstrip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    ))  # fmt: skip


def hashes(html: str) -> set[str]:
    """What a policy calls the inline scripts of a page: 'sha256-…'."""
    return {
        "'sha256-" + base64.b64encode(hashlib.sha256(script["code"].encode()).digest()).decode() + "'"
        for script in _SCRIPT.finditer(html)
        if not re.search(r"\bsrc\s*=", script["attributes"]) and not _DATA.search(script["attributes"])
    }
