"""Code from a link: attacks by trying. It runs by its own cell's Run, and by nothing else that a reader does."""

from __future__ import annotations

import base64
import json
import re
import threading
import zlib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from answering import answer
from reader import ASSESSMENT, CHAPTER, PROGRESS, REVIEW, TOKENIZATION, cell, open_editor, press, run, text, violations, wait, write

EVIL = "print('evil ran')"
LONG = "\n".join([*(f"# line {n}" for n in range(200)), EVIL])
SLIDER = '{type:"slider", min:0, max:9, step:1}'


def fragment(id: str, code: str) -> str:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeezed.compress(code.encode()) + squeezed.flush()
    return f"#cell={id}&code={base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def send(page, fragment: str) -> None:
    """Another page changes this one's hash."""
    page.evaluate("hash => { location.hash = hash; }", fragment)


def notice(cell):
    return cell.locator(".live-foreign")


def untouched(page, cell) -> None:
    """Nothing of the link's has run or is kept."""
    page.wait_for_timeout(1000)
    assert "evil ran" not in page.locator("article").inner_text().replace(EVIL, "")
    expect(notice(cell)).to_contain_text("It has not run.")
    assert "evil" not in json.dumps(page.evaluate("Object.entries(localStorage)"))


@pytest.fixture
def first(page):
    """The chapter's first cell, with Python up, so that whatever may run runs at once."""
    page.goto(CHAPTER)
    run(cell(page))
    return cell(page)


@pytest.mark.parametrize("name", ["elements", "action", "submit", "name", "append", "querySelector"])
def test_no_parameter_takes_the_notice_away(page, name):
    page.goto(CHAPTER)
    id = cell(page).get_attribute("id")
    send(page, fragment(id, f"{name} = 3  # @param {SLIDER}\n{EVIL}"))
    expect(notice(cell(page))).to_contain_text("This code came with a link. It has not run.")
    expect(cell(page).locator("input[type=range]")).to_have_value("3")
    below = page.locator("live-cell[data-index='1']")
    press(below, "Run")
    expect(below.locator(".live-notices")).to_contain_text(f"“{id}” above holds code from a link, which has not run", timeout=60_000)
    untouched(page, cell(page))


def test_the_same_link_again_and_another_between_change_nothing(page, first):
    id = first.get_attribute("id")
    for code in (EVIL, EVIL + "\r\n", EVIL, "x = 1", EVIL):
        send(page, fragment(id, code))
        send(page, fragment(id, code) + "&again")
    open_editor(first)
    send(page, fragment(id, f"{EVIL}\r\n# lines as Windows ends them\r\n"))
    below = page.locator("live-cell[data-index='1']")
    press(below, "Run")
    expect(below.locator(".live-notices")).to_contain_text("holds code from a link, which has not run")
    untouched(page, first)


def test_a_control_asks_and_keeps_nothing(page, first):
    send(page, fragment(first.get_attribute("id"), f"n = 3  # @param {SLIDER}\n{EVIL}"))
    first.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    expect(first.locator(".live-notice[data-kind=foreign]")).to_contain_text("only Run in this cell itself runs it")
    expect(first.locator(".live-spoken")).to_contain_text("came with a link")
    untouched(page, first)
    press(first, "Run")
    expect(first.locator(".live-output")).to_contain_text("evil ran")
    expect(notice(first)).to_contain_text("You have run it once.")
    first.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    expect(notice(first)).to_contain_text("You have run it 2 times.")
    assert "evil" not in json.dumps(page.evaluate("Object.entries(localStorage)"))


def test_run_all_cells_stops_before_it_where_it_is_the_last(page):
    page.goto(CHAPTER)
    last = page.locator("live-cell").last
    for one in page.locator("live-cell").all():
        write(one, "1")  # all but the last run in no time
    send(page, fragment(last.get_attribute("id"), EVIL))
    expect(notice(last)).to_be_visible()
    tools = page.locator("live-page-tools")
    tools.get_by_role("button", name="Run all cells").click()
    expect(tools).to_contain_text(f"The cell “{last.get_attribute('id')}” holds code from a link, which has not run.")
    tools.get_by_role("button", name="Show it").click()
    expect(last.get_by_role("button", name="Run", exact=True)).to_be_focused()
    untouched(page, last)


@pytest.mark.parametrize("kind", ["predict", "code"])
def test_a_question_asks_for_its_cells_own_run(page, kind):
    page.goto(TOKENIZATION)
    label = "Commit, and run the cell" if kind == "predict" else "Run the tests"
    quiz = page.locator("quiz-form").filter(has=page.get_by_role("button", name=label)).first
    fieldset = quiz.locator("fieldset")
    target = cell(page, fieldset.get_attribute("data-cell"))
    send(page, fragment(target.get_attribute("id"), EVIL))
    expect(notice(target)).to_be_visible()
    if kind == "predict":
        answer(fieldset, True)
    quiz.get_by_role("button", name=label).click()
    expect(quiz.locator(".quiz-status")).to_have_text(re.compile(f"The cell “{target.get_attribute('id')}” holds code from a link"))
    untouched(page, target)
    assert not violations(page, "quiz")
    quiz.get_by_role("button", name="Show the cell").click()
    expect(target.get_by_role("button", name="Run", exact=True)).to_be_focused()


def test_run_both_and_run_it_again_are_no_yes(page, first):
    write(first, "1 / 0")
    run(first, "error")
    below = page.locator("live-cell[data-index='1']")
    press(below, "Run")
    both = below.get_by_role("button", name="Run both")
    expect(both).to_be_visible()
    send(page, fragment(below.get_attribute("id"), EVIL))
    expect(notice(below)).to_be_visible()
    both.click()
    expect(below.locator(".live-notice[data-kind=foreign]")).to_be_visible()
    untouched(page, below)


def test_what_was_pressed_runs_and_not_what_came_meanwhile(page):
    page.goto(CHAPTER)
    write(cell(page), "print('mine ran')")
    press(cell(page), "Run")  # Python is yet to come
    send(page, fragment(cell(page).get_attribute("id"), EVIL))
    expect(cell(page).locator(".live-output")).to_contain_text("mine ran", timeout=60_000)
    untouched(page, cell(page))


def test_a_cell_that_runs_by_itself_runs_what_its_author_wrote(page):
    def by_itself(route):
        html = route.fetch()
        route.fulfill(response=html, body=html.text().replace("<live-cell id=", "<live-cell data-autorun id="))

    page.goto(CHAPTER)
    run(cell(page))
    id = cell(page).get_attribute("id")
    page.route(f"**{CHAPTER}", by_itself)
    page.goto("about:blank")
    page.goto(CHAPTER + fragment(id, EVIL))
    for code in (f"{EVIL} # 1", EVIL):
        send(page, fragment(id, code))
    untouched(page, cell(page))


def test_the_notice_stands_beside_run_above_a_long_code(page, scheme, tmp_path):
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("about:blank")
        page.goto(CHAPTER)
        first = cell(page)
        send(page, fragment(first.get_attribute("id"), LONG))
        expect(notice(first)).to_be_visible()
        page.wait_for_timeout(500)
        for moment in ("before", "after"):
            told, button = notice(first).bounding_box(), first.locator(".live-run").bounding_box()
            assert 0 <= button["y"] - (told["y"] + told["height"]) < 20 and told["y"] > 0 and button["y"] < 900, moment
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") and not violations(page, "live-")
            page.screenshot(path=tmp_path / f"{scheme}-{width}-{moment}.png")
            if moment == "before":
                press(first, "Run")
                wait(first, "done")
                expect(notice(first)).to_contain_text("You have run it once. It is not kept as yours.")


# Frames


@pytest.fixture
def other_site(chromium, built_site, tmp_path):
    """Another site's page that shows what `of` has in a frame."""
    (tmp_path / "frame.html").write_text("<iframe width=1200 height=850></iframe>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()

    def of(address: str):
        page.goto(f"http://127.0.0.1:{server.server_port}/frame.html")
        page.evaluate("src => { document.querySelector('iframe').src = src; }", address)
        return page.frame_locator("iframe")

    yield of
    context.close()
    server.shutdown()


def test_a_host_that_sends_our_headers_is_framed_by_nobody_else(other_site, origin):
    framed = other_site(origin + CHAPTER)
    framed.owner.page.wait_for_timeout(2000)
    assert framed.locator("live-cell").count() == 0


def test_in_another_sites_frame_nothing_runs_before_a_yes(other_site, built_site, tmp_path):
    handler = partial(SimpleHTTPRequestHandler, directory=str(built_site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as plain:  # it sends no header
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        framed = other_site(f"http://127.0.0.1:{plain.server_port}{CHAPTER}")
        first = framed.locator("live-cell[data-index='0']")
        published = first.locator(".live-output").inner_text()
        press(first, "Run")
        told = first.locator(".live-notice[data-kind=framed]")
        expect(told).to_contain_text(re.compile(r"Nothing has run: this page is shown inside another site, http://127.0.0.1:\d+,"))
        assert first.locator(".live-output").inner_text() == published
        framed.locator("live-page-tools").get_by_role("button", name="Run all cells").click()
        expect(framed.locator("live-page-tools")).to_contain_text("Nothing has run")
        framed.owner.page.screenshot(path=tmp_path / "framed.png")
        told.get_by_role("button", name="Run it here").click()
        wait(first, "done")
        expect(told).to_have_count(0)
        plain.shutdown()


# A file of progress


def test_a_hostile_file_of_progress_leaves_the_site_usable(page, tmp_path):
    bad = {"version": 1, "items": {"__proto__": {"page": "x"}, "constructor": 1, "a": {"page": "../..", "stage": 9, "at": -1e308}}}
    draft = {"revision": "", "questions": ["nowhere"] * 5, "orders": {"nowhere": ["x"]}, "answers": {"nowhere": ["x"]}, "at": 1e308}
    module = {"version": 1, "revision": "", "draft": draft, "best": {"score": 5, "max": 5, "at": 1e308, "revision": ""}, "attempts": []}
    items = {name: json.dumps(bad) for name in ("progress", "checks", "review")} | {
        "module": json.dumps(module), "cell:1:chapters/self-attention/#x": "{}", "other": json.dumps(module), "checks:damaged:1": "x" * 600_000,
    }  # fmt: skip
    file = tmp_path / "progress.json"
    page.goto(ASSESSMENT)
    draft["revision"] = page.locator("quiz-form").get_attribute("data-revision")
    file.write_text(json.dumps({"what": "engineroom progress 1", "items": items | {"module": json.dumps(module)}}))
    page.goto(PROGRESS)
    page.evaluate("localStorage.setItem('engineroom:quiz:1:module', '{'), localStorage.setItem('engineroom:quiz:1:checks', '[]')")
    kept = []
    for _ in range(2):
        page.locator(".progress-file").set_input_files(file)
        expect(page.locator("reader-progress [role=status]")).to_contain_text("the assessment “other”")
        expect(page.locator("reader-progress [role=status]")).to_contain_text("(not a record of this site)")
        kept.append(page.evaluate("JSON.stringify(Object.entries(localStorage).sort())"))
    assert kept[0] == kept[1] and len(kept[0]) < 5_000
    page.goto(ASSESSMENT)
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    page.goto(REVIEW)
    expect(page.locator("quiz-review [role=status]").first).to_contain_text("Nothing is due")
    page.goto(PROGRESS)
    expect(page.locator("reader-progress tbody tr").first).to_be_visible()
    page.goto(CHAPTER)
    run(cell(page))
    assert text(cell(page))
