"""A failed download is one sentence and a Retry, not a dead page."""

from __future__ import annotations

from playwright.sync_api import expect

from reader import CHAPTER, cell, press, run, text, wait, write


def test_a_failed_download_offers_retry_and_retry_works(page):
    broken = True
    page.context.route("**/assets/runtime/**", lambda route: route.abort() if broken else route.continue_())
    page.goto(CHAPTER)
    write(cell(page), "6 * 7")
    press(cell(page), "Run")
    retry = cell(page).get_by_role("button", name="Retry")
    expect(retry).to_be_visible(timeout=60_000)
    broken = False
    retry.click()
    wait(cell(page), "done")
    assert "42" in text(cell(page))


def test_stop_does_not_wait_for_a_download(page, context):
    held, holding = [], True
    context.route("**/assets/runtime/**", lambda route: held.append(route) if holding else route.continue_())
    page.goto(CHAPTER)
    press(cell(page), "Run")
    wait(cell(page), "loading")
    page.wait_for_timeout(500)
    press(cell(page), "Stop")
    wait(cell(page), "idle")
    holding = False
    assert held
    for route in held:
        route.continue_()
    run(cell(page))


def test_reading_downloads_no_runtime(page):
    page.goto(CHAPTER)
    page.wait_for_load_state("networkidle")
    assert not [u for u in page.context.requested if "/assets/runtime/" in u or "/assets/data/" in u]
