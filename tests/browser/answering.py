"""A reader who answers questions: by what each fieldset says is right, or on purpose not so."""

from __future__ import annotations

import json
import random
import re

from playwright.sync_api import Page, expect

KEY = "engineroom:quiz:1:module"
CHECKS = "engineroom:quiz:1:checks"
REVIEWED = "engineroom:quiz:1:review"


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
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()  # until then all questions stand there
    for place, fieldset in enumerate(asked(page).all()):
        answer(fieldset, place < right)
    page.get_by_role("button", name="Submit all answers").click()
    expect(page.locator(".quiz-score")).to_contain_text(f"{right} of 5 right.")


def again(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Take it again")).click()


def damaged(*shapes: str) -> list[str]:
    """More than 200 things that a record's place may hold; in each shape, pieces stand for `{}`."""
    rng = random.Random(4)
    pieces = [
        "null",
        "true",
        "{}",
        "[]",
        '"x"',
        "1",
        "-1",
        "1e999",
        '{"version":1}',
        '{"version":"1"}',
        "[[[[",
        '{"version":1,"draft":{},"best":{},"attempts":[]}',
        "\u0000",
        "{",
        "undefined",
    ]
    shaped = (re.sub(r"\{\}", lambda _: rng.choice(pieces), rng.choice(shapes)) for _ in range(200))
    return [*pieces, *shaped]


def kept(page: Page, key: str = KEY):
    return json.loads(page.evaluate("key => localStorage.getItem(key)", key))
