"""The page's own products against what NumPy has there: `einsum`'s unrolled loop, and `@` for heads, at SmolLM2's sizes.

One token is bound by memory, so the matrices take turns and none stays near; many tokens are bound by arithmetic.
"""

import json
import sys

from measure import ROOT, chromium, report, site

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from reader import CHAPTER, RUN_LIMIT, cell, run, write

WORK = """
import json, time
import numpy as np
from engineroom.linear import linear
from engineroom.products import matmul
from engineroom.quantise import QuantisedMatrix

rng = np.random.default_rng(0)
normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)
matrices = [normal(1536, 576) for _ in range(30)]
eight = [QuantisedMatrix(w) for w in matrices]
found = {}


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(name, operations, **ways):
    "Every way in turn, so that a busy moment hits all; the best run of each."
    times = {way: [] for way in ways}
    for _ in range(7):
        for way, work in ways.items():
            times[way].append(seconds(work))
    least = {way: min(values) for way, values in times.items()}
    for way in [way for way in ways if way != "numpy"]:
        found[f"{name}_{way}_speed_against_numpy"] = least["numpy"] / least[way]
        found[f"{name}_{way}_gflops"] = operations / least[way] / 1e9


for n in (1, 8, 64):
    x = normal(n, 576)
    compare(
        f"{n}_tokens", 2 * n * sum(w.size for w in matrices),
        numpy=lambda: [np.einsum("ni,ji->nj", x, w) for w in matrices],
        float32=lambda: [linear(x, w) for w in matrices],
        int8=lambda: [linear(x, w) for w in eight],
    )
for n in (1, 256):
    query, key = normal(3, 3, n, 64), normal(3, 1, 256, 64)
    compare(f"{n}_queries", 2 * 9 * n * 256 * 64, numpy=lambda: query @ key.mT, heads=lambda: matmul(query, key.mT))
print(json.dumps(found))
"""

with site() as origin, chromium() as browser:
    page = browser.new_page()
    page.goto(origin + CHAPTER)
    first = cell(page)
    write(first, WORK)
    run(first, limit=10 * RUN_LIMIT)
    report("products", **json.loads(first.locator(".live-output").inner_text().strip().splitlines()[-1]))
