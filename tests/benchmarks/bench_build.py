"""How long a build takes: from nothing, with nothing changed, after one page changed; against the first."""

import shutil
import time

from engineroom_site import build
from engineroom_site.paths import BUILD
from measure import ROOT, report

PAGE = ROOT / "docs" / "chapters" / "self-attention.md"


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def after_editing(old: str, new: str) -> float:
    """Build with one page changed, then put it back."""
    text = PAGE.read_text(encoding="utf-8")
    assert old in text
    PAGE.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        return timed(build.build)
    finally:
        PAGE.write_text(text, encoding="utf-8")


for path in (BUILD / "cells", BUILD / "runtime", BUILD / "data", BUILD / "client"):
    shutil.rmtree(path, ignore_errors=True)
cold = timed(build.build)
warm = timed(build.build)
prose = after_editing("Attention is one operation.", "Attention is a single operation.")
cell = after_editing("n_keys, draws = 16, 300", "n_keys, draws = 16, 301")
build.ensure()
unchanged = timed(build.ensure)
report(
    "build",
    cold_seconds=cold,
    warm_seconds=warm,
    warm_against_cold=warm / cold,
    prose_edit_against_cold=prose / cold,
    one_cell_edit_against_cold=cell / cold,
    nothing_changed_seconds=unchanged,
)
