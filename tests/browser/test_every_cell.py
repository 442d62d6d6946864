"""What you read is what you run: every cell of every page, in a browser, against the build."""
from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator

from outputs import differences, read_cells
from reader import CHAPTER, LAB, TOKENIZATION, TOKENIZER_LAB, press

LANES = os.cpu_count() or 1  # pages at a time: each has a worker of its own
LIMIT = 300  # seconds for a cell, beside those of the other lanes


def pages_with_cells(site):
    for path in sorted(site.rglob("index.html")):
        cells = read_cells(path.read_text(encoding="utf-8"))
        if cells:
            yield "/" + path.relative_to(site).as_posix().removesuffix("index.html"), cells


def ran(page, url, built) -> Generator[None, None, list[str]]:
    """Run the page's cells in turn, giving way while one runs; the value at the end is what differs from the build."""
    page.goto(url)
    for id, cell_built in built.items():
        element = page.locator(f"live-cell#{id}")
        if element.get_attribute("data-hidden") is not None:
            continue
        press(element, "Run")
        end = time.monotonic() + LIMIT
        while (state := element.get_attribute("data-state")) not in ("done", "error"):
            assert time.monotonic() < end, f"{url}#{id} did not finish in {LIMIT} s"
            yield
        right = "error" if any(output.kind == "error" for output in cell_built.outputs) else "done"
        assert state == right, f"{url}#{id}: {state}\n{element.locator('.live-output').inner_text()}"
    after = read_cells(page.content())
    assert page.locator("live-cell:not([data-hidden]) .live-output[data-source=build]").count() == 0
    return [line for id, cell_built in built.items() for line in differences(cell_built, after[id])]


def lane(page, pages, wrong: list[str]) -> Iterator[None]:
    for url, built in pages:
        wrong += yield from ran(page, url, built)


def test_every_live_cell_shows_in_the_page_what_it_showed_at_build(built_site, context):
    pages = list(pages_with_cells(built_site))
    assert {CHAPTER, LAB, TOKENIZATION, TOKENIZER_LAB} <= {url for url, _ in pages}
    wrong, waiting = [], iter(pages)  # the lanes take their next page from the same list
    lanes = [(page, lane(page, waiting, wrong)) for page in (context.new_page() for _ in range(LANES))]
    while lanes:
        lanes = [(page, going) for page, going in lanes if next(going, "over") is None]
        if lanes:
            lanes[0][0].wait_for_timeout(20)
    assert next(waiting, None) is None
    assert not wrong, "\n".join(wrong)
