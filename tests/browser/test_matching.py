"""What is shown matches the code and the controls, or says that it does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from reader import CHAPTER, away_and_back, cell, press, run, text, write

CONTROLS = "/chapters/model-sizes/"  # a dropdown and its figure, with no download above them
FIGURE = "size-classes"
PUBLISHED = "What is shown below was computed with the code as published, not with your changes."
BEFORE = "What is shown below was computed before the last change to this cell."


def notice(cell):
    return cell.locator(".live-notice[data-kind=other]")


def kept(page):
    """Wait until the browser has kept what was written."""
    page.wait_for_function("() => Object.keys(localStorage).some(key => key.includes(':cell:1:'))")


def written(page):
    write(cell(page), "'mine'")


def restored(page):
    written(page)
    kept(page)
    page.reload()


def left(page):
    written(page)
    away_and_back(page)


def taken_from_another_tab(page):
    other = page.context.new_page()
    other.goto(CHAPTER)
    written(other)
    cell(page).get_by_role("button", name="Take it").click()


def published_anew(page):
    written(page)
    kept(page)
    page.evaluate("""() => { for (const key of Object.keys(localStorage)) {
        const kept = JSON.parse(localStorage[key] || 'null');
        if (kept && kept.base) localStorage[key] = JSON.stringify({...kept, base: '000000000000'}); } }""")
    page.reload()


@pytest.mark.parametrize("how", [written, restored, left, taken_from_another_tab, published_anew], ids=lambda how: how.__name__)
def test_output_of_other_code_than_the_code_shown_says_so(page, how):
    page.goto(CHAPTER)
    published = text(cell(page))
    how(page)
    expect(notice(cell(page)).locator("p")).to_have_text(PUBLISHED)
    assert text(cell(page)) == published
    notice(cell(page)).get_by_role("button", name="Run it").click()
    expect(cell(page).locator(".live-output")).to_have_text("'mine'", timeout=60_000)
    expect(notice(cell(page))).to_have_count(0)
    press(cell(page), "Reset")
    assert text(cell(page)) == published
    expect(notice(cell(page))).to_have_count(0)


def test_output_of_a_run_is_compared_with_the_code_as_it_is_now(page):
    page.goto(CHAPTER)
    write(cell(page), "1 + 1")
    run(cell(page))
    expect(notice(cell(page))).to_have_count(0)
    write(cell(page), "1 + 2")
    expect(notice(cell(page)).locator("p")).to_have_text(BEFORE)
    write(cell(page), "1 + 1")
    expect(notice(cell(page))).to_have_count(0)


def test_a_links_code_is_not_run_from_the_notice(page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(CHAPTER)
    written(page)
    press(cell(page), "Share link")
    expect(cell(page).locator(".live-status")).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    press(cell(page), "Reset")
    other = context.new_page()
    other.goto(link)
    expect(notice(cell(other)).locator("p")).to_have_text("What is shown below was not computed with the link’s code.")
    expect(notice(cell(other)).get_by_role("button")).to_have_count(0)


def test_a_cell_that_shows_nothing_has_nothing_to_say(page):
    page.goto(CHAPTER)
    write(cell(page), "x = 1")
    run(cell(page))
    write(cell(page), "x = 2")
    expect(notice(cell(page))).to_have_count(0)


def test_a_control_moved_before_python_is_there_and_a_reload(page):
    page.goto(CONTROLS)
    figure = page.locator(f"live-cell#{FIGURE}")
    control = figure.get_by_role("combobox")
    control.select_option("active")
    expect(notice(figure)).to_contain_text(PUBLISHED)
    kept(page)
    page.reload()
    expect(control.locator("option:checked")).to_have_text("active")
    expect(notice(figure)).to_contain_text(PUBLISHED)
    notice(figure).get_by_role("button").click()
    expect(figure.locator(".live-output")).to_have_attribute("data-source", "page", timeout=120_000)
    expect(notice(figure)).to_have_count(0)
    control.select_option("total")  # Python is here: it runs
    expect(figure).to_have_attribute("data-state", "done")
    expect(notice(figure)).to_have_count(0)
    assert page.evaluate("id => document.getElementById(id).hasRunAsShown", FIGURE)
