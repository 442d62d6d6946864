"""Type and see: a text and its tokens, by hand, by keyboard and by ear."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from reader import TOKENIZATION, cell, run, violations

TYPE_AND_SEE = "type-and-see"
STRANGE = """<img src=x onerror=alert(1)>\u202e na\u00efve \u0939\u093f\u0928\u094d\u0926\u0940 \U0001f980 "quoted" \\ back"""


@pytest.fixture
def figure(page):
    page.goto(TOKENIZATION)
    return cell(page, TYPE_AND_SEE)


def row(figure, name):
    return figure.get_by_role("list", name=re.compile(f"^{name}: "))


def about(token):
    """What the page shows of a token below its row, if it does."""
    shown = token.evaluate("li => getComputedStyle(li, '::after').content")
    return token.get_attribute("aria-label") if shown != "none" else ""


def test_a_token_says_what_it_is_when_pointed_at(figure):
    token = row(figure, "GPT-4o").get_by_role("listitem").nth(1)
    assert about(token) == ""
    expect(figure.locator(".er-ids").nth(2)).to_be_visible()
    token.hover()
    assert about(token) == "ization · id 2860 · bytes 69 7a 61 74 69 6f 6e · characters 5–12"
    expect(figure.locator(".er-ids").nth(2)).to_be_hidden()


def test_by_keyboard_and_ear(figure, page):
    tokens = row(figure, "GPT-2").get_by_role("listitem")
    figure.get_by_role("textbox", name="text").focus()
    page.keyboard.press("Tab")
    expect(tokens.nth(0)).to_be_focused()
    for key, place in [
        ("ArrowRight", 1),
        ("ArrowLeft", 0),
        ("ArrowLeft", 0),
        ("End", 4),
        ("ArrowRight", 4),
        ("Home", 0),
        ("ArrowRight", 1),
    ]:
        page.keyboard.press(key)
        expect(tokens.nth(place)).to_be_focused()
    assert about(tokens.nth(1)) == "ization · id 1634 · bytes 69 7a 61 74 69 6f 6e · characters 5–12"
    assert [about(token) for token in tokens.all()].count("") == 4
    page.keyboard.press("Tab")  # one stop a row
    expect(row(figure, "GPT-4").get_by_role("listitem").nth(0)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(tokens.nth(1)).to_be_focused()  # where the reader was
    expect(tokens.nth(1)).to_have_accessible_name("ization · id 1634 · bytes 69 7a 61 74 69 6f 6e · characters 5–12")


def test_a_text_is_cut_as_it_is_typed(figure, page):
    run(figure)
    field = figure.get_by_role("textbox", name="text")
    field.fill("")
    for letter in "strawberry":
        page.keyboard.type(letter, delay=30)
    expect(row(figure, "GPT-4").get_by_role("listitem")).to_have_text(["str", "aw", "berry"])
    expect(row(figure, "GPT-4").locator("~ .er-ids")).to_have_text("496 675 15717")
    expect(field).to_be_focused()


def test_whatever_is_typed_is_text(figure, page, scheme):
    run(figure)
    page.on("dialog", lambda dialog: pytest.fail("typed HTML ran"))
    figure.get_by_role("textbox", name="text").fill(STRANGE)
    figure.get_by_role("textbox", name="text").press("Enter")
    tokens = row(figure, "GPT-4o").get_by_role("listitem")
    expect(tokens.first).to_have_text(re.compile("^<img"))
    assert figure.locator(".live-output img").count() == 0
    assert "".join(tokens.all_text_contents()).startswith(STRANGE[:28])
    assert not violations(page)


def test_a_phone_shows_the_line_about_a_token_within_the_page(figure, page):
    page.set_viewport_size({"width": 390, "height": 844})
    run(figure)
    field = figure.get_by_role("textbox", name="text")
    field.fill("a word " * 60)
    field.press("Enter")
    tokens = row(figure, "GPT-2").get_by_role("listitem")
    expect(tokens).to_have_count(121)
    tokens.last.click()
    assert " · id " in about(tokens.last)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
