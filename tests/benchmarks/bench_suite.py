"""How long `make test` takes: its parts, each as a share of the whole, and the tests that take longest.

The pages' cells are told apart with and without what has passed on this machine before (tests/browser/passes.py). Wall time and processor
time: on a busy machine only the second says something.
"""

import re
import resource
import subprocess
import sys
import time

from measure import ROOT, report

PARTS = {
    "library": ["tests/library"],
    "site": ["tests/site"],
    "cells": ["tests/browser/test_every_cell.py", "--again"],
    "cells_again": ["tests/browser/test_every_cell.py"],
    "browser": ["tests/browser", "--deselect", "tests/browser/test_every_cell.py"],
}
LAST = re.compile(r"^([\d.]+)s (call|setup) +(\S.*)$", re.M)


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(arguments: list[str]) -> tuple[float, float, str]:
    """Wall seconds, processor seconds, and what pytest said."""
    wall, cpu = time.perf_counter(), processor()
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal", "--durations=10", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} did not pass:\n{done.stdout[-4000:]}")
    return time.perf_counter() - wall, processor() - cpu, done.stdout


times = {}
for part, arguments in PARTS.items():
    wall, cpu, said = timed(arguments)
    times[part] = wall
    report(f"suite-{part}", wall_seconds=wall, processor_seconds=cpu)
    for seconds, phase, test in LAST.findall(said):
        print(f"    {seconds:>7} s  {phase:5}  {test}")
warm = sum(times[part] for part in PARTS if part != "cells")
report(
    "suite",
    warm_minutes=warm / 60,
    first_minutes=(warm + times["cells"] - times["cells_again"]) / 60,
    **{f"{p}_share": times[p] / warm for p in times},
)
