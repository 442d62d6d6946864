"""What costs more than a megabyte is asked for first, once; a press of Run is a yes to Python and to what that very cell fetches."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from reader import CHAPTER, cell, open_editor, press, text, wait, write

MODEL_PAGE = "/chapters/rope/"  # its first cell fetches a model of two megabytes, its second has sliders
MODEL, WEIGHTS = "positions-rope", "models/positions/rope-"


@pytest.fixture
def asked(page):
    """What the page has asked for of Python and of the data, apart from the lists and a look into the browser's cache."""
    lists = ("boot.json", "index.json", "pyodide.asm.wasm")
    return lambda part: [url for url in page.context.requested if f"/assets/{part}" in url and not url.endswith(lists)]


def question(cell):
    return cell.locator(".live-notice[data-kind=other]")


def of_weights(built_site):
    index = json.loads(next(built_site.glob("assets/data/*/index.json")).read_text())
    return f"{sum(file['bytes'] for file in index[f'models/{MODEL}']['files'] if WEIGHTS in file['path']) / 1e6:.1f} MB"


def test_a_sliders_key_press_fetches_nothing_before_a_yes(page, built_site, asked):
    page.goto(MODEL_PAGE)
    slider_cell = page.locator("live-cell", has=page.locator("input[type=range]")).first
    above = cell(page)
    published = text(above)
    slider_cell.locator("input[type=range]").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(question(slider_cell)).to_contain_text("fetches Python first: ")
    expect(slider_cell.locator(".live-spoken")).to_contain_text("fetches Python first: ")
    assert not asked("runtime/") and not asked("data/")
    question(slider_cell).get_by_role("button", name="Fetch and run").click()
    expect(question(slider_cell)).to_contain_text(f"fetches {MODEL} first: {of_weights(built_site)}", timeout=120_000)
    assert asked("runtime/") and not [url for url in asked("data/") if WEIGHTS in url]
    assert text(above) == published and slider_cell.get_attribute("data-state") == above.get_attribute("data-state") == "idle"
    expect(slider_cell.locator(".live-output")).to_have_attribute("data-source", "build")
    slider_cell.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowLeft")  # it has been asked
    expect(question(slider_cell)).to_contain_text(f"fetches {MODEL} first")
    question(slider_cell).get_by_role("button", name="Fetch and run").click()
    wait(slider_cell, "done")
    assert [url for url in asked("data/") if WEIGHTS in url]
    slider_cell.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    wait(slider_cell, "done")
    expect(question(slider_cell)).to_have_count(0)
    page.reload()  # another Python, the same browser
    slider_cell.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    wait(slider_cell, "done")
    expect(question(slider_cell)).to_have_count(0)


def test_run_on_a_cell_below_says_what_a_cell_above_would_fetch(page, built_site, asked):
    page.goto(MODEL_PAGE)
    below = page.locator("live-cell:not([data-hidden])").nth(1)
    press(below, "Run")
    expect(question(below).locator("p")).to_have_text(
        f"Running this cell fetches {MODEL} first: {of_weights(built_site)}, which your browser keeps.", timeout=120_000
    )
    assert not [url for url in asked("data/") if WEIGHTS in url]
    press(below, "Run")
    wait(below, "done")


def test_run_on_the_cell_that_fetches_is_a_yes(page, asked):
    page.goto(MODEL_PAGE)
    press(cell(page), "Run")
    wait(cell(page), "done")
    assert [url for url in asked("data/") if WEIGHTS in url]


def test_a_control_that_asks_for_more_than_the_last_run_is_asked_about(page, asked):
    page.goto(CHAPTER)
    first = cell(page)
    write(
        first,
        'n = 0  # @param {type:"slider", min:0, max:1, step:1}\nif n:\n    from engineroom.models import bert\n    await bert.load()\nn',
    )
    press(first, "Run")
    wait(first, "done")
    first.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    expect(question(first)).to_contain_text("fetches all-MiniLM-L6-v2 first: ", timeout=60_000)
    assert not [url for url in asked("data/") if "MiniLM" in url and "weights" in url]


def test_typing_fetches_no_python(page, asked):
    page.goto(CHAPTER)
    open_editor(cell(page)).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nnp.ar")
    page.wait_for_load_state("networkidle")
    assert not asked("runtime/")
