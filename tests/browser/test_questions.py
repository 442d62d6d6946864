"""Self-checks and the assessment, in a real browser: nothing is lost, nothing revealed too early, nothing runs that was typed."""
from __future__ import annotations

import json
import random
import re

import pytest
from playwright.sync_api import Page, expect

from reader import ASSESSMENT, REVIEW, TOKENIZATION, cell, violations, write

KEY = "engineroom:quiz:1:module"
CHECKS = "engineroom:quiz:1:checks"


@pytest.fixture
def assessment(page):
    page.goto(ASSESSMENT)
    asked(page).first.wait_for()
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    return page


def asked(page: Page):
    return page.locator("quiz-form[data-kind=assessment] fieldset:not([hidden])")


def answer(fieldset, right: bool) -> None:
    """As a reader who knows, or does not."""
    kind, key = fieldset.get_attribute("data-type"), fieldset.get_attribute("data-key")
    if kind == "single":
        values = [box.get_attribute("value") for box in fieldset.locator("input").all()]
        fieldset.locator(f"input[value='{key if right else next(v for v in values if v != key)}']").check()
    elif kind == "multiple":
        for box in fieldset.locator("input").all():
            box.set_checked((box.get_attribute("value") in key.split()) == right)
        if not fieldset.locator("input:checked").count():
            fieldset.locator("input").first.check()
    elif kind == "order":
        put_in_order(fieldset, key.split() if right else key.split()[::-1])
    else:
        fieldset.locator("input[type=text]").fill(key.split("\n")[0] if right else "123456")


def put_in_order(fieldset, wanted: list[str]) -> None:
    for place, id in enumerate(wanted):
        while (at := shown_order(fieldset).index(id)) > place:
            fieldset.locator(f"li[data-choice='{id}']").get_by_role("button", name=re.compile("^Move up")).click()
            assert shown_order(fieldset).index(id) == at - 1
    if fieldset.evaluate("f => f.querySelector('.quiz-order') && true"):
        first = fieldset.locator("li button").nth(1)  # down and up again: the reader has touched it
        first.click()
        fieldset.locator(f"li[data-choice='{wanted[0]}']").get_by_role("button", name=re.compile("^Move up")).click()


def shown_order(fieldset) -> list[str]:
    return fieldset.locator(".quiz-order > li").evaluate_all("items => items.map(item => item.dataset.choice)")


def take(page: Page, right: int) -> None:
    for place, fieldset in enumerate(asked(page).all()):
        answer(fieldset, place < right)
    page.get_by_role("button", name="Submit all answers").click()
    expect(page.locator(".quiz-score")).to_contain_text(f"{right} of 5 right.")


def again(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Take it again")).click()


def kept(page: Page, key: str = KEY):
    return json.loads(page.evaluate("key => localStorage.getItem(key)", key))


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
    answer(asked(page).nth(1), True)
    before = asked(page).evaluate_all("all => all.map(f => f.dataset.question + [...f.querySelectorAll('li[data-choice]')].map(i => i.dataset.choice))")
    page.reload()
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    after = asked(page).evaluate_all("all => all.map(f => f.dataset.question + [...f.querySelectorAll('li[data-choice]')].map(i => i.dataset.choice))")
    assert after == before and asked(page).nth(1).evaluate("f => f.querySelector(':checked')?.value ?? f.querySelector('input, li').value") is not None


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


def damaged_values():
    rng = random.Random(4)
    pieces = ["null", "true", "{}", "[]", '"x"', "1", "-1", "1e999", '{"version":1}', '{"version":"1"}', "[[[[", '{"version":1,"draft":{},"best":{},"attempts":[]}', "\u0000", "{", "undefined"]
    shape = '{{"version":{},"revision":{},"draft":{},"best":{},"attempts":{}}}'
    return [*pieces, *(shape.format(*(rng.choice(pieces) for _ in range(5))) for _ in range(200))]


def test_whatever_stands_in_the_storage_the_page_is_usable(assessment):
    page = assessment
    values = [value for value in damaged_values()]
    assert len(values) > 200
    # Each value is met by a fresh form, as a page would bring it, without loading the page anew.
    wrong = page.evaluate("""async ([key, values]) => {
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
    }""".replace("PRISTINE", json.dumps(page.request.get(ASSESSMENT).text().split("<quiz-form", 1)[1].split("</quiz-form>")[0].join(["<quiz-form", "</quiz-form>"]))), [KEY, values])
    assert wrong == []


@pytest.mark.parametrize("fault", ["blocked", "full"])
def test_without_storage_everything_works_and_says_so(context, fault):
    page = context.new_page()
    page.add_init_script({
        "blocked": "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});",
        "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
    }[fault])
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


def test_a_self_check_answers_at_once_and_forgets_its_verdict_when_edited(page):
    told = []
    page.expose_function("told", lambda detail: told.append(detail))
    page.add_init_script("addEventListener('quiz:answer', event => told(event.detail))")
    page.goto(TOKENIZATION)
    quiz = page.locator("quiz-form[data-kind=check]:not(:has([data-cell]))").first
    check = quiz.get_by_role("button", name="Check", exact=True)
    check.click()
    expect(quiz.locator(".quiz-status")).to_contain_text(re.compile("Choose an answer|Type an answer|Move at least one"))
    answer(quiz.locator("fieldset"), False)
    check.click()
    expect(quiz.locator(".quiz-said")).to_contain_text("Not right.")
    answer(quiz.locator("fieldset"), True)
    expect(quiz.locator(".quiz-said")).to_have_count(0)
    check.click()
    expect(quiz.locator(".quiz-said")).to_contain_text("Right.")
    page.reload()
    expect(quiz.locator(".quiz-said")).to_contain_text("Right.")
    assert [detail["right"] for detail in told] == [False, True]
    assert kept(page, CHECKS)["answers"][told[0]["question"]]["right"] is True


def test_typed_html_stays_text(assessment):
    page = assessment
    page.on("dialog", lambda dialog: pytest.fail("typed HTML ran"))
    typed = "<img src=x onerror=alert(1)>"
    boxes = page.locator("quiz-form input[type=text]")
    for box in boxes.all():
        box.evaluate("(box, text) => { box.closest('fieldset').hidden = false; box.value = text; box.dispatchEvent(new Event('input', {bubbles: true})); }", typed)
    assert boxes.count() and page.locator("quiz-form img").count() == 0
    for fieldset in asked(page).all():
        if fieldset.locator("input[type=text]").count() == 0:
            answer(fieldset, True)
    page.get_by_role("button", name="Submit all answers").click()
    assert page.locator("quiz-form img").count() == 0


def test_ten_instant_navigations_leave_one_set_of_controls(assessment):
    page = assessment
    for _ in range(10):
        page.get_by_role("link", name="Sources").first.click()
        page.get_by_role("heading", level=1, name="Sources").wait_for()
        page.get_by_role("link", name="Assessment").first.click()
        expect(page.get_by_role("button", name="Submit all answers")).to_have_count(1)
    assert asked(page).count() == 5 and page.locator(".quiz-actions").count() == 1 and page.locator(".quiz-past").count() == 1
    take(page, 5)
    assert len(kept(page)["attempts"]) == 1


def test_a_page_without_questions_loads_nothing_of_a_quiz(context, page):
    page.goto("/sources/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in context.requested if "quiz" in url or "assessment-" in url or "check-" in url]
    page.goto(ASSESSMENT)
    page.wait_for_load_state("networkidle")
    assert [url for url in context.requested if "quiz" in url] and [url for url in context.requested if "assessment-" in url]


def test_without_a_script_and_on_paper_all_is_there(chromium, origin, page):
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
    assert page.locator(".quiz-answer:visible").count() == n == page.locator("fieldset:visible").count()


def test_answers_stay_out_of_the_search_index(page):
    page.goto(ASSESSMENT)
    index = page.request.get("/search/search_index.json").json()["docs"]
    said = page.locator(".quiz-feedback").first.text_content().strip()
    assert said and not [entry for entry in index if said[:60] in entry["text"]]


def test_what_was_missed_comes_back_when_it_is_due(page, scheme):
    page.goto(TOKENIZATION)
    quiz = page.locator("quiz-form[data-kind=check]").first
    quiz.get_by_role("button", name="Check", exact=True).wait_for()
    answer(quiz.locator("fieldset"), False)
    quiz.get_by_role("button", name="Check", exact=True).click()
    expect(quiz.locator(".quiz-said")).to_be_visible()
    id = quiz.locator("fieldset").get_attribute("data-question")
    page.goto(REVIEW)
    expect(page.locator("quiz-review [role=status]").first).to_contain_text("Nothing is due now. The next question comes back on")
    page.evaluate("""() => { const key = 'engineroom:quiz:1:review', kept = JSON.parse(localStorage[key]);
        for (const item of Object.values(kept.items)) item.at = 1;
        kept.items.gone = {page: 'chapters/tokenization/', stage: 0, at: 2};
        localStorage[key] = JSON.stringify(kept); }""")
    page.reload()
    expect(page.locator("quiz-review [role=status]").first).to_contain_text("1 question is due. 1 could not be found")
    back = page.locator(f"quiz-review fieldset[data-question={id}]")
    assert back.locator("input:checked").count() == 0
    assert not violations(page)
    answer(back, True)
    page.locator("quiz-review").get_by_role("button", name="Check", exact=True).click()
    expect(back.locator(".quiz-said")).to_contain_text("Right.")
    expect(back.locator(".quiz-feedback").first).to_be_visible()
    stage = kept(page, "engineroom:quiz:1:review")["items"][id]
    assert stage["stage"] == 1 and stage["at"] - page.evaluate("Date.now()") > 2.9 * 86_400_000
    page.reload()
    expect(page.locator("quiz-review [role=status]").first).not_to_contain_text("1 question is due")


def test_a_prediction_is_answered_by_its_cell(page):
    page.goto(TOKENIZATION)
    quiz = page.locator("quiz-form:has([data-cell=three-trainers])")
    commit = quiz.get_by_role("button", name="Commit, and run the cell")
    commit.click()
    expect(quiz.locator(".quiz-status")).to_contain_text("Choose an answer.")
    answer(quiz.locator("fieldset"), False)
    assert quiz.locator(".quiz-said, .quiz-feedback").count() == 0
    commit.click()
    expect(page.locator("live-cell#three-trainers")).to_have_attribute("data-state", "done", timeout=60_000)
    expect(quiz.locator(".quiz-said")).to_contain_text("Not right.")
    expect(quiz.locator(".quiz-feedback")).to_have_count(2)


def test_code_is_tested_wrong_right_and_looping(page, scheme):
    page.goto(TOKENIZATION)
    quiz = page.locator("quiz-form[data-kind=code]")
    tests = quiz.get_by_role("button", name="Run the tests")
    said, results = quiz.locator(".quiz-status"), quiz.locator(".quiz-tests-run > li")
    tests.click()
    expect(said).to_have_text("1 of 4 tests pass.", timeout=60_000)
    expect(results.nth(0)).to_contain_text("✗ finds the most frequent pair: in 5 6 7 5 6 the pair 5 6 stands twice; you return None")
    write(cell(page, "your-pair"), "def pair_to_merge(ids):\n    print(ids)\n    return max(zip(ids, ids[1:]), key=list(zip(ids, ids[1:])).count, default=None)")
    tests.click()
    expect(said).to_have_text("Right: all tests pass.", timeout=60_000)
    expect(quiz.locator(".quiz-explanation")).to_contain_text("Merge that pair")
    assert results.count() == 4 and not violations(page)
    write(cell(page, "your-pair"), "def pair_to_merge(ids):\n    while len(ids) > 4: pass\n    return max(zip(ids, ids[1:]), key=list(zip(ids, ids[1:])).count, default=None)")
    tests.click()
    expect(said).to_have_text("Running…")
    page.wait_for_timeout(1500)
    quiz.get_by_role("button", name="Stop").click()
    expect(said).to_contain_text("Stopped. A loop in your code may never end.", timeout=30_000)
    write(cell(page, "your-pair"), "def pair_to_merge(ids)")
    tests.click()
    expect(said).to_contain_text("The cell has to run without an error first.", timeout=120_000)
