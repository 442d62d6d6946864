"""SmolLM2 in the page and in CPython: tokens a second against a plain NumPy loop over the same weights, prefill, memory, loading."""
import asyncio
import json
import sys

from measure import ROOT, chromium, here, median, report, site

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from reader import RUN_LIMIT, cell, run, write

ENGINE = "/chapters/the-engine/"
PLAIN = (ROOT / "tests" / "benchmarks" / "plain_llama.py").read_text(encoding="utf-8")
WORK = PLAIN + """

import json, sys, time
from engineroom import generate
from engineroom.models import llama, llama_gguf
from engineroom.quantise import QuantisedMatrix

N, found = 16, {}


def heap():
    if sys.platform == "emscripten":
        import pyodide_js
        return pyodide_js._module.HEAP8.length
    return 0


def steps(model, ids):
    cache, written, took = llama.new_cache(model), [], []
    scores = llama.next_logits(model, ids, cache)
    for _ in range(N):
        written.append(generate.greedy(scores))
        started = time.perf_counter()
        scores = llama.next_logits(model, written[-1:], cache)
        took.append(time.perf_counter() - started)
    return written, took


for name, matrix in (("int8", QuantisedMatrix), ("float32", None)):
    started = time.perf_counter()
    model = await llama_gguf.load(matrix=matrix)
    found[f"{name}_load_seconds"] = time.perf_counter() - started
    ids = model.tokenizer.encode("Once upon a time, there was a little")
    written, took = steps(model, ids)
    found[f"{name}_steps"] = took
    started = time.perf_counter()
    llama.next_logits(model, list(range(1000, 1064)), llama.new_cache(model))
    found[f"{name}_prefill_64_seconds"] = time.perf_counter() - started
    found[f"{name}_heap"] = heap()
    if name == "int8":
        del model
same, found["plain_steps"] = plain(model, ids, N)
again, found["float32_steps_again"] = steps(model, ids)  # around the baseline, so that a busy moment hits both
assert same == again == written
print(json.dumps(found))
"""


def told(found: dict) -> dict:
    ours, plain = min(found["float32_steps"] + found["float32_steps_again"]), min(found["plain_steps"])
    return {
        "float32_speed_against_plain_numpy": plain / ours, "int8_speed_against_plain_numpy": plain / min(found["int8_steps"]),
        "float32_tokens_a_second": 1 / median(found["float32_steps"]), "int8_tokens_a_second": 1 / median(found["int8_steps"]),
        **{key: value for key, value in found.items() if isinstance(value, float)},
        **{key: value // 1_000_000 for key, value in found.items() if key.endswith("_heap") and value},
    }


with site() as origin, chromium() as browser:
    page = browser.new_page()
    page.goto(origin + ENGINE)
    first = cell(page, "load")
    run(first)  # fetched and kept: what follows loads from the browser's cache
    page.reload()
    first = cell(page, "load")
    write(first, WORK)
    page.set_default_timeout(RUN_LIMIT)
    run(first)
    there = json.loads(first.locator(".live-output").inner_text().strip().splitlines()[-1])
    page.close()
local = asyncio.run(here(WORK))
report("smollm2", **{f"page_{key}": value for key, value in told(there).items()}, **{f"here_{key}": value for key, value in told(local).items()})
