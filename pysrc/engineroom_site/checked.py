"""The badge that says what a part of the library was compared with. The tests write the numbers; nobody types them."""

import json
from html import escape

from engineroom_site.paths import ROOT

MEASURED = ROOT / "tests" / "library" / "measured.json"


def badge(name: str) -> str:
    """The badge `{checked: name}` stands for. Raises ValueError listing the names there are."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    if name not in measured:
        raise ValueError(f"nothing called “{name}” was measured; {MEASURED.name} has {', '.join(measured)}")
    entry = measured[name]
    error = "none" if entry["error"] == 0 else f"{entry['error']:.0e}".replace("e-0", "e-")
    return (
        f'<p class="checked"><strong>{escape(name[0].upper() + name[1:])}</strong> checked against {escape(entry["against"])} · '
        f"{escape(entry['metric'])} {error} · {entry['cases']:,} cases</p>"
    )
