"""What you read is what you run: every cell of every page, in a browser, against the build."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from outputs import differences, read_cells
from reader import CHAPTER, LAB, TOKENIZATION, TOKENIZER_LAB, addresses, press

LIMIT = 600_000  # a cell may wait for a page that another process runs


def cells(site: Path, url: str) -> dict:
    return read_cells((site / url.strip("/") / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("url", addresses())
def test_every_live_cell_shows_in_the_page_what_it_showed_at_build(built_site, page, url):
    built = cells(built_site, url)
    if not built:
        pytest.skip("nothing to run")
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


def test_no_page_with_cells_is_left_out(built_site):
    built = {f"/{path.parent.relative_to(built_site).as_posix()}/".replace("/./", "/") for path in built_site.rglob("index.html")}
    assert {"/", CHAPTER, LAB, TOKENIZATION, TOKENIZER_LAB} <= {url for url in built if cells(built_site, url)} <= set(addresses())
