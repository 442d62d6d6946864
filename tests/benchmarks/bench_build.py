"""How long a build takes: from nothing, with nothing changed, after one page changed; against the first.

And how long an author waits under `make serve` until a changed sentence, and a changed cell, is on its page.
"""

import shutil
import time

from engineroom_site import build
from engineroom_site.changes import SETTLE
from engineroom_site.paths import BUILD
from engineroom_site.spare import Spare
from measure import ROOT, report

PAGE = ROOT / "docs" / "chapters" / "self-attention.md"


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def shown() -> bool:
    """What `make serve` does first: the page that changed, drawn by the process that waits."""
    return spare.draw(build.SITE, ["chapters/self-attention.md"])


def after_editing(old: str, new: str, work=build.build) -> float:
    """The time of `work` with one page changed, which is then put back."""
    text = PAGE.read_text(encoding="utf-8")
    assert old in text
    PAGE.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        return timed(work)
    finally:
        PAGE.write_text(text, encoding="utf-8")


for path in (BUILD / "cells", BUILD / "runtime", BUILD / "data", BUILD / "client"):
    shutil.rmtree(path, ignore_errors=True)
cold = timed(build.build)
warm = timed(build.build)
prose = after_editing("Attention is one operation.", "Attention is a single operation.")
cell = after_editing("n_keys, draws = 16, 300", "n_keys, draws = 16, 301")
build.ensure()
spare, waits = Spare(), {}
for name, edit in {
    "prose": ("Attention is one operation.", "Attention is but one operation."),
    "cell": ("draws = 16, 300", "draws = 16, 302"),
}.items():
    spare.ready()
    time.sleep(20)  # as long as an author thinks: it has loaded what it needs
    waits[f"{name}_shown_seconds"] = after_editing(*edit, work=shown) + SETTLE
spare.end()
build.build()
unchanged = timed(build.ensure)
report(
    "build",
    cold_seconds=cold,
    warm_seconds=warm,
    warm_against_cold=warm / cold,
    prose_edit_against_cold=prose / cold,
    one_cell_edit_against_cold=cell / cold,
    nothing_changed_seconds=unchanged,
    **waits,
    prose_shown_against_warm=waits["prose_shown_seconds"] / warm,
)
