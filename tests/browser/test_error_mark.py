"""The mark of a failing line is beside the code: whatever the reader types over it, by whatever means, is all there is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from reader import CHAPTER, cell, open_editor, press, wait, write

FAILING = {"first": "1 / 0\na = 2\nb = 3", "middle": "a = 1\n1 / 0\nb = 3", "last": "a = 1\nb = 2\n1 / 0", "only": "1 / 0"}
ANDROID = {"key": "Unidentified", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}


def composed(page, text):
    """As an input method writes: it shows a text that grows, then settles it."""
    cdp = page.context.new_cdp_session(page)
    for end in range(1, len(text) + 1):
        cdp.send("Input.imeSetComposition", {"text": text[:end], "selectionStart": end, "selectionEnd": end})
    cdp.send("Input.insertText", {"text": text})


def touched(page, text):
    """As a touch keyboard writes: a deletion without a key's name, then a composition."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **ANDROID})
    before = code(page)
    page.evaluate("document.execCommand('delete')")  # what such a keyboard causes: beforeinput, deleteContentBackward
    page.wait_for_function("before => document.querySelector(\"live-cell[data-index='0']\").source.code !== before", arg=before)
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **ANDROID})
    composed(page, text)


WAYS = {
    "keys": lambda page, text: page.keyboard.type(text),
    "insertText": lambda page, text: page.keyboard.insert_text(text),
    "composition": composed,
    "a touch keyboard": touched,
    "Delete, then keys": lambda page, text: (page.keyboard.press("Delete"), page.keyboard.type(text)),
}


def code(page) -> str:
    return page.evaluate("document.querySelector(\"live-cell[data-index='0']\").source.code")


@pytest.fixture
def first(page):
    page.goto(CHAPTER)
    return cell(page)


def failed(first, text):
    first.page.keyboard.press("Escape")  # closes what completion has opened
    write(first, text)
    press(first, "Run")
    expect(first.locator(".live-error-message")).to_be_visible(timeout=60_000)
    wait(first, "error")
    open_editor(first).focus()


@pytest.mark.parametrize("way", WAYS)
def test_what_replaces_failing_code_is_only_what_was_typed(page, first, way):
    for line, text in FAILING.items():
        failed(first, text)
        page.keyboard.press("Control+a")
        WAYS[way](page, "y = 2")
        assert code(page) == "y = 2", f"the failing line was the {line}"
        expect(first.locator(".live-error-message")).to_have_count(0)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_at_the_end_of_a_failing_line_follows_it(page, first, way):
    for line, text in FAILING.items():
        failed(first, text)
        page.keyboard.press("Control+Home")
        for _ in range(text.split("\n").index("1 / 0")):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("End")
        WAYS[way](page, "9") if way != "a touch keyboard" else touched(page, "79")
        right = {"a touch keyboard": "1 / 79", "Delete, then keys": "1 / 09"}.get(way, "1 / 09")
        after = text.split("\n")
        at = after.index("1 / 0")
        if way == "Delete, then keys" and at + 1 < len(after):
            right += after.pop(at + 1)  # Delete takes the line's end
        after[at] = right if way != "Delete, then keys" else f"1 / 09{right[6:]}"
        assert code(page) == "\n".join(after), f"the failing line was the {line}"


def test_nothing_of_the_page_stands_inside_the_editable_text(page, first):
    failed(first, FAILING["middle"])
    page.keyboard.press("Control+Space")
    editor = first.locator(".cm-content")
    assert editor.evaluate("e => [...e.children].map(line => line.textContent).join('\\n')") == FAILING["middle"]
    assert editor.evaluate("e => e.querySelectorAll(':scope [contenteditable=false], :scope button, :scope img, :scope svg').length") == 0


def test_the_message_is_said_with_the_code_and_names_the_line(page, first):
    failed(first, FAILING["middle"])
    expect(first.locator(".cm-line").nth(1)).to_have_class("cm-line live-error-line")
    expect(first.locator(".live-error-mark")).to_be_visible()
    expect(first.locator(".live-error-message")).to_have_text("Line 2: ZeroDivisionError: division by zero")
    expect(first.locator(".cm-content")).to_have_accessible_description(
        "Shift+Enter runs · Tab indents · Esc, then Tab leaves Line 2: ZeroDivisionError: division by zero"
    )
    page.keyboard.press("Control+Home")
    page.keyboard.type("\n")
    expect(first.locator(".live-error-message")).to_have_text("Line 3: ZeroDivisionError: division by zero")
    page.emulate_media(forced_colors="active")
    expect(first.locator(".live-error-mark")).to_be_visible()
