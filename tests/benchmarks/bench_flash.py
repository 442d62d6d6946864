"""FlashAttention against the whole matrix as the text doubles: peak memory, and honest time, in the page and in CPython.

One head of 64 dimensions in float32. Memory is what Python's tracemalloc sees NumPy ask for, inputs apart; the page's heap can only grow,
so how far each way has driven it is told beside.
"""

import asyncio
import json
import sys

from playwright.sync_api import expect

from measure import ROOT, chromium, here, report, site

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from reader import cell, press, run, write

CHAPTER = "/chapters/flash-attention/"
LENGTHS = (256, 512, 1024, 2048)
PATIENCE = 300_000  # milliseconds: some twenty billion operations without a BLAS
WORK = f"""
import json, sys, time, tracemalloc
import numpy as np
from engineroom.attention import scaled_dot_product
from engineroom.flash import Tiles, causal, flash_attention, flash_attention_2

LENGTHS, D, TILES = {LENGTHS}, 64, Tiles(128, 128)
WAYS = {{
    "tiles": lambda q, k, v: flash_attention_2(q, k, v, TILES),
    "tiles_keys_outer": lambda q, k, v: flash_attention(q, k, v, TILES),
    "tiles_causal": lambda q, k, v: flash_attention_2(q, k, v, TILES, causal(np)),
    "matrix": lambda q, k, v: scaled_dot_product(q, k, v),
}}


def heap():
    if sys.platform == "emscripten":
        import pyodide_js
        return pyodide_js._module.HEAP8.length
    return 0


def peak(work, *inputs):
    tracemalloc.start()
    work(*inputs)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def seconds(work, *inputs):
    started = time.perf_counter()
    work(*inputs)
    return time.perf_counter() - started


rng, found = np.random.default_rng(0), {{}}
inputs = {{n: rng.standard_normal((3, n, D), dtype=np.float32) for n in LENGTHS}}
for name, work in WAYS.items():
    before = heap()
    found[name + "_peak"] = [peak(work, *inputs[n]) for n in LENGTHS]
    found[name + "_heap_growth"] = heap() - before
for name in WAYS:
    found[name + "_seconds"] = []
for n in LENGTHS:  # the ways in turn, so that a busy moment hits them all
    runs = [[seconds(work, *inputs[n]) for work in WAYS.values()] for _ in range(2)]
    for name, times in zip(WAYS, zip(*runs)):
        found[name + "_seconds"].append(min(times))
print(json.dumps(found))
"""


def told(found: dict) -> dict:
    ratios = {}
    for name in ("matrix", "tiles"):
        peaks = found[f"{name}_peak"]
        ratios |= {f"{name}_peak_MB_at_{n}": peak / 1e6 for n, peak in zip(LENGTHS, peaks)}
        ratios |= {f"{name}_peak_at_{n}_against_half": b / a for a, b, n in zip(peaks, peaks[1:], LENGTHS[1:])}
    for name in ("tiles", "tiles_keys_outer", "tiles_causal"):
        pairs = list(zip(LENGTHS, found["matrix_seconds"], found[f"{name}_seconds"]))
        ratios |= {f"{name}_time_against_matrix_at_{n}": tiled / matrix for n, matrix, tiled in pairs}
    ratios |= {f"matrix_seconds_at_{LENGTHS[-1]}": found["matrix_seconds"][-1]}
    return ratios | {f"{name}_MB": found[name] / 1e6 for name in found if name.endswith("heap_growth") and found[name]}


with site() as origin, chromium() as browser:
    page = browser.new_page()
    page.goto(origin + CHAPTER)
    first = cell(page, "the-square")
    run(first)  # Python is there
    write(first, WORK)
    press(first, "Run")
    expect(first.locator(".live-output")).to_contain_text("matrix_seconds", timeout=PATIENCE)
    there = json.loads(first.locator(".live-output").inner_text().strip().splitlines()[-1])
    page.close()
local = asyncio.run(here(WORK))
report(
    "flash", **{f"page_{key}": value for key, value in told(there).items()}, **{f"here_{key}": value for key, value in told(local).items()}
)
