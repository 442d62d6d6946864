"""SmolLM2 in the page and in CPython: tokens a second against a plain NumPy loop over the same weights, prefill, memory, loading.

In CPython also against PyTorch, on as many threads: $ENGINEROOM_TORCH names a Python that has it (ours need not, and need not be able to).
Speeds are ratios: the runs take turns token by token, so that a busy moment hits all of them, and the median of the ratios is told.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

from engineroom import generate
from engineroom.arrays import parameter
from engineroom.models import llama, llama_config, llama_gguf
from measure import ROOT, chromium, here, median, report, site

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from reader import RUN_LIMIT, cell, run, write

ENGINE = "/chapters/the-engine/"
PLAIN = (ROOT / "tests" / "benchmarks" / "plain_llama.py").read_text(encoding="utf-8")
WORK = (
    PLAIN
    + """

import itertools, json, sys, time
from engineroom import generate
from engineroom.models import llama, llama_gguf
from engineroom.quantise import QuantisedMatrix

N, found = 24, {}


def heap():
    if sys.platform == "emscripten":
        import pyodide_js
        return pyodide_js._module.HEAP8.length
    return 0


def timed(name, work):
    started = time.perf_counter()
    result = work()
    found.setdefault(name, []).append(time.perf_counter() - started)
    return result


def quantised(params):
    return {key: quantised(p) if isinstance(p, dict) else QuantisedMatrix(p) if p.ndim == 2 else p for key, p in params.items()}


for name, matrix in (("int8", QuantisedMatrix), ("float32", None)):
    started, model = time.perf_counter(), None
    model = await llama_gguf.load(matrix=matrix)
    found[f"{name}_load_seconds"] = time.perf_counter() - started
    started = time.perf_counter()
    llama.next_logits(model, list(range(1000, 1064)), llama.new_cache(model))
    found[f"{name}_prefill_64_seconds"] = time.perf_counter() - started
    found[f"{name}_heap"] = heap()

ids = model.tokenizer.encode("Once upon a time, there was a little")
small = model._replace(params=quantised(model.params))
step = plain(model, len(ids) + N)
(scores, ours), (_, ours_small) = llama.step(model, ids, llama.new_cache(model)), llama.step(small, ids, llama.new_cache(small))
for at, id in enumerate(ids):
    expected = step(id, at)
orders = list(itertools.permutations(range(3)))
for at in range(len(ids), len(ids) + N):
    id = generate.greedy(scores)
    assert id == int(expected.argmax())
    runs = [("float32", lambda: llama.step(model, [id], ours)), ("plain", lambda: step(id, at)), ("int8", lambda: llama.step(small, [id], ours_small))]
    order = orders[at % len(orders)]  # each as often after each other one: weights just read are near
    results = {name: timed(f"{name}_steps", work) for name, work in (runs[i] for i in order)}
    (scores, ours), (_, ours_small), expected = results["float32"], results["int8"], results["plain"]
print(json.dumps(found))
"""
)


def ratio(baseline: list[float], ours: list[float]) -> float:
    return median(theirs / mine for theirs, mine in zip(baseline, ours, strict=True))


def told(found: dict) -> dict:
    speeds = {f"{name}_speed_against_plain_numpy": ratio(found["plain_steps"], found[f"{name}_steps"]) for name in ("float32", "int8")}
    speeds |= {f"{name}_tokens_a_second": 1 / median(found[f"{name}_steps"]) for name in ("float32", "int8", "plain")}
    heaps = {key: value // 1_000_000 for key, value in found.items() if key.endswith("_heap") and value}
    return speeds | {key: value for key, value in found.items() if isinstance(value, float)} | heaps


async def against_torch(n: int = 24) -> dict:
    """How fast we are as a multiple of PyTorch; nothing, and one line that says why, where there is none."""
    python = shutil.which(os.environ.get("ENGINEROOM_TORCH", sys.executable))
    if not python or subprocess.run([python, "-c", "import torch"], capture_output=True).returncode:
        print("PyTorch was not found: $ENGINEROOM_TORCH may name a Python that has it.")
        return {}
    model, threads = await llama_gguf.load(), os.environ.get("OPENBLAS_NUM_THREADS") or str(os.cpu_count())
    assert model.layout == "interleaved" and model.config.tied
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        names = llama_config.shapes(model.config)
        np.savez(file, config=json.dumps(model.config._asdict()), **{name: parameter(model.params, name) for name in names})
        file.flush()
        command = [python, str(ROOT / "tests" / "benchmarks" / "torch_llama.py"), file.name, threads]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as torch:
            print(f"Compared with {json.loads(torch.stdout.readline())}, threads: {threads}")

            def both(ids, cache):
                """The likeliest next id, on which the two must agree, the seconds each took, and the cache."""
                torch.stdin.write(json.dumps(ids) + "\n")
                torch.stdin.flush()
                theirs, seconds = json.loads(torch.stdout.readline())
                started = time.perf_counter()
                scores, cache = llama.step(model, ids, cache)
                taken = time.perf_counter() - started
                assert generate.greedy(scores) == theirs
                return theirs, seconds, taken, cache

            prompt, cache, times = model.tokenizer.encode("Once upon a time, there was a little"), llama.new_cache(model), []
            id, *_, cache = both(prompt, cache)
            for _ in range(n):
                id, *seconds, cache = both([id], cache)
                times.append(seconds)
            torch.stdin.write("[]\n")
            _, theirs, ours, _ = both(list(range(1000, 1064)), llama.new_cache(model))
            torch.stdin.close()
    return {"float32_speed_against_pytorch": ratio(*zip(*times)), "float32_prefill_64_speed_against_pytorch": theirs / ours}


with site() as origin, chromium() as browser:
    page = browser.new_page()
    page.goto(origin + ENGINE)
    first = cell(page, "load")
    run(first)  # fetched and kept: what follows loads from the browser's cache
    page.reload()
    first = cell(page, "load")
    write(first, WORK)
    run(first, limit=10 * RUN_LIMIT)
    there = json.loads(first.locator(".live-output").inner_text().strip().splitlines()[-1])
    page.close()
local = told(asyncio.run(here(WORK))) | asyncio.run(against_torch())
report("smollm2", **{f"page_{key}": value for key, value in told(there).items()}, **{f"here_{key}": value for key, value in local.items()})
