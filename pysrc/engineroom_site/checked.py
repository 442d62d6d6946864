"""The badge that says what a part of the library was compared with. The tests write the numbers; nobody types them."""

import json

from markupsafe import Markup

from engineroom_site.paths import ROOT

MEASURED = ROOT / "tests" / "library" / "measured.json"
_BADGE = Markup('<p class="checked"><strong>{name}</strong> checked against {against} · {metric} {error} · {cases:,} cases</p>')


def badge(name: str) -> Markup:
    """The badge `{checked: name}` stands for. Raises ValueError listing the names there are."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    if name not in measured:
        raise ValueError(f"nothing called “{name}” was measured; {MEASURED.name} has {', '.join(measured)}")
    entry = measured[name]
    error = "none" if entry["error"] == 0 else f"{entry['error']:.0e}".replace("e-0", "e-")
    return _BADGE.format(
        name=name[0].upper() + name[1:], against=entry["against"], metric=entry["metric"], error=error, cases=entry["cases"]
    )
