"""One visit's session: what blocks what, what comes back with the page, and what a reader is told while waiting."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import expect

from engineroom_site.server import make_server
from reader import CHAPTER, away_and_back, cell, press, run, text, wait, write


@pytest.fixture
def mortal(context):
    """Python dies in this test: its last words are no error of a page's script."""
    yield
    context.failures[:] = [error for error in context.failures if "Aborted()" not in error]


def nth(page, index):
    return page.locator(f"live-cell[data-index='{index}']")


def notices(cell):
    return cell.locator(".live-notices")


# What failed above


@pytest.mark.parametrize(
    ("code", "why"), [("raise ValueError('mine')", "raised an error"), ("import os\nos.abort()", "made Python stop working")]
)
def test_what_failed_by_hand_blocks_those_below_until_it_has_succeeded(page, mortal, code, why):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    name = first.get_attribute("id")
    write(first, f"import time\nprint(time.time_ns())\n{code}")
    run(first, "error")
    ended = text(first)
    write(below, "'reached'")
    for _ in range(2):
        press(below, "Run")
        expect(notices(below)).to_contain_text(f"The cell “{name}” above {why}, so this one did not run.", timeout=60_000)
        assert "reached" not in text(below) and text(first) == ended, "it has not run again"
    notices(below).get_by_role("button", name="Show it").click()
    expect(first.get_by_role("button", name="Run", exact=True)).to_be_focused()
    write(first, "good = 1")
    run(first)
    expect(notices(below)).not_to_contain_text("did not run")
    run(below)
    assert "reached" in text(below)


def test_what_was_stopped_blocks_those_below_and_both_can_be_run(page):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    write(
        first,
        "import asyncio, js\nif not hasattr(js, 'waited'):\n    js.waited = 1\n    print('sleeping')\n    await asyncio.sleep(60)\ngood = 1",
    )
    press(first, "Run")
    expect(first.locator(".live-output")).to_contain_text("sleeping", timeout=60_000)
    press(first, "Stop")
    wait(first, "error")
    write(below, "good")
    press(below, "Run")
    expect(notices(below)).to_contain_text("was stopped before its end", timeout=60_000)
    notices(below).get_by_role("button", name="Run both").click()
    wait(below, "done")
    assert text(below).strip() == "1" and first.get_attribute("data-state") == "done"


def test_a_failed_cell_that_has_been_edited_since_runs_again(page):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    write(first, "1 / 0")
    run(first, "error")
    write(first, "good = 2")
    write(below, "good")
    run(below)
    assert text(below).strip() == "2"


# There and back


def test_names_and_outputs_come_back_with_the_page(page):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    write(first, "kept = 41\nprint('computed')\nkept")
    run(first)
    page.evaluate("document.querySelector('live-cell .live-output').dataset.mine = 'left'")
    away_and_back(page)
    assert "computed" in text(first) and first.get_attribute("data-state") == "done"
    assert first.locator(".live-output").get_attribute("data-mine") == "left", "a figure is as its reader left it"
    assert first.locator("pre.live-source").inner_text().startswith("kept = 41")
    write(below, "kept + 1")
    run(below)
    assert text(below).strip() == "42"
    write(first, "kept = 1")
    away_and_back(page)
    assert first.locator("pre.live-source").inner_text().strip() == "kept = 1"
    run(below)
    assert text(below).strip() == "2", "an edited cell above runs first, as ever"


def test_a_run_that_is_left_is_stopped_and_says_so(page):
    page.goto(CHAPTER)
    first = nth(page, 0)
    write(first, "import asyncio\nkept = 1\nprint('sleeping')\nawait asyncio.sleep(60)")
    press(first, "Run")
    expect(first.locator(".live-output")).to_contain_text("sleeping", timeout=60_000)
    away_and_back(page)
    wait(first, "error")
    assert "Stopped" in text(first)


def test_a_session_that_was_let_go_says_so_and_the_cells_run_again(page, mortal):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    published = text(first)
    write(first, "kept = 41\n'computed'")
    run(first)
    page.get_by_role("link", name="Tokenization", exact=True).first.click()
    page.get_by_role("heading", level=1, name="Tokenization").wait_for()  # the address changes before the page does
    other = cell(page)
    write(other, "import os\nos.abort()")
    run(other, "error")
    page.go_back()
    page.wait_for_url(f"**{CHAPTER}*")
    expect(notices(first)).to_contain_text("Python has let go of what you computed here")
    assert text(first) == published and first.get_attribute("data-state") == "idle"
    write(below, "kept + 1")
    run(below)
    assert text(below).strip() == "42" and first.get_attribute("data-state") == "done"
    expect(notices(first)).to_have_text("")


def test_no_cell_claims_to_be_done_when_python_is_gone(page, mortal):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    run(first)
    write(below, "import os\nos.abort()")
    run(below, "error")
    expect(first).to_have_attribute("data-state", "idle")
    expect(first.locator(".live-status")).to_have_text("Ran before Python restarted")


def test_a_reload_is_a_new_visit(page):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    write(first, "kept = 41")
    run(first)
    page.wait_for_timeout(400)  # the edit is kept after a pause
    page.reload()
    expect(first).to_have_attribute("data-state", "idle")
    write(below, "kept + 1")
    run(below)
    assert text(below).strip() == "42" and first.get_attribute("data-state") == "done"


# Waiting


def said(cell):
    """Every text the cell's status has shown from now on."""
    return cell.evaluate_handle("""cell => {
        const seen = [], status = cell.querySelector('.live-status, .live-waiting > [aria-hidden]');
        new MutationObserver(() => seen.push(status.textContent)).observe(status, {childList: true, characterData: true, subtree: true});
        return seen;
    }""")


def test_a_first_run_says_what_it_waits_for(page):
    page.goto(CHAPTER)
    third = nth(page, 3)
    seen = said(third)
    run(third)
    told = seen.json_value()
    assert "Starting Python…" in told
    sums = [re.fullmatch(r"Python, ([\d.]+) of ([\d.]+) MB", line) for line in told]
    loaded = [float(found[1]) for found in sums if found]
    assert len(loaded) > 3 and loaded == sorted(loaded), told
    (total,) = {found[2] for found in sums if found}
    assert loaded[-1] > float(total) / 2, "to its end"
    first = nth(page, 0).get_attribute("id")
    assert any(line.startswith(f"Cell 1 of 4, {first}") for line in told), told


def test_run_all_says_where_it_is_and_can_be_stopped(page):
    page.goto(CHAPTER)
    tools = page.locator("live-page-tools")
    first = nth(page, 0)
    write(first, "import asyncio\nprint('sleeping')\nawait asyncio.sleep(60)")
    press(tools, "Run all cells")
    expect(tools.get_by_role("button", name="Stop")).to_be_focused()
    shown = tools.locator(".live-waiting > [aria-hidden]")
    expect(shown).to_have_text(re.compile(rf"Cell 1 of \d+, {first.get_attribute('id')}…"), timeout=60_000)
    expect(first.locator(".live-output")).to_contain_text("sleeping")
    expect(tools.get_by_role("status")).to_contain_text("Cell 1 of")
    press(tools, "Stop")
    expect(shown).to_have_text("Stopped.")
    expect(tools.get_by_role("button", name="Run all cells")).to_be_focused()
    write(first, "1 / 0")
    press(tools, "Run all cells")
    expect(shown).to_have_text(f"The cell “{first.get_attribute('id')}” raised an error. Those below it did not run.", timeout=60_000)
    press(tools, "Show it")
    expect(first).to_be_in_viewport()
    press(first, "Reset")
    press(tools, "Run all cells")
    expect(shown).to_have_text(re.compile(r"All \d+ cells have run\."), timeout=300_000)


def test_a_cell_in_line_says_for_which_it_waits(page):
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    write(first, "import asyncio\nprint('sleeping')\nawait asyncio.sleep(60)")
    press(first, "Run")
    expect(first.locator(".live-output")).to_contain_text("sleeping", timeout=60_000)
    press(below, "Run")
    expect(below.locator(".live-status")).to_have_text(f"Waiting for {first.get_attribute('id')}…")
    press(below, "Stop")
    wait(first, "error")


def test_a_models_parts_are_one_download(page):
    page.goto(CHAPTER)
    first = nth(page, 0)
    write(first, "from engineroom.models import bert\nmodel = await bert.load()\n'loaded'")
    seen = said(first)
    run(first)
    sums = [found for line in seen.json_value() if (found := re.fullmatch(r"all-MiniLM-L6-v2, (\d+) of (\d+) MB", line))]
    assert {found[2] for found in sums} == {"24"}
    loaded = [int(found[1]) for found in sums]
    assert loaded == sorted(loaded) and loaded[-1] >= 19, loaded


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_waited_for_fits_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    write(
        first,
        "import asyncio\nfrom engineroom import ui\nwith ui.Progress('SmolLM2-135M-Instruct', 98_362_432, unit='B') as bar:\n    bar._draw()\n    await asyncio.sleep(60)",
    )
    press(below, "Run")
    status = below.locator(".live-status")
    expect(status).to_contain_text("SmolLM2-135M-Instruct, 0 of 98 MB", timeout=60_000)
    assert status.evaluate("e => e.scrollWidth <= e.clientWidth && e.getBoundingClientRect().left >= 0"), "nothing is cut off"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    press(below, "Stop")


@pytest.mark.parametrize("back", ["instant", "whole"])
def test_on_a_plain_host_what_is_shown_is_what_python_holds(chromium, built_site, back):
    """Without the sitemap's address there is no instant navigation: Back brings the whole page, or the browser's own copy of it."""
    server = make_server(built_site, isolated=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = "127.0.0.1" if back == "instant" else "localhost"
    context = chromium.new_context(base_url=f"http://{host}:{server.server_address[1]}")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(CHAPTER)
    first, below = nth(page, 0), nth(page, 1)
    write(first, "kept = 41\n'computed'")
    run(first)
    page.get_by_role("link", name="Sources").first.click()
    page.get_by_role("heading", level=1, name="Sources").wait_for()
    page.go_back()
    page.wait_for_url(f"**{CHAPTER}*")
    first.get_by_role("button", name="Run", exact=True).wait_for()
    assert (first.get_attribute("data-state") == "done") == ("computed" in text(first))
    assert back == "whole" or "computed" in text(first)
    write(below, "kept + 1")
    run(below)
    assert text(below).strip() == "42"
    context.close()
    server.shutdown()
