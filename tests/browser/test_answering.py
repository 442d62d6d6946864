"""Every kind of question, and what an assessment does besides counting: in a small site, where each is where it is wanted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from answering import again, answer, asked, damaged, shown_order, take
from reader import violations

KINDS = """# Kinds

```quiz
id: one
type: single
confidence: true
---
Which is even?

- [x] two
  > Two halves.
- [ ] three
  > Three does not halve.
```

```quiz
id: some
type: multiple
---
Which are odd?

- [x] one
  > One is.
- [x] three
  > Three is.
- [ ] four
  > Four is not.
```

```quiz
id: many
type: numeric
tolerance: 5%
unit: days
---
How many days has a year?

- [x] 365
  > Give or take a leap.
- [ ] 52
  > Those are weeks.
```

```quiz
id: word
type: text
---
What is 2 in words?

- [x] two
- [x] a pair
  > Said otherwise.
```

```quiz
id: row
type: order
---
Count.

1. first
2. second
3. third
```
"""
RIGHT = [
    f"```quiz\nid: q{n}\ntype: single\n---\nWhich follows {n}?\n\n"
    + "".join(f"- [{'x' if i == 1 else ' '}] {n + i}\n  > {i} more.\n" for i in (1, 2, 3, 4))
    + "```\n\n"
    for n in range(10)
]
SORTED = "```quiz\nid: row\ntype: order\n---\nCount.\n\n1. a\n2. b\n```\n"


def head(draw: int) -> str:
    return f"---\nassessment:\n  id: m\n  pass: 70\n  draw: {draw}\n---\n# Test\n\n"


@pytest.fixture
def kinds(small):
    small.page.add_init_script(
        "window.told = []; for (const name of ['quiz:answer', 'quiz:submit']) addEventListener(name, event => told.push(event.detail))"
    )
    assert small.build(index=KINDS) == ""
    small.page.goto("/")
    expect(small.page.get_by_role("button", name="Check", exact=True)).to_have_count(5)
    return small


def form(page, id):
    """The question, its button, and the line that is read aloud."""
    host = page.locator(f"quiz-form[data-id={id}]")
    return host.locator("fieldset"), host.get_by_role("button", name="Check", exact=True), host.locator("[role=status]")


@pytest.mark.parametrize("id, missing", [
    ("one", "Choose an answer."), ("some", "Choose an answer."), ("many", "Type an answer."), ("word", "Type an answer."), ("row", "Move at least one of them."),
])  # fmt: skip
def test_each_kind_is_missing_wrong_and_right(kinds, id, missing):
    question, check, said = form(kinds.page, id)
    check.click()
    expect(said).to_have_text(missing)
    assert question.locator(".quiz-said").count() == 0 and question.evaluate("q => q.contains(document.activeElement)")
    answer(question, False)
    check.click()
    expect(question.locator(".quiz-said")).to_have_text("Not right.")
    expect(said).to_have_text("Not right. Change your answer to try again.")
    assert kinds.kept("review")["items"][id]["stage"] == 0
    answer(question, True)
    check.click()
    expect(question.locator(".quiz-said")).to_have_text("Right.")
    assert [(one["question"], one["right"]) for one in kinds.page.evaluate("told")] == [(id, False), (id, True)]
    kinds.page.reload()
    expect(question.locator(".quiz-said")).to_have_text("Right.")


def test_what_is_shown_is_about_the_answer_that_was_given(kinds):
    page = kinds.page
    question, check, _ = form(page, "one")
    question.locator("select").select_option("2")
    answer(question, False)
    check.click()
    expect(question.locator(".quiz-said")).to_have_text("Not right. You were rather sure.")
    expect(question.locator("[data-mark]")).to_have_count(2)
    expect(question.locator("[data-mark=wrong] .quiz-feedback")).to_have_text("Three does not halve.")
    assert page.evaluate("told")[0]["confidence"] == "2"
    question, check, _ = form(page, "some")
    question.locator("input[value]").nth(0).check()
    check.click()
    expect(question.locator(".quiz-said")).to_have_text("Not right.")  # some of what is right is not all
    question, check, said = form(page, "many")
    for typed, told in (
        ("lots", "Type a number, such as 0.5 or 1250."),
        ("52", "Those are weeks."),
        ("347", "Give or take a leap."),
        ("340", "Right: 365"),
    ):
        question.locator("input").fill(typed)
        check.click()
        expect(said if typed == "lots" else question.locator(".quiz-verdict")).to_contain_text(told)
    question, check, _ = form(page, "word")
    question.locator("input").fill("  A  PAIR ")
    check.click()
    expect(question.locator(".quiz-verdict")).to_have_text(re.compile(r"^Right\.\s*Said otherwise\.\s*$"))


def test_things_are_put_in_order_by_keyboard_without_losing_ones_place(kinds):
    question, _check, said = form(kinds.page, "row")
    first = shown_order(question)
    question.get_by_role("button", name=re.compile("^Move down")).first.focus()
    kinds.page.keyboard.press("Enter")
    name = question.locator(f"li[data-choice={first[0]}] > span").first.text_content()
    expect(said).to_have_text(f"{name} is now number 2 of 3.")
    expect(question.get_by_role("button", name=f"Move down: {name}")).to_be_focused()
    kinds.page.keyboard.press("Enter")
    assert shown_order(question) == [first[1], first[2], first[0]]
    kinds.page.keyboard.press("Enter")  # it is the last already
    assert shown_order(question) == [first[1], first[2], first[0]]


def test_by_keyboard_alone_an_arrow_answers_nothing(kinds):
    page = kinds.page
    question, _check, said = form(page, "one")
    page.locator("quiz-form input").first.focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(question.locator("input:checked")).to_have_count(1)
    form(page, "word")[0].locator("input").focus()
    page.keyboard.type("three")
    for key in ("ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    assert page.locator(".quiz-said").count() == 0 and page.evaluate("told") == []
    assert violations(page, "quiz") == []
    page.keyboard.press("Enter")
    expect(form(page, "word")[2]).to_have_text("Not right. Change your answer to try again.")
    page.locator("quiz-form input:checked").first.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text(re.compile(r"^(R|Not r)ight\."))
    assert violations(page, "quiz") == []


def test_typed_html_stays_text(kinds):
    page, typed, ran = kinds.page, "<img src=x onerror=alert(1)><b>x</b>", []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    for id, told in (("word", "Not right."), ("many", "Type a number")):
        question, check, said = form(page, id)
        question.locator("input").fill(typed)
        check.click()
        expect(said).to_contain_text(told)
    assert kinds.build(index=head(1) + KINDS[KINDS.index("```quiz\nid: word") : KINDS.index("```quiz\nid: row")]) == ""
    submit = page.get_by_role("button", name="Submit all answers")
    page.goto("/")
    expect(submit).to_be_visible()
    asked(page).locator("input").fill(typed)
    page.reload()
    expect(submit).to_be_visible()
    expect(asked(page).locator("input")).to_have_value(typed)
    submit.click()
    expect(page.locator(".quiz-score")).to_contain_text("0 of 1")
    assert page.locator("quiz-form :is(img, b)").count() == 0 and ran == []


def test_a_self_check_is_usable_whatever_stands_in_the_storage(kinds):
    page = kinds.page
    markup = page.request.get("/").text().split("<quiz-form", 1)[1].split("</quiz-form>")[0]
    revision = page.locator("quiz-form").first.get_attribute("data-revision")
    answered = '{"version":1,"items":{"one":{"answer":["gone",{}],"right":{},"revision":"' + revision + '","at":{}}}}'
    values = damaged(
        '{"version":{},"items":{}}',
        '{"version":1,"items":{"one":{}}}',
        answered,
        answered.replace("{}", "1").replace('"right":1', '"right":true').replace(",1]", "]"),
    )
    wrong = page.evaluate(
        """async ([key, values, markup]) => {
      const wrong = [];
      const isCheck = item => Array.isArray(item?.answer) && item.answer.every(one => typeof one === 'string')
        && typeof item.right === 'boolean' && typeof item.revision === 'string' && Number.isFinite(item.at);
      for (const value of values) {
        localStorage.clear();
        localStorage.setItem(key, value);
        const fresh = document.createRange().createContextualFragment(markup).firstElementChild;
        document.querySelector('quiz-form').replaceWith(fresh);
        await new Promise(done => { const tick = () => fresh.querySelector('.quiz-actions') ? done() : setTimeout(tick, 1); tick(); });
        const fieldset = fresh.querySelector('fieldset');
        fresh.querySelector(`input[value='${fieldset.dataset.key}']`).click();
        fresh.querySelector('.quiz-actions button').click();
        let there = null;
        try { there = JSON.parse(value); } catch {}
        const newer = Number.isInteger(there?.version) && there.version > 1;
        const whole = there?.version === 1 && typeof there.items === 'object' && there.items !== null && !Array.isArray(there.items)
          && Object.values(there.items).every(isCheck);
        const said = fresh.querySelector('[role=status]').textContent, now = localStorage.getItem(key);
        const aside = Object.keys(localStorage).filter(k => k.startsWith(key + ':damaged:')).map(k => localStorage.getItem(k));
        const right = fieldset.dataset.verdict === 'right' && said.startsWith('Right.');
        const fine = newer ? now === value && said.includes('newer version')
          : JSON.parse(now).items.one.right && (whole ? said === 'Right.' : said.includes('copied aside') && aside.includes(value));
        if (!right || !fine) wrong.push([value, said, now, aside]);
      }
      return wrong;
    }""",
        ["six-more-legs:quiz:1:checks", values, f"<quiz-form{markup}</quiz-form>"],
    )
    assert wrong == []


def test_what_cannot_be_read_is_copied_aside_once(kinds):
    page = kinds.page
    page.evaluate("localStorage.setItem('six-more-legs:quiz:1:review', '{')")
    for id in ("one", "some"):
        question, check, _ = form(page, id)
        answer(question, True)
        check.click()
        expect(question.locator(".quiz-said")).to_have_text("Right.")
        page.wait_for_timeout(20)  # a copy would have a name of its own
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes(':review:damaged:')).map(key => localStorage[key])") == ["{"]


@pytest.mark.parametrize("fault", ["blocked", "full"])
def test_a_self_check_without_storage_works_and_says_so(kinds, fault):
    page = kinds.page
    if fault == "blocked":
        page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});")
    else:
        page.evaluate(
            "for (let size = 1 << 22; size; size >>= 1) try { for (;;) localStorage.setItem(`x${Math.random()}`, 'x'.repeat(size)); } catch {}"
        )
    page.reload()
    for id in ("one", "row"):
        question, check, said = form(page, id)
        answer(question, True)
        check.click()
        expect(question.locator(".quiz-said")).to_have_text("Right.")
        expect(said).to_have_text(re.compile("^Right. Your browser does not let this page keep answers"))
        assert said.get_attribute("data-shown") is not None


def test_without_a_script_and_on_paper_all_is_there(kinds):
    page = kinds.page
    context = page.context.browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(page.url)
    page.emulate_media(media="print")
    for reading in (still, page):
        assert reading.locator("fieldset:visible").count() == reading.locator(".quiz-answer:visible").count() == 5
        assert (
            reading.get_by_text("Give or take a leap.").is_visible()
            and reading.get_by_text("answers stand in the page's source").is_visible()
        )
        assert reading.locator(".quiz-answer").first.bounding_box()["y"] > reading.locator("fieldset").last.bounding_box()["y"]
    context.close()


def test_a_submission_is_told_and_what_was_missed_is_noted(kinds):
    page = kinds.page
    assert kinds.build(index=head(5) + "".join(RIGHT)) == ""
    page.goto("/")
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    ids = [one.get_attribute("data-question") for one in asked(page).all()]
    page.get_by_role("button", name="Submit all answers").click()
    page.get_by_role("button", name="Question 4").click()
    assert page.evaluate("document.activeElement.closest('fieldset').dataset.question") == ids[3]
    take(page, 3)
    expect(page.locator(".quiz-result")).to_be_focused()
    assert page.locator("fieldset:not([hidden]):not(:disabled)").count() == 0  # what was submitted stays as it was
    [told] = page.evaluate("told")
    assert (told["assessment"], told["score"], told["max"], told["passed"], list(told["answers"])) == ("m", 3, 5, False, ids)
    assert sorted(kinds.kept("review")["items"]) == sorted(ids[3:])


def test_every_draw_is_another_and_every_order(kinds):
    page = kinds.page
    assert kinds.build(index=head(5) + "".join(RIGHT)) == ""
    page.goto("/")
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    draws, orders = [], {}
    for _ in range(6):
        draws.append(tuple(one.get_attribute("data-question") for one in asked(page).all()))
        for one in asked(page).all():
            shown = one.locator("li[data-choice]").evaluate_all("items => items.map(item => item.dataset.choice)")
            orders.setdefault(one.get_attribute("data-question"), []).append(tuple(shown))
        take(page, 0)
        again(page)
    assert len(set(draws)) > 3  # chances of less: under one in a thousand, here and below
    assert sum(len(set(shown)) for shown in orders.values()) > len(orders) + 10


def test_what_is_to_be_ordered_is_never_in_order(kinds):
    page = kinds.page
    assert kinds.build(index=head(1) + SORTED) == ""
    page.goto("/")
    for _ in range(12):
        question = asked(page).first
        expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
        assert shown_order(question) == question.get_attribute("data-key").split()[::-1]
        answer(question, True)
        page.get_by_role("button", name="Submit all answers").click()
        expect(page.locator(".quiz-score")).to_contain_text("1 of 1 right. Passed.")
        again(page)
