"""What a reader has done: noted, shown, saved to a file, taken in again, forgotten when asked twice."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from answering import KEY, again, answer, take
from reader import ASSESSMENT, CHAPTER, PROGRESS, TOKENIZATION, cell, run, violations
from reader import addresses as all_pages

FINISHED = 36  # pages that the book may have in the end: the module's chapters, and a lab for every second one


def row(page, title):
    return page.locator("reader-progress tr").filter(has=page.get_by_role("link", name=title, exact=True))


def everything(page):
    return page.evaluate("Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith('engineroom')).sort())")


DONE = {}  # what the busy reader's browser kept, once it is known


@pytest.fixture
def busy(page):
    """A reader who has run a cell, answered two self-checks, one of them right, read a page to its end and taken the assessment twice."""
    if not DONE:
        be_busy(page)
        DONE.update(everything(page))
    page.goto(PROGRESS)
    page.evaluate("done => Object.entries(done).forEach(([key, value]) => localStorage.setItem(key, value))", DONE)
    page.reload()
    return page


def be_busy(page):
    page.goto(TOKENIZATION)
    run(cell(page))
    for place, right in enumerate((True, False)):
        quiz = page.locator("quiz-form[data-kind=check]:not(:has([data-cell]))").nth(place)
        answer(quiz.locator("fieldset"), right)
        quiz.get_by_role("button", name="Check", exact=True).click()
    page.evaluate("document.querySelector('article').scrollIntoView(false)")
    page.keyboard.press("End")
    expect(page.locator(".md-nav__link[data-read]").first).to_be_attached(timeout=10_000)
    page.goto(ASSESSMENT)
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    take(page, 5)
    again(page)
    take(page, 1)


def test_what_was_done_is_shown(busy, scheme):
    expect(row(busy, "Tokenization").locator("td").nth(0)).to_have_text("✓ yes")
    expect(row(busy, "Tokenization").locator("td").nth(1)).to_contain_text("1 of ")
    expect(row(busy, "Tokenization").locator("td").nth(2)).to_contain_text("1 of ")
    expect(row(busy, "Self-attention").locator("td").nth(0)).to_have_text("not yet")
    expect(busy.locator(".progress-best")).to_contain_text("best 5 of 5")
    expect(busy.locator(".progress-best")).to_contain_text("Passed.")
    assert not violations(busy)


def test_printed_it_is_a_record_on_one_sheet(busy):
    page = busy
    expect(page.locator(".progress-complete")).to_have_text(re.compile(r"^1 of \d+ pages read, assessment passed\.$"))
    assert page.locator(".progress-record:visible, .progress-name:visible").count() == 0
    page.emulate_media(media="print")
    today = page.evaluate("new Date().toLocaleDateString(undefined, {dateStyle: 'long'})")
    expect(page.locator(".progress-record:visible")).to_have_text(re.compile(f"^Engine Room, {today}. Self-assessment: "))
    assert (
        page.locator(".progress-name:visible").count() == 1
        and page.locator("reader-progress button:visible, .progress-how:visible").count() == 0
    )
    printed = page.evaluate(
        "Date.prototype.toLocaleDateString = () => 'the day after'; dispatchEvent(new Event('beforeprint')); document.querySelector('.progress-record').textContent"
    )
    assert printed.startswith("Engine Room, the day after.")
    page.emulate_media(media="null")
    assert sheets(page) == 1
    page.route("**/progress.json", lambda route: route.fulfill(json=with_chapters_to_come(route.fetch().json())))
    page.reload()
    expect(page.locator("reader-progress tbody tr")).to_have_count(FINISHED)
    assert sheets(page) == 1


def sheets(page):
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "1cm")
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", margin=margin)))


def with_chapters_to_come(counted):
    pages = counted["pages"]
    more = [
        {"address": f"x{i}/", "title": f"A chapter yet to come, {i}", "cells": ["a"], "checks": ["b"]} for i in range(FINISHED - len(pages))
    ]
    return counted | {"pages": pages + more}


def test_it_is_complete_when_all_is_read_and_passed(busy):
    page = busy
    expect(page.locator(".progress-best")).to_be_visible()
    addresses = [one["address"] for one in page.request.get("/progress.json").json()["pages"]]
    listed = page.locator("reader-progress tbody th a").evaluate_all("all => all.map(link => link.pathname)")
    navigated = page.locator(".md-nav--primary a.md-nav__link").evaluate_all("all => all.map(link => link.pathname)")
    assert listed == [path for path in dict.fromkeys(navigated) if path in listed] and len(listed) == len(addresses)
    page.evaluate(
        "addresses => localStorage.setItem('engineroom:quiz:1:progress', JSON.stringify({version: 1, items: Object.fromEntries(addresses.map(a => [a, 1]))}))",
        addresses,
    )
    page.reload()
    expect(page.locator(".progress-complete")).to_have_text(f"Complete: all {len(addresses)} pages read, assessment passed.")


def test_the_tick_in_the_navigation_moves_nothing(busy):
    page = busy
    link = page.locator(".md-nav__link[data-read]").first
    assert link.text_content().strip().endswith("(read)")
    with_tick, without = link.evaluate("""link => {  // at once: the sidebar scrolls to its page when it will
        const box = () => JSON.stringify([link, link.closest('nav')].map(one => one.getBoundingClientRect()));
        const before = box();
        link.removeAttribute('data-read');
        link.querySelector('.er-read').remove();
        return [before, box()];
    }""")
    assert with_tick == without
    page.goto(TOKENIZATION)
    expect(page.locator(".md-nav__link[data-read]").first).to_be_attached()
    assert page.locator(".md-nav__link[href*='#']").count() and not page.locator(".md-nav__link[href*='#'][data-read]").count()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_tick_is_whole_and_beside_the_name(busy, width):
    page = busy
    page.evaluate(
        "addresses => localStorage.setItem('engineroom:quiz:1:progress', JSON.stringify({version: 1, items: Object.fromEntries(addresses.map(a => [a, 1]))}))",
        [url.lstrip("/") for url in all_pages()],
    )
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(TOKENIZATION)
    if width < 1220:
        page.locator("header label[for=__drawer]").click()
    link = page.locator(".md-nav--primary a.md-nav__link[data-read]:visible").first
    link.scroll_into_view_if_needed()
    start, end, edge, text = link.evaluate("""link => {
        const tick = getComputedStyle(link, "::after"), start = link.getBoundingClientRect().left + parseFloat(tick.left);
        const name = document.createRange();
        name.selectNodeContents(link.querySelector(".md-ellipsis"));
        const name_at = Math.min(...[...name.getClientRects()].filter(box => box.width > 1).map(box => box.left));
        return [start, start + parseFloat(tick.width), link.closest(".md-sidebar__scrollwrap").getBoundingClientRect().left, name_at];
    }""")
    assert edge <= start < end <= text


def on_map(page, address):
    """The map's row of a page."""
    return page.locator(".reader-map + * tr").filter(has=page.locator(f"a[href$='{address[1:]}']"))


def test_the_map_says_what_was_done(busy, scheme, chromium, origin):
    page = busy
    page.get_by_role("link", name="Home").first.click()
    done = on_map(page, TOKENIZATION).locator(".map-done")
    expect(done).to_have_text(re.compile(r"^✓ read · 1 of \d+ cells run · 1 of \d+ self-checks right$"))
    expect(on_map(page, CHAPTER).locator(".map-done")).to_have_text(re.compile(r"^\d+ cells · \d+ self-checks$"))
    expect(on_map(page, ASSESSMENT).locator(".map-done")).to_have_text("best 5 of 5, ✓ passed")
    assert violations(page, "map") == []
    other = page.context.new_page()
    other.goto(PROGRESS)
    other.get_by_role("button", name="Forget everything").click()
    other.get_by_role("button", name="Yes, forget it").click()
    expect(on_map(page, ASSESSMENT).locator(".map-done")).to_have_text("not taken yet")
    context = chromium.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(origin)
    assert on_map(still, TOKENIZATION).count() == 1 and still.locator(".map-done").count() == 0
    assert still.locator(".reader-map + * td").last.evaluate(
        "cell => getComputedStyle(cell).paddingBottom === getComputedStyle(cell).paddingTop"
    )
    context.close()


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_the_map_does_not_move_when_it_learns_what_was_done(busy, width):
    page = busy
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.locator(".progress-best")).to_be_visible()  # the list has been loaded
    held = []
    page.route("**/progress.json", lambda route: held.append(route))
    page.goto("/")
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    boxes = "[...document.querySelectorAll('.reader-map + * tr')].map(row => { const {top, height} = row.getBoundingClientRect(); return [top + scrollY, height]; })"
    before = page.evaluate(boxes)
    for _ in range(50):
        if held:
            break
        page.wait_for_timeout(100)
    held[0].continue_()
    expect(page.locator(".map-done")).to_have_count(len(before) - 1)
    assert page.evaluate(boxes) == before
    outside = page.locator(".map-done").evaluate_all("""all => all.filter(line => { const text = document.createRange();
        text.setStart(line.parentElement, 0); text.setEndBefore(line);
        const {top, bottom, right} = line.getBoundingClientRect(), cell = line.parentElement.getBoundingClientRect();
        return text.getBoundingClientRect().bottom > top + 1 || bottom > cell.bottom || right > cell.right; }).length""")
    assert outside == 0


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
    assert page.locator(".er-read, [data-read]").count() == 0
    page.locator(".progress-file").set_input_files(file)
    expect(page.locator(".progress-best")).to_contain_text("best 5 of 5")
    assert everything(page) == before
    page.locator(".progress-file").set_input_files(file)  # twice is once
    expect(page.locator("reader-progress [role=status]")).to_contain_text("Taken in")
    assert json.loads(everything(page)[KEY])["attempts"] == json.loads(before[KEY])["attempts"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"what": "else", "items": {}}',
        '{"what": "engineroom progress 1", "items": {"../x": "1"}}',
        '{"what": "engineroom progress 1", "items": {"module": 3}}',
    ],
)
def test_another_file_changes_nothing(page, tmp_path, text):
    page.goto(PROGRESS)
    before = everything(page)
    file = tmp_path / "other.json"
    file.write_text(text)
    page.locator(".progress-file").set_input_files(file)
    expect(page.locator("reader-progress [role=status]")).to_contain_text("This file")
    assert everything(page) == before


def test_a_backup_goes_onto_a_damaged_and_a_newer_record(busy, tmp_path, scheme):
    page = busy
    before = everything(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    newer = '{"version":2}'
    page.evaluate(
        """newer => { localStorage['engineroom:quiz:1:module'] = '{'; localStorage['engineroom:quiz:1:checks'] = newer; }""", newer
    )
    page.reload()
    said, unread = page.locator("reader-progress [role=status]"), page.locator(".progress-unread")
    expect(page.locator(".progress-best")).to_contain_text("what your browser has kept of it cannot be read")
    expect(unread.nth(0)).to_contain_text(re.compile("^What your browser has kept of .* cannot be read in full"))
    expect(unread.nth(1)).to_contain_text("What your browser has kept of self-checks is of a newer version of this page.")
    page.locator(".progress-file").set_input_files(file)
    expect(said).to_have_text(
        "Taken in: the assessment “module”, pages read and cells run, questions to come back. "
        "Not taken in: self-checks (of a newer version of this page in your browser, and left as they are). "
        "What was here of the assessment “module” could not be read in full; a copy of it was put aside."
    )
    expect(page.locator(".progress-best")).to_contain_text("best 5 of 5")
    expect(unread.nth(1)).to_have_text("A copy of what could not be read was put aside; it goes into the file with the rest.")
    assert not violations(page)
    after = everything(page)
    assert after[KEY] == before[KEY] and after[KEY.replace("module", "checks")] == newer
    assert [value for key, value in after.items() if ":module:damaged:" in key] == ["{"]
    page.emulate_media(media="print")
    expect(said).to_be_hidden()  # no part of the record


def test_nonsense_in_the_storage_is_nothing_done(page):
    page.goto(PROGRESS)
    for value in (
        "{",
        "null",
        '{"version":1,"items":{"chapters/tokenization/":"b"}}',
        '{"version":9,"items":{"chapters/tokenization/":1}}',
    ):
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
