"""A mixture of experts against its dense twin of equal active width, as experts are added: does the cost follow what is active?

In the page and in CPython. Every expert has to be read once whoever comes, so the tokens are many: at 64 experts and two for each token, 512 come
to each expert here and 64 in the page, where products are slower and weigh more beside reading and routing.
"""

import asyncio
import json
import sys

from measure import ROOT, chromium, here, report, site

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from reader import CHAPTER, RUN_LIMIT, cell, run, write

WORK = """
import json, sys, time
import numpy as np
from engineroom import moe
from engineroom.feedforward import gated_feed_forward

page = sys.platform == "emscripten"
k, (d_model, d_ff, n, rounds) = 2, (256, 256, 2048, 5) if page else (512, 1024, 16384, 7)
rng = np.random.default_rng(0)


def matrix(rows, columns):
    return {"weight": rng.normal(size=(rows, columns)).astype(np.float32) / np.float32(columns**0.5)}


def gated(width, gate="gate", up="up", down="down"):
    return {gate: matrix(width, d_model), up: matrix(width, d_model), down: matrix(d_model, width)}


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


x = rng.normal(size=(n, d_model)).astype(np.float32)
twin = gated(k * d_ff)
experts = {str(e): gated(d_ff, "w1", "w3", "w2") for e in range(64)}
mixtures = {
    E: {"block_sparse_moe": {"gate": matrix(E, d_model), "experts": {str(e): experts[str(e)] for e in range(E)}}}
    for E in (2, 4, 8, 16, 32, 64)
}
dense, mixed = [], {E: [] for E in mixtures}
for _ in range(rounds):  # in turn, so that a busy moment hits all
    dense.append(seconds(lambda: gated_feed_forward(x, twin)))
    for E, params in mixtures.items():
        mixed[E].append(seconds(lambda: moe.mixtral(x, params, k)))
least = min(dense)
print(json.dumps({
    "tokens": n, "tokens_for_each_of_64_experts": n * k // 64, "dense_ms": 1000 * least,
    **{f"cost_against_dense_with_{E}_experts": min(times) / least for E, times in mixed.items()},
    "largest_cost_against_smallest": max(map(min, mixed.values())) / min(map(min, mixed.values())),
    "dense_weights_mb": 4 * 3 * d_model * k * d_ff / 1e6,
    **{f"weights_mb_with_{E}_experts": 4 * (3 * d_model * d_ff * E + E * d_model) / 1e6 for E in (2, 64)},
    **({"heap_mb": __import__("pyodide_js")._module.HEAP8.length // 1_000_000} if page else {}),
}))
"""

with site() as origin, chromium() as browser:
    opened = browser.new_page()
    opened.goto(origin + CHAPTER)
    opened.set_default_timeout(RUN_LIMIT)
    first = cell(opened)
    write(first, WORK)
    run(first)
    there = json.loads(first.locator(".live-output").inner_text().strip().splitlines()[-1])
    opened.close()
local = asyncio.run(here(WORK))
report("moe", **{f"page_{key}": value for key, value in there.items()}, **{f"here_{key}": value for key, value in local.items()})
