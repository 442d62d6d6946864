"""Every kind of question, and what an assessment does besides counting: in a small site, where each is where it is wanted."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from answering import again, answer, asked, shown_order, take

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
RIGHT = [f"```quiz\nid: q{n}\ntype: single\n---\nWhich follows {n}?\n\n" + "".join(f"- [{'x' if i == 1 else ' '}] {n + i}\n  > {i} more.\n" for i in (1, 2, 3, 4)) + "```\n\n" for n in range(10)]
SORTED = "```quiz\nid: row\ntype: order\n---\nCount.\n\n1. a\n2. b\n```\n"


def head(draw: int) -> str:
    return f"---\nassessment:\n  id: m\n  pass: 70\n  draw: {draw}\n---\n# Test\n\n"


@pytest.fixture
def kinds(small):
    small.page.add_init_script("window.told = []; for (const name of ['quiz:answer', 'quiz:submit']) addEventListener(name, event => told.push(event.detail))")
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
    for typed, told in (("lots", "Type a number, such as 0.5 or 1,024."), ("52", "Those are weeks."), ("347", "Give or take a leap."), ("340", "Right: 365")):
        question.locator("input").fill(typed)
        check.click()
        expect(said if typed == "lots" else question.locator(".quiz-verdict")).to_contain_text(told)
    question, check, _ = form(page, "word")
    question.locator("input").fill("  A  PAIR ")
    check.click()
    expect(question.locator(".quiz-verdict")).to_have_text(re.compile(r"^Right\.\s*Said otherwise\.\s*$"))


def test_things_are_put_in_order_by_keyboard_without_losing_ones_place(kinds):
    question, check, said = form(kinds.page, "row")
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
