"""Questions in the text, in a real browser: self-checks, predictions, code, and what comes back for review."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from answering import CHECKS, REVIEWED, answer, kept
from reader import REVIEW, TOKENIZATION, cell, violations, write


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
    assert kept(page, CHECKS)["items"][told[0]["question"]]["right"] is True


def test_what_was_missed_comes_back_when_it_is_due(page, scheme):
    page.goto(TOKENIZATION)
    quiz = page.locator("quiz-form[data-kind=check]:not(:has([data-cell]))").first
    quiz.get_by_role("button", name="Check", exact=True).wait_for()
    answer(quiz.locator("fieldset"), False)
    quiz.get_by_role("button", name="Check", exact=True).click()
    expect(quiz.locator(".quiz-said")).to_be_visible()
    id = quiz.locator("fieldset").get_attribute("data-question")
    page.goto(REVIEW)
    said = page.locator("quiz-review [role=status]").first
    expect(said).to_contain_text("Nothing is due now. The next question comes back on")
    page.evaluate(
        """key => { const kept = JSON.parse(localStorage[key]);
        for (const item of Object.values(kept.items)) item.at = 1;
        for (const id of ['gone', 'predict-wordpiece']) kept.items[id] = {page: 'chapters/tokenization/', stage: 0, at: 2};
        localStorage[key] = JSON.stringify(kept); }""",
        REVIEWED,
    )
    page.reload()
    expect(said).to_contain_text("2 questions are due. 1 could not be found")
    back = page.locator(f"quiz-review fieldset[data-question={id}]")
    assert back.locator("input:checked").count() == 0
    assert not violations(page)
    for place, question in enumerate((back, page.locator("quiz-review fieldset[data-question=predict-wordpiece]"))):
        answer(question, True)  # a prediction too: its cell is not here
        page.locator("quiz-review").get_by_role("button", name="Check", exact=True).nth(place).click()
        expect(question.locator(".quiz-said")).to_contain_text("Right.")
        expect(question.locator(".quiz-feedback").first).to_be_visible()
    stage = kept(page, REVIEWED)["items"][id]
    assert stage["stage"] == 1 and stage["at"] - page.evaluate("Date.now()") > 2.9 * 86_400_000
    page.reload()
    expect(said).not_to_contain_text("due. ")
    page.evaluate(
        "key => localStorage.setItem(key, JSON.stringify({version: 1, items: {x: {page: 'chapters/tokenization/', stage: 0, at: 1}}}))",
        REVIEWED,
    )
    page.route("**/chapters/tokenization/", lambda route: route.abort())
    page.reload()
    expect(said).to_contain_text("could not be loaded. Check the connection")


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
    page.on("dialog", lambda dialog: pytest.fail("the reader's own text ran"))
    tests.click()
    expect(said).to_have_text("1 of 4 tests pass.", timeout=60_000)
    expect(results.nth(0)).to_contain_text("✗ finds the most frequent pair: in 5 6 7 5 6 the pair 5 6 stands twice; you return None")
    write(
        cell(page, "your-pair"),
        "def pair_to_merge(ids):\n    print(ids)\n    return max(zip(ids, ids[1:]), key=list(zip(ids, ids[1:])).count, default=None)",
    )
    tests.click()
    expect(said).to_have_text("Right: all tests pass.", timeout=60_000)
    expect(quiz.locator(".quiz-explanation")).to_contain_text("Merge that pair")
    assert results.count() == 4 and not violations(page)
    assert kept(page, CHECKS)["items"]["code-pair"]["right"] is True
    write(cell(page, "your-pair"), "def pair_to_merge(ids):\n    return '<img src=x onerror=alert(1)>'")
    tests.click()
    expect(results.nth(0)).to_contain_text("you return <img src=x", timeout=60_000)
    expect(said).to_have_text("0 of 4 tests pass.")  # the answer is kept when the last test has run
    assert quiz.locator("img").count() == 0
    before = kept(page, CHECKS)
    write(
        cell(page, "your-pair"),
        "def pair_to_merge(ids):\n    while len(ids) > 4: pass\n    return max(zip(ids, ids[1:]), key=list(zip(ids, ids[1:])).count, default=None)",
    )
    tests.click()
    expect(quiz.locator(".live-waiting > [aria-hidden]")).to_have_text("Running the tests…", timeout=30_000)
    page.wait_for_timeout(1500)
    quiz.get_by_role("button", name="Stop").click()
    expect(said).to_contain_text("Stopped. A loop in your code may never end.", timeout=30_000)
    write(cell(page, "your-pair"), "def pair_to_merge(ids)")
    tests.click()
    expect(said).to_contain_text("The cell has to run without an error first.", timeout=120_000)
    assert kept(page, CHECKS) == before  # what was stopped, or could not run, is no answer
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }")
    write(cell(page, "your-pair"), "def pair_to_merge(ids): pass")
    tests.click()
    expect(said).to_have_text(re.compile("^1 of 4 tests pass. Your browser does not let this page keep answers"), timeout=120_000)
