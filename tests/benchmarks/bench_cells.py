"""A cell in the built page: click to result, printed lines, Stop to ready, a model's pass; against CPython where that can do it."""

import asyncio
import os
import sys
import time

from measure import ROOT, chromium, median, report, site

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from reader import CHAPTER, cell, press, run, wait, write

RUNS = 15
CLICK_TO_DOM = """cell => new Promise(done => {
  const output = cell.querySelector('.live-output');
  const started = performance.now();
  const watch = new MutationObserver(() => {
    if (output.dataset.source === 'page' && cell.dataset.state === 'done' && output.textContent.includes(MARK)) {
      watch.disconnect();
      done(performance.now() - started);
    }
  });
  watch.observe(cell, {attributes: true, childList: true, characterData: true, subtree: true});
  [...cell.querySelectorAll('button')].find(b => (b.getAttribute('aria-label') ?? b.textContent).trim() === 'Run').click();
})"""
LONGEST = """window.longest = 0;
new PerformanceObserver(list => { for (const task of list.getEntries()) longest = Math.max(longest, task.duration); })
  .observe({type: 'longtask', buffered: true});"""
SENTENCE = "The bank by the river was steep."
PASS = f"""import time
import numpy as np
from engineroom.models import bert
model = await bert.load("all-MiniLM-L6-v2")
ids = [token.id for token in bert.tokens(model, {SENTENCE!r})]
bert.forward(model, ids)
times = []
for _ in range(20):
    started = time.perf_counter()
    bert.forward(model, ids)
    times.append(time.perf_counter() - started)
print(len(ids), "tokens,", round(1000 * sorted(times)[10], 2), "ms")"""


def clicked(first, code, mark, runs):
    """Milliseconds from the click on Run to the result in the page, once the same code has run before."""
    write(first, code)
    run(first)
    return [first.evaluate(CLICK_TO_DOM.replace("MARK", repr(mark))) for _ in range(runs)]


def stopped(page, first):
    """Milliseconds from the click on Stop to the cell's end."""
    write(first, "while True: pass")
    press(first, "Run")
    wait(first, "running")
    page.wait_for_timeout(300)
    started = time.perf_counter()
    press(first, "Stop")
    wait(first, "error")
    return 1000 * (time.perf_counter() - started)


def in_cpython():
    """Milliseconds for the same pass here, with the same NumPy and one thread."""
    os.environ["ENGINEROOM_DATA"] = str(ROOT / ".build" / "data" / "current")
    from engineroom.models import bert

    model = asyncio.run(bert.load("all-MiniLM-L6-v2"))
    ids = [token.id for token in bert.tokens(model, SENTENCE)]
    bert.forward(model, ids)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        bert.forward(model, ids)
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


with site() as origin, chromium() as browser:
    page = browser.new_page()
    page.add_init_script(LONGEST)
    page.goto(origin + CHAPTER)
    first = cell(page)
    trivial = clicked(first, "6 * 7", "42", RUNS)
    page.evaluate("longest = 0")
    lines = clicked(first, "for i in range(5000): print('line', i)", "line 4999", 5)
    longest = page.evaluate("longest")
    stops = [stopped(page, first) for _ in range(3)]
    write(first, PASS)
    run(first)
    passed = float(first.locator(".live-output").inner_text().rsplit(",", 1)[1].split()[0])
    page.close()
here = in_cpython()
report(
    "cells",
    trivial_cell_click_to_result_ms=median(trivial),
    trivial_cell_share_of_the_15_ms_budget=median(trivial) / 15,
    printed_5000_lines_ms=median(lines),
    printed_5000_lines_share_of_the_300_ms_budget=median(lines) / 300,
    longest_main_thread_task_while_printing_ms=longest,
    stop_to_ready_ms=median(stops),
    minilm_10_tokens_in_the_page_ms=passed,
    minilm_10_tokens_in_cpython_ms=here,
    minilm_page_against_cpython=passed / here,
)
