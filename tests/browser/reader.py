"""What a reader does with a cell, by the names a screen reader would say."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

CHAPTER = "/chapters/self-attention/"
LAB = "/labs/attention-from-scratch/"
TOKENIZATION = "/chapters/tokenization/"
TOKENIZER_LAB = "/labs/tokenizer-from-scratch/"
ASSESSMENT = "/assessment/"
PROGRESS = "/progress/"
REVIEW = "/review/"
DOCS = Path(__file__).parents[2] / "docs"
AXE = Path(__file__).parents[2] / "overrides/client/node_modules/axe-core/axe.min.js"
RUN_LIMIT = 120_000


def addresses() -> list[str]:
    """The addresses of all pages, as their sources say: known before anything is built."""
    return sorted(map(address, sources()))


def sources() -> list[Path]:
    """The files that pages are written in."""
    return sorted(path for kind in ("md", "ipynb") for path in DOCS.rglob(f"*.{kind}"))


def address(source: Path) -> str:
    return f"/{source.relative_to(DOCS).with_suffix('').as_posix()}/".removesuffix("index/")


def cell(page: Page, id: str | None = None) -> Locator:
    """The cell with this id, or the first one with nothing before it."""
    return page.locator(f"live-cell#{id}") if id else page.locator("live-cell[data-index='0']")


def press(cell: Locator, name: str) -> None:
    cell.get_by_role("button", name=name, exact=True).click()


def run(cell: Locator, state: str = "done", limit: int = RUN_LIMIT) -> None:
    """Run a cell, and say yes to what it wants to fetch."""
    press(cell, "Run")
    question = cell.get_by_role("button", name="Fetch and run")
    ended = cell.locator(f"xpath=self::*[@data-state='{state}']")
    expect(question.or_(ended).first).to_be_attached(timeout=limit)
    while question.count():
        question.click()
        expect(question.or_(ended).first).to_be_attached(timeout=limit)
    wait(cell, state, limit)


def wait(cell: Locator, state: str, limit: int = RUN_LIMIT) -> None:
    expect(cell).to_have_attribute("data-state", state, timeout=limit)


def open_editor(cell: Locator) -> Locator:
    details = cell.locator("details.live-code")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    editor = cell.locator(".cm-content")
    if editor.count() == 0:
        cell.locator("pre.live-source").click()
    editor.wait_for()
    return editor


def write(cell: Locator, code: str) -> None:
    """Replace a cell's code as a reader would: select all, type."""
    editor = open_editor(cell)
    editor.focus()
    editor.page.keyboard.press("Control+a")
    editor.page.keyboard.press("Delete")
    editor.page.keyboard.insert_text(code)


def away_and_back(page: Page) -> None:
    """To another page and back without a reload: going back, the address changes before the page does."""
    page.get_by_role("link", name="Sources").first.click()
    page.get_by_role("heading", level=1, name="Sources").wait_for()
    page.go_back()
    page.wait_for_url(f"**{CHAPTER}*")  # scrolling writes the section into the address
    cell(page).wait_for()


def text(cell: Locator) -> str:
    return cell.locator(".live-output").inner_text()


def violations(page: Page, about: str = "") -> list[str]:
    """What axe finds wrong with the page for those who cannot see it, or not well; of it what names `about`."""
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    lines = [f"{v['id']}: {v['help']}: {n['html'][:160]} | {n['failureSummary'][:200]}" for v in found for n in v["nodes"]]
    return [line for line in lines if about in line]
