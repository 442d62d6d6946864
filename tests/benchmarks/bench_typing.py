"""The tokenization chapter in the page: training and encoding against CPython, and what a letter costs that is typed into a text of 500."""

import asyncio
import json
import sys

from measure import ROOT, chromium, here, median, report, site

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from reader import TOKENIZATION, cell, run, write

WORK = """import json, time
from engineroom import store, tokenize
from engineroom.tokenize import bpe, unigram, wordpiece

bible = (await store.text("king-james"))[:1_000_000]
times = {}
for name, work in {
    "bpe_training": lambda: bpe.train(bible, 512),
    "wordpiece_training": lambda: wordpiece.train(bible, 2000),
    "unigram_training": lambda: unigram.train(bible, 2000),
}.items():
    started = time.perf_counter()
    work()
    times[name] = time.perf_counter() - started
for name in ("gpt2", "o200k_base", "mistral", "bert", "botchan-unigram"):
    started = time.perf_counter()
    table = await tokenize.load(name)
    times[f"{name}_loading"] = time.perf_counter() - started
    for kind in ("cold", "warm"):
        started = time.perf_counter()
        table.encode(bible[:300_000])
        times[f"{name}_encoding_{kind}"] = time.perf_counter() - started
print(json.dumps(times))
"""
TYPE = """async ([field, cell, letters]) => {
  const output = cell.querySelector('.live-output');
  const took = [];
  for (const letter of letters) {
    const before = output.querySelector('figure');
    const started = performance.now();
    field.value += letter;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    while (cell.dataset.state !== 'done' || output.querySelector('figure') === before || !output.querySelector('figure')) await new Promise(requestAnimationFrame);
    took.push(performance.now() - started);
  }
  return took;
}"""
SENTENCE = "In the beginning God created the heaven and the earth. And the earth was without form, and void; "
FOUR = "dict(list(vocabularies.items())[:4])"


with site() as origin, chromium() as browser:
    page = browser.new_page()
    page.goto(origin + TOKENIZATION)
    first = cell(page)
    write(first, WORK)
    run(first)
    there = json.loads(first.locator(".live-output").inner_text())
    page.reload()
    first.get_by_role("button", name="Reset", exact=True).click()
    typing = cell(page, "type-and-see")
    write(typing, typing.locator("pre.live-source").text_content().replace("vocabularies.items()", f"{FOUR}.items()"))
    run(first)
    run(typing)
    field = typing.get_by_role("textbox", name="text")
    field.fill((SENTENCE * 6)[:500])
    run(typing)
    took = page.evaluate(TYPE, [field.element_handle(), typing.element_handle(), "and the spirit of God moved"])
    page.close()
local = asyncio.run(here(WORK))
report(
    "typing",
    **{f"{name}_in_the_page_s": there[name] for name in there},
    **{f"{name}_page_against_cpython": there[name] / local[name] for name in there if "loading" not in name},
    letter_in_500_characters_4_vocabularies_ms=median(took),
    letter_share_of_the_50_ms_budget=median(took) / 50,
    letter_slowest_ms=max(took),
)
