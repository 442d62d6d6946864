"""Edits are the reader's: nothing loses them, nothing runs them unasked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from reader import CHAPTER, away_and_back, cell, open_editor, press, run, text, violations, write


def code(cell) -> str:
    return open_editor(cell).inner_text()


def test_an_edit_survives_reload_and_navigation_until_reset(page):
    page.goto(CHAPTER)
    published = code(cell(page))
    write(cell(page), "'mine'")
    page.wait_for_timeout(600)
    page.reload()
    assert code(cell(page)).strip() == "'mine'"
    away_and_back(page)
    assert code(cell(page)).strip() == "'mine'"
    press(cell(page), "Reset")
    assert code(cell(page)) == published
    page.wait_for_timeout(600)
    page.reload()
    assert code(cell(page)) == published


def test_a_changed_published_cell_says_so_and_offers_both(page):
    page.goto(CHAPTER)
    write(cell(page), "'mine'")
    page.wait_for_timeout(600)
    page.evaluate("""() => { for (const key of Object.keys(localStorage)) {
        const kept = JSON.parse(localStorage[key] || 'null');
        if (kept && kept.base) localStorage[key] = JSON.stringify({...kept, base: '000000000000'}); } }""")
    page.reload()
    first = cell(page)
    expect(first.get_by_role("button", name="Keep mine")).to_be_visible()
    first.get_by_role("button", name="Take the new one").click()
    assert "'mine'" not in code(first)


def test_an_edit_that_cannot_be_read_is_put_aside_and_shown_and_a_newer_one_stays(page, scheme):
    page.goto(CHAPTER)
    name = cell(page).get_attribute("id")
    key = f"engineroom:cell:1:{cell(page).get_attribute('data-page')}#{name}"
    newer = '{"version":2,"code":["later"]}'
    page.evaluate("all => Object.assign(localStorage, all)", {f"{key}~bad": '{"code":"mine, cut', f"{key}~newer": newer})
    page.reload()
    notice = cell(page).locator(".live-notice[data-kind=unread]")
    expect(notice).to_contain_text("An edit of this cell that your browser had kept cannot be read")
    notice.locator("summary").click()
    expect(notice.locator("pre")).to_have_text('{"code":"mine, cut')
    expect(cell(page).locator(".live-notice[data-kind=newer]")).to_contain_text("of a newer version of this page")
    assert not violations(page)
    page.reload()  # said once
    expect(cell(page).locator(".live-notice[data-kind=newer]")).to_be_visible()
    expect(notice).to_have_count(0)
    there = page.evaluate("key => Object.entries(localStorage).filter(([name]) => name.startsWith(key))", key)
    assert sorted(value for _, value in there) == ['{"code":"mine, cut', newer]


def test_nonsense_about_places_does_no_harm(page):
    page.add_init_script("sessionStorage.setItem('engineroom:places', '3')")
    page.goto(CHAPTER)
    run(cell(page))


@pytest.mark.parametrize("choice, right", [("Take it", "'theirs'"), ("Keep mine", "'mine'")])
def test_an_edit_of_another_tab_is_offered_and_nothing_is_replaced(context, choice, right):
    mine, theirs = context.new_page(), context.new_page()
    for tab in (mine, theirs):
        tab.goto(CHAPTER)
    for tab, typed in ((mine, "'mine'"), (theirs, "'theirs'")):
        write(cell(tab), typed)
        tab.wait_for_function("text => Object.values(localStorage).some(kept => kept.includes(text))", arg=typed)
    offer = cell(mine).locator(".live-notice[data-kind=tab]")
    expect(offer).to_contain_text("another edit of this cell")
    assert (code(cell(mine)), code(cell(theirs))) == ("'mine'", "'theirs'")
    later = context.new_page()  # nobody has decided: both are kept
    later.goto(CHAPTER)
    assert code(cell(later)) == "'theirs'"
    cell(later).locator(".live-notice[data-kind=tab] summary").click()
    expect(cell(later).locator(".live-difference ins")).to_have_text("+ 'mine'\n")
    later.close()
    offer.get_by_role("button", name=choice).click()
    expect(offer).to_have_count(0)
    assert code(cell(mine)) == right
    assert mine.evaluate("document.activeElement.className") == "live-button live-run"
    mine.reload()
    assert code(cell(mine)) == right
    expect(offer).to_have_count(0)
    assert code(cell(theirs)) == "'theirs'"


def test_a_long_difference_scrolls_where_it_stands(context):
    mine, theirs = context.new_page(), context.new_page()
    mine.set_viewport_size({"width": 390, "height": 800})
    for tab, typed in ((mine, "1"), (theirs, "'wide' " * 40)):
        tab.goto(CHAPTER)
        write(cell(tab), typed)
    offer = cell(mine).locator(".live-notice[data-kind=tab]")
    offer.locator("summary").click()
    expect(offer.locator("ins")).to_be_visible()
    assert offer.locator("pre").evaluate("pre => pre.scrollWidth > pre.clientWidth")
    assert mine.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_cell_that_is_only_looked_at_keeps_its_code_too(context):
    idle, busy = context.new_page(), context.new_page()
    idle.goto(CHAPTER)
    published = cell(idle).locator("pre.live-source").inner_text()
    busy.goto(CHAPTER)
    write(cell(busy), "'theirs'")
    offer = cell(idle).locator(".live-notice[data-kind=tab]")
    offer.wait_for()
    assert cell(idle).locator("pre.live-source").inner_text() == published
    offer.get_by_role("button", name="Keep mine").click()
    expect(offer).to_have_count(0)
    busy.reload()
    assert code(cell(busy)) == "'theirs'"


def test_a_link_carries_an_edited_cell_and_never_runs_it(page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(CHAPTER)
    write(cell(page), "print('from a link')")
    press(cell(page), "Share link")
    page.wait_for_timeout(300)
    link = page.evaluate("navigator.clipboard.readText()")
    assert "#cell=" in link
    page.evaluate("localStorage.clear()")
    other = context.new_page()
    other.goto(link)
    first = cell(other)
    expect(first.locator(".live-foreign")).to_contain_text("came with a link")
    assert "from a link" in code(first)
    other.wait_for_timeout(1500)
    assert first.get_attribute("data-state") == "idle"
    press(first, "Run")
    expect(first.locator(".live-output")).to_contain_text("from a link", timeout=60_000)


def test_code_from_a_link_does_not_run_for_the_sake_of_a_cell_below(page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(CHAPTER)
    write(cell(page), "print('unasked')")
    press(cell(page), "Share link")
    page.wait_for_timeout(300)
    link = page.evaluate("navigator.clipboard.readText()")
    press(cell(page), "Reset")
    page.wait_for_timeout(600)
    other = context.new_page()
    other.goto(link)
    expect(cell(other).locator(".live-foreign")).to_contain_text("came with a link")
    below = other.locator("live-cell[data-index='1']")
    press(below, "Run")
    expect(below.locator(".live-notices")).to_contain_text("holds code from a link", timeout=60_000)
    assert "unasked" not in text(cell(other))


def test_with_storage_refused_everything_still_works(page):
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})")
    page.goto(CHAPTER)
    write(cell(page), "'still here'")
    run(cell(page))
    assert "still here" in text(cell(page))
    assert set(page.context.failures) == {"no"}  # the theme's own scripts mind
    page.context.failures.clear()


def test_the_page_downloads_as_a_notebook_with_the_readers_edits(page):
    page.goto(CHAPTER)
    write(cell(page), "'my own line'")
    with page.expect_download() as download:
        press(cell(page), "Download notebook")
    saved = open(download.value.path(), encoding="utf-8").read()
    assert re.search(r"'my own line'", saved) and '"nbformat": 4' in saved
