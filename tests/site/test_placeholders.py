"""Placeholders: replaced where they stand alone, left alone in code, and wrong ones reported with their line."""

import markdown

from engineroom_site.placeholders import Placeholders


def convert(text):
    wrong = []

    def checked(name):
        if name == "nothing":
            raise ValueError("nothing was measured")
        return f"<p>checked {name}</p>"

    extension = Placeholders({"checked": checked}, lambda line, reason: wrong.append((line, reason)))
    return markdown.markdown(text, extensions=["fenced_code", extension]), wrong


def test_a_line_of_its_own_is_replaced():
    assert (
        convert("before\n\n{checked: multi-head attention}\n\nafter")[0]
        == "<p>before</p>\n<p>checked multi-head attention</p>\n<p>after</p>"
    )


def test_code_prose_and_other_names_are_left_alone():
    text = "a {checked: x} b\n\n```\n{checked: x}\n```\n\n{other: x}"
    html, wrong = convert(text)
    assert "<p>checked" not in html and html.count("{checked: x}") == 2 and "{other: x}" in html and not wrong


def test_a_wrong_one_is_reported_with_its_line():
    assert convert("a\n\n{checked: nothing}")[1] == [(3, "nothing was measured")]
