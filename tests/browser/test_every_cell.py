"""What you read is what you run: every cell of every page, in a browser, against the build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import clocks
import passes
from outputs import differences, read_cells
from reader import CHAPTER, LAB, TOKENIZATION, TOKENIZER_LAB, addresses, press, run

LIMIT = 600_000  # a cell may wait for a page that another process runs
STEP = """() => {
  const start = performance.now();
  let now = start;
  while (now === start) now = performance.now();
  return now - start;
}"""


def cells(site: Path, url: str) -> dict:
    return read_cells((site / url.strip("/") / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("url", addresses())
def test_every_live_cell_shows_in_the_page_what_it_showed_at_build(built_site, page, chromium, url, again):
    built = cells(built_site, url)
    if not built:
        pytest.skip("nothing to run")
    html = (built_site / url.strip("/") / "index.html").read_text(encoding="utf-8")
    key = passes.key(html, built, chromium.version)
    if passes.passed(key) and not again:
        pytest.skip("these cells have passed here with this runtime, data, client and browser; --again runs them")
    page.goto(url)
    for id, cell in built.items():
        element = page.locator(f"live-cell#{id}")
        if element.get_attribute("data-hidden") is not None:
            continue
        press(element, "Run")
        expect(element).to_have_attribute("data-state", re.compile("^(done|error)$"), timeout=LIMIT)
        right = "error" if any(output.kind == "error" for output in cell.outputs) else "done"
        assert element.get_attribute("data-state") == right, f"{url}#{id}\n{element.locator('.live-output').inner_text()}"
    after = read_cells(page.content())
    assert page.locator("live-cell:not([data-hidden]) .live-output[data-source=build]").count() == 0
    wrong = [line for id, cell in built.items() for line in differences(cell, after[id])]
    assert not wrong, "\n".join(wrong)
    passes.record(key)


def test_a_pass_holds_for_what_ran_and_not_for_other_words(built_site, tmp_path):
    html = (built_site / CHAPTER.strip("/") / "index.html").read_text(encoding="utf-8")
    built, tests = read_cells(html), [tmp_path / "a.py"]
    tests[0].write_text("assert 1")
    key = passes.key(html, built, "1.0", tests)
    assert passes.key(html.replace("</h1>", " in other words</h1>"), built, "1.0", tests) == key
    runtime, data, client = (
        re.search(rf"{part}/([\w-]+)", html)[1] for part in ("assets/runtime", "assets/data", 'src="[^"]*assets/client')
    )
    others = [passes.key(html.replace(part, part[::-1]), built, "1.0", tests) for part in (runtime, data, client)]
    id, cell = next(iter(built.items()))
    others += [passes.key(html, built | {id: cell._replace(**change)}, "1.0", tests) for change in ({"source": "1"}, {"outputs": []})]
    tests[0].write_text("assert 2")
    assert len({key, *others, passes.key(html, built, "1.1", tests), passes.key(html, built, "1.0", tests)}) == 8


@pytest.mark.parametrize("url, id", clocks.timed())
def test_cells_that_time_run_on_a_host_without_isolation_too(built_site, plain_page, url, id):
    """For a cell, a page that is not isolated differs in three things, and this covers the one that cells meet.

    Its clock ticks in a tenth of a millisecond instead of 5 µs. No cell reads a clock but by the library's helper (the next test), so those
    that use it are run here, with all above them. It has no shared memory, so `input` refuses and a stop restarts Python: no cell asks
    (the next test), and test_kernel runs the kernel on both kinds of host. Everything else is the same code on the same data.
    """
    plain_page.goto(url)
    assert not plain_page.evaluate("crossOriginIsolated") and min(plain_page.evaluate(STEP) for _ in range(5)) > 0.09
    run(plain_page.locator(f"live-cell#{id}"), limit=LIMIT)
    wrong = differences(cells(built_site, url)[id], read_cells(plain_page.content())[id])
    assert not wrong, "\n".join(wrong)


def test_no_cell_reads_a_clock_or_asks_except_by_the_library():
    """By engineroom.timing a cell runs on any clock; one that reads `time` divides by zero where the clock has not ticked."""
    found = {f"{url}#{cell.id}": needs for url, page in clocks.pages() for cell in page if (needs := clocks.needs_isolation(cell.code))}
    assert not found
    assert {"/chapters/rmsnorm/", "/chapters/transformer/"} <= {url for url, _ in clocks.timed()}


@pytest.mark.parametrize(
    "code, needs",
    [
        ("import time\nt = time.perf_counter()", {"time"}),
        ("def f():\n    from time import perf_counter as clock", {"time.perf_counter"}),
        ("import datetime as d, numpy", {"datetime"}),
        ("from timeit import timeit", {"timeit.timeit"}),
        ("from js import performance", {"js.performance"}),
        ("name = input('?')", {"input"}),
        ("from engineroom.timing import seconds\nseconds(print)", set()),
        ("times = 3; time = times", set()),
        ("b = (", set()),
    ],
)
def test_what_needs_isolation_is_read_from_the_code(code, needs):
    assert clocks.needs_isolation(code) == needs


@pytest.mark.parametrize(
    "code",
    [
        "from engineroom import timing",
        "from engineroom.timing import seconds as s",
        "import engineroom.timing",
        "import engineroom.timing as t",
    ],
)
def test_the_helper_is_known_by_every_name(code):
    assert len(clocks.bound(code)) == 1
    assert not clocks.bound("from engineroom import store\nimport numpy")


def test_no_page_with_cells_is_left_out(built_site):
    live = [path for path in built_site.rglob("index.html") if "<live-cell" in path.read_text(encoding="utf-8")]
    found = {f"/{path.parent.relative_to(built_site).as_posix()}/".replace("/./", "/") for path in live}
    assert {"/", CHAPTER, LAB, TOKENIZATION, TOKENIZER_LAB} <= found <= set(addresses())
