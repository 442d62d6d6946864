"""The assessment, in a real browser: nothing is lost, nothing revealed too early, nothing runs that was typed."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from answering import KEY, again, answer, asked, damaged, kept, take
from reader import ASSESSMENT, PROGRESS, REVIEW, TOKENIZATION, violations


@pytest.fixture
def assessment(page):
    page.goto(ASSESSMENT)
    asked(page).first.wait_for()
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    return page


def test_four_of_five_pass_and_nothing_is_revealed_before(assessment):
    page = assessment
    assert asked(page).count() == 5
    assert len({fieldset.get_attribute("data-topic") for fieldset in asked(page).all()}) >= 4
    expect(page.locator(".quiz-rule")).to_contain_text("70 %, which means 4 of 5")
    answer(asked(page).nth(0), True)
    answer(asked(page).nth(3), False)
    page.get_by_role("button", name="Submit all answers").click()
    expect(page.locator(".quiz-link")).to_have_text(["Question 2", "Question 3", "Question 5"])
    assert page.locator(".quiz-said:visible, [data-mark], [data-verdict], .quiz-score, .quiz-feedback:visible").count() == 0
    assert kept(page)["attempts"] == []
    page.get_by_role("button", name="Question 3").click()
    assert page.evaluate("document.activeElement.closest('fieldset')") is not None
    take(page, 3)
    expect(page.locator(".quiz-score")).to_have_text("3 of 5 right. Not passed: the mark is 70 %, which means 4 of 5.")
    expect(page.locator(".quiz-said:visible")).to_have_count(5)
    again(page)
    assert page.locator("[data-mark], [data-verdict]").count() == 0
    take(page, 4)
    expect(page.locator(".quiz-score")).to_have_text("4 of 5 right. Passed.")


def test_the_best_stays(assessment):
    page = assessment
    take(page, 5)
    again(page)
    take(page, 2)
    page.reload()
    expect(page.locator(".quiz-best")).to_contain_text("Best so far: 5 of 5")
    expect(page.locator(".quiz-best")).to_contain_text("passed")
    page.get_by_text("2 attempts").click()
    expect(page.locator(".quiz-attempts li")).to_have_text([re.compile("^2 of 5"), re.compile("^5 of 5")])


def test_a_draft_survives_a_reload_and_choices_stay_put(assessment):
    page = assessment
    for place, fieldset in enumerate(asked(page).all()):
        answer(fieldset, place % 2 == 0)
    before = as_it_stands(page)
    page.reload()
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    assert as_it_stands(page) == before and before != [[]] * 5


def as_it_stands(page):
    """The questions, their choices in order, and what is chosen or typed."""
    return asked(page).evaluate_all("""all => all.map(f => [f.dataset.question, ...[...f.querySelectorAll('li[data-choice]')].map(i => i.dataset.choice),
        ...[...f.querySelectorAll('input')].map(i => i.type === 'text' ? i.value : i.checked)])""")


def test_two_tabs_both_count(context, assessment):
    other = context.new_page()
    other.goto(ASSESSMENT)
    expect(other.get_by_role("button", name="Submit all answers")).to_be_visible()
    take(assessment, 5)
    take(other, 1)
    expect(other.locator(".quiz-best")).to_contain_text("5 of 5")
    expect(assessment.get_by_text("2 attempts")).to_be_visible()
    assert sorted(attempt["score"] for attempt in kept(other)["attempts"]) == [1, 5]


def test_another_revision_gives_no_false_verdict(assessment):
    page = assessment
    take(page, 5)
    record = kept(page)
    record["revision"] = record["best"]["revision"] = record["attempts"][0]["revision"] = "earlier0"
    record["draft"] = {"revision": "earlier0", "questions": ["gone"], "orders": {}, "answers": {"gone": ["x"]}, "at": 1}
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(record)])
    page.reload()
    expect(page.locator(".quiz-best")).to_contain_text("5 of 5")
    expect(page.locator(".quiz-best")).to_contain_text("earlier version")
    assert asked(page).count() == 5 and page.locator("[data-verdict]").count() == 0 and page.locator("quiz-form input:checked").count() == 0
    take(page, 5)
    assert all(0 <= attempt["score"] <= attempt["max"] for attempt in kept(page)["attempts"])


def test_whatever_stands_in_the_storage_the_page_is_usable(assessment):
    page = assessment
    values = damaged('{"version":{},"revision":{},"draft":{},"best":{},"attempts":{}}')
    # Each value is met by a fresh form, as a page would bring it, without loading the page anew.
    wrong = page.evaluate(
        """async ([key, values]) => {
      const host = document.querySelector('quiz-form'), markup = PRISTINE, wrong = [];
      for (const value of values) {
        localStorage.clear();
        localStorage.setItem(key, value);
        const place = document.querySelector('quiz-form');
        const fresh = document.createRange().createContextualFragment(markup).firstElementChild;
        place.replaceWith(fresh);
        await new Promise(done => { const tick = () => fresh.querySelector('.quiz-actions') ? done() : setTimeout(tick, 1); tick(); });
        const shown = fresh.querySelectorAll('fieldset:not([hidden])').length;
        const aside = Object.keys(localStorage).filter(k => k.startsWith(key + ':damaged:')).map(k => localStorage.getItem(k));
        const noticed = fresh.querySelector('.quiz-notice') !== null;
        const untouched = localStorage.getItem(key) === value;
        if (shown !== 5 || !(noticed && (untouched || aside.includes(value)))) wrong.push([value, shown, noticed, untouched, aside]);
      }
      return wrong;
    }""".replace(
            "PRISTINE",
            json.dumps(
                page.request.get(ASSESSMENT).text().split("<quiz-form", 1)[1].split("</quiz-form>")[0].join(["<quiz-form", "</quiz-form>"])
            ),
        ),
        [KEY, values],
    )
    assert wrong == []


@pytest.mark.parametrize("fault", ["blocked", "full"])
def test_without_storage_everything_works_and_says_so(context, fault):
    page = context.new_page()
    page.add_init_script(
        {
            "blocked": "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});",
            "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
        }[fault]
    )
    page.goto(ASSESSMENT)
    expect(page.locator(".quiz-notice")).to_contain_text("does not let this page keep answers")
    take(page, 4)
    expect(page.locator(".quiz-score")).to_contain_text("Passed")
    again(page)
    take(page, 1)
    assert set(page.context.failures) <= {"no"}  # the theme's own scripts mind
    page.context.failures.clear()


def test_a_newer_record_is_left_alone(assessment):
    page = assessment
    newer = '{"version":2,"secret":"of the future"}'
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, newer])
    page.reload()
    expect(page.locator(".quiz-notice")).to_contain_text("newer version")
    take(page, 5)
    assert page.evaluate("key => localStorage.getItem(key)", KEY) == newer


def test_a_newer_record_that_another_tab_writes_is_left_alone_too(assessment):
    page = assessment
    newer = '{"version":2,"secret":"of the future"}'
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, newer])
    take(page, 5)
    expect(page.locator(".quiz-notice")).to_contain_text("newer version")
    assert page.evaluate("key => localStorage.getItem(key)", KEY) == newer


def test_without_https_attempts_count_too(page):
    page.add_init_script("delete Crypto.prototype.randomUUID")
    page.goto(ASSESSMENT)
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    take(page, 4)
    assert len(kept(page)["attempts"]) == 1


def test_a_part_that_cannot_be_loaded_says_so(page):
    page.route("**/assets/client/assessment-*.js", lambda route: route.abort())
    page.goto(ASSESSMENT)
    expect(page.locator("quiz-form [role=alert]")).to_contain_text("could not be loaded")


def test_by_keyboard_alone(assessment, scheme):
    page = assessment
    for fieldset in asked(page).all():
        fieldset.locator("input, button").first.focus()
        if fieldset.get_attribute("data-type") == "single":
            page.keyboard.press("Space")
            for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
                page.keyboard.press(key)
            assert fieldset.locator("input:checked").count() == 1
        elif fieldset.get_attribute("data-type") in ("numeric", "text"):
            page.keyboard.type("5")
            for key in ("ArrowUp", "ArrowDown", "Enter"):
                page.keyboard.press(key)
        else:
            page.keyboard.press("Space")
            if fieldset.get_attribute("data-type") == "order":
                fieldset.locator("button").nth(1).focus()
                page.keyboard.press("Enter")
    assert page.locator(".quiz-score").count() == 0 and kept(page)["attempts"] == []
    assert not violations(page)
    page.get_by_role("button", name="Submit all answers").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".quiz-score")).to_be_visible()
    expect(page.locator(".quiz-actions [role=status]")).to_have_text(re.compile(r"\d of 5 right\."))
    assert not violations(page)


def test_every_control_has_a_label_and_every_group_a_legend(assessment):
    for fieldset in assessment.locator("fieldset").all():
        assert fieldset.locator("legend").text_content().strip()
        for control in fieldset.locator("input, select, button").all():
            assert control.evaluate("c => c.labels?.length || c.textContent.trim() && c.getAttribute('aria-label')")


def listeners(page) -> list[int]:
    """How many there are on the window, the document and its body, which outlive a page."""
    devtools = page.context.new_cdp_session(page)
    places = [
        devtools.send("Runtime.evaluate", {"expression": name})["result"]["objectId"] for name in ("window", "document", "document.body")
    ]
    return [len(devtools.send("DOMDebugger.getEventListeners", {"objectId": place})["listeners"]) for place in places]


def test_ten_changes_of_page_leave_one_set_of_controls(assessment):
    page = assessment
    counted, ours = [], []
    for _ in range(10):
        page.get_by_role("link", name="Sources").first.click()
        page.get_by_role("heading", level=1, name="Sources").wait_for()
        page.get_by_role("link", name="Assessment").first.click()
        expect(page.get_by_role("button", name="Submit all answers")).to_have_count(1)
        counted.append(listeners(page))
        ours.append(page.evaluate("document.querySelectorAll('quiz-form, quiz-form *, .quiz-answers *, page-end, template').length"))
    assert len(set(map(tuple, counted))) == 1 and len(set(ours)) == 1
    assert asked(page).count() == 5 and page.locator(".quiz-actions").count() == 1 and page.locator(".quiz-past").count() == 1
    take(page, 5)
    assert len(kept(page)["attempts"]) == 1


@pytest.mark.parametrize("path, name, alive", [
    (ASSESSMENT, "quiz-form", ".quiz-past"), (TOKENIZATION, "quiz-form", ".quiz-status"), (REVIEW, "quiz-review", "[role=status]"),
    (PROGRESS, "reader-progress", "table"), ("/", "reader-map", ""), ("/", "page-end", ""),
])  # fmt: skip
def test_an_element_that_left_the_page_is_let_go(page, path, name, alive):
    """It holds on to nothing: not on the window, in no timer."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.evaluate(
        "name => { const copy = document.querySelector(name).cloneNode(true); copy.replaceChildren(...copy.querySelectorAll('form')); document.body.append(copy); window.ours = new WeakRef(copy); }",
        name,
    )
    if alive:
        page.locator(f"body > {name} {alive}").first.wait_for(state="attached")
    else:
        page.wait_for_load_state("networkidle")
    page.evaluate("ours.deref().remove()")
    devtools = page.context.new_cdp_session(page)
    for _ in range(5):
        devtools.send("HeapProfiler.collectGarbage")
    assert page.evaluate("ours.deref() === undefined")


def test_a_page_without_questions_loads_nothing_of_a_quiz(context, page):
    page.goto("/sources/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in context.requested if "quiz" in url or "assessment-" in url or "check-" in url]
    page.goto(ASSESSMENT)
    page.wait_for_load_state("networkidle")
    assert [url for url in context.requested if "quiz" in url] and [url for url in context.requested if "assessment-" in url]


def test_without_a_script_all_is_there_and_on_paper_what_was_drawn(chromium, origin, page):
    context = chromium.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(origin + ASSESSMENT)
    n = still.locator("fieldset").count()
    assert n >= 30 and still.locator("fieldset:visible").count() == n == still.locator(".quiz-answer:visible").count()
    assert still.locator(".quiz-answer").first.bounding_box()["y"] > still.locator("fieldset").last.bounding_box()["y"]
    context.close()
    page.goto(ASSESSMENT)
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    assert page.locator(".quiz-answer:visible").count() == 0
    page.emulate_media(media="print")
    drawn = [fieldset.get_attribute("data-question") for fieldset in asked(page).all()]
    assert [fieldset.get_attribute("data-question") for fieldset in page.locator("fieldset:visible").all()] == drawn and len(drawn) == 5
    assert {answer.get_attribute("data-answer") for answer in page.locator(".quiz-answer:visible").all()} == set(drawn)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf())) <= 6


def test_the_next_attempt_begins_at_its_first_question(assessment, scheme):
    page = assessment
    page.set_viewport_size({"width": 390, "height": 700})
    for _ in range(2):
        take(page, 2)
        again(page)
        first = asked(page).first
        expect(first.locator("legend")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.activeElement.closest('fieldset').dataset.question") == first.get_attribute("data-question")
        assert first.locator("legend").bounding_box()["y"] >= page.locator("header").bounding_box()["height"]


def test_answers_stay_out_of_the_search_index(page):
    page.goto(ASSESSMENT)
    index = page.request.get("/search/index.json").json()["docs"]
    said = page.locator(".quiz-feedback").first.text_content().strip()
    assert said and not [entry for entry in index if said[:60] in entry["text"]]
