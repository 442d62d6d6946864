"""What you read is what you run: every cell of every page, in a browser, against the build."""
from __future__ import annotations

from playwright.sync_api import expect

from outputs import differences, read_cells
from reader import CHAPTER, LAB, RUN_LIMIT, TOKENIZATION, TOKENIZER_LAB, press


def pages_with_cells(site):
    for path in sorted(site.rglob("index.html")):
        cells = read_cells(path.read_text(encoding="utf-8"))
        if cells:
            yield "/" + path.relative_to(site).as_posix().removesuffix("index.html"), cells


def test_every_live_cell_shows_in_the_page_what_it_showed_at_build(built_site, page):
    pages = list(pages_with_cells(built_site))
    assert {CHAPTER, LAB, TOKENIZATION, TOKENIZER_LAB} <= {url for url, _ in pages}
    wrong = []
    for url, built in pages:
        page.goto(url)
        for id, cell_built in built.items():
            element = page.locator(f"live-cell#{id}")
            if element.get_attribute("data-hidden") is None:
                press(element, "Run")
                expect(element).to_have_attribute("data-state", "done" if not any(
                    o.kind == "error" for o in cell_built.outputs) else "error", timeout=RUN_LIMIT)
        after = read_cells(page.content())
        assert page.locator("live-cell:not([data-hidden]) .live-output[data-source=build]").count() == 0
        for id, cell_built in built.items():
            wrong += differences(cell_built, after[id])
    assert not wrong, "\n".join(wrong)
