"""What a reader has done: noted, shown, saved to a file, taken in again, forgotten when asked twice."""
from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from answering import KEY, again, answer, take
from reader import ASSESSMENT, PROGRESS, TOKENIZATION, cell, run, violations


def row(page, title):
    return page.locator("reader-progress tr").filter(has=page.get_by_role("link", name=title, exact=True))


def everything(page):
    return page.evaluate("Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith('engineroom')).sort())")


@pytest.fixture
def busy(page):
    """A reader who has run a cell, answered a self-check, read a page to its end and taken the assessment twice."""
    page.goto(TOKENIZATION)
    run(cell(page))
    quiz = page.locator("quiz-form[data-kind=check]:not(:has([data-cell]))").first
    answer(quiz.locator("fieldset"), True)
    quiz.get_by_role("button", name="Check", exact=True).click()
    page.evaluate("document.querySelector('article').scrollIntoView(false)")
    page.keyboard.press("End")
    expect(page.locator(".md-nav__link[data-read]").first).to_be_attached(timeout=10_000)
    page.goto(ASSESSMENT)
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    take(page, 5)
    again(page)
    take(page, 1)
    page.goto(PROGRESS)
    return page


def test_what_was_done_is_shown(busy, scheme):
    expect(row(busy, "Tokenization").locator("td").nth(0)).to_have_text("✓ yes")
    expect(row(busy, "Tokenization").locator("td").nth(1)).to_contain_text("1 of ")
    expect(row(busy, "Tokenization").locator("td").nth(2)).to_contain_text("1 of ")
    expect(row(busy, "Self-attention").locator("td").nth(0)).to_have_text("not yet")
    expect(busy.locator(".progress-best")).to_contain_text("best 5 of 5")
    expect(busy.locator(".progress-best")).to_contain_text("Passed.")
    assert not violations(busy)


def test_the_tick_in_the_navigation_moves_nothing(busy):
    page = busy
    link = page.locator(".md-nav__link[data-read]").first
    assert link.text_content().strip().endswith("(read)")
    with_tick = link.bounding_box()
    link.evaluate("link => { link.removeAttribute('data-read'); link.querySelector('.er-read').remove(); }")
    assert link.bounding_box() == with_tick


def test_saved_cleared_and_taken_in_it_is_the_same(busy, tmp_path):
    page = busy
    before = everything(page)
    assert KEY in before
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    page.get_by_role("button", name="Forget everything").click()
    assert everything(page) == before  # asked once more first
    page.get_by_role("button", name="Keep it").click()
    assert everything(page) == before
    page.get_by_role("button", name="Forget everything").click()
    page.get_by_role("button", name="Yes, forget it").click()
    assert not [key for key in everything(page) if ":quiz:" in key]
    expect(page.locator(".progress-best")).to_contain_text("not taken yet")
    page.locator(".progress-file").set_input_files(file)
    expect(page.locator(".progress-best")).to_contain_text("best 5 of 5")
    assert everything(page) == before
    page.locator(".progress-file").set_input_files(file)  # twice is once
    expect(page.locator("reader-progress [role=status]")).to_contain_text("Taken in")
    assert json.loads(everything(page)[KEY])["attempts"] == json.loads(before[KEY])["attempts"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"what": "else", "items": {}}', '{"what": "engineroom progress 1", "items": {"../x": "1"}}', '{"what": "engineroom progress 1", "items": {"module": 3}}'])
def test_another_file_changes_nothing(page, tmp_path, text):
    page.goto(PROGRESS)
    before = everything(page)
    file = tmp_path / "other.json"
    file.write_text(text)
    page.locator(".progress-file").set_input_files(file)
    expect(page.locator("reader-progress [role=status]")).to_contain_text("This file")
    assert everything(page) == before


def test_nonsense_in_the_storage_is_nothing_done(page):
    page.goto(PROGRESS)
    for value in ("{", "null", '{"version":1,"items":{"chapters/tokenization/":"b"}}', '{"version":9,"items":{"chapters/tokenization/":1}}'):
        page.evaluate("value => localStorage.setItem('engineroom:quiz:1:progress', value)", value)
        page.reload()
        expect(row(page, "Tokenization").locator("td").nth(0)).to_have_text("not yet")


def test_without_the_list_of_pages_the_rest_still_works(page):
    page.route("**/progress.json", lambda route: route.abort())
    page.goto(PROGRESS)
    expect(page.locator("reader-progress [role=status]")).to_contain_text("could not be loaded")
    page.evaluate("localStorage.setItem('engineroom:quiz:1:module', '1')")
    page.get_by_role("button", name="Forget everything").click()
    page.get_by_role("button", name="Yes, forget it").click()
    expect(page.locator("reader-progress [role=status]")).to_have_text("Forgotten.")
    assert everything(page) == {}
    expect(page.get_by_role("button", name="Forget everything")).to_be_focused()
