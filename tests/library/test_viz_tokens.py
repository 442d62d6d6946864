"""Rows of tokens: what was cut is what is shown, whatever was typed."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom import viz
from engineroom.errors import ShapeError
from engineroom.tokenize import Token, bpe

TOKENIZER = bpe.train("the cat sat on the mat, the rat", 12)
HOSTILE = """<img src=x onerror=alert(1)></li></ol><script>alert(2)</script>"'&amp;"""


class Outline(HTMLParser):
    """The elements, and the text of each token and of what is said about it."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.shown, self.about, self._inside = [], [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "li":
            self.about.append(dict(attrs)["aria-label"])
            self.shown.append("")
            self._inside = True

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "li"

    def handle_data(self, data):
        if self._inside:
            self.shown[-1] += data


def html(text, rows, **options) -> str:
    return viz.tokens(text, rows, **options)._repr_mimebundle_()["text/html"]


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co", "Zs", "Zl", "Zp"]), min_size=1, max_size=40).map(str)
    | st.just(HOSTILE)
)
def test_every_token_is_shown_as_it_is_spelt_and_as_nothing_else(text):
    outline = Outline(html(text, {"own": TOKENIZER.tokens(text)}))
    assert set(outline.tags) <= {"figure", "div", "p", "b", "ol", "li"}
    whole = lambda token: token.bytes.decode("utf-8", "replace")
    for token, shown, about in zip(TOKENIZER.tokens(text), outline.shown, outline.about, strict=True):
        spelt = token.bytes.decode("utf-8", "ignore")
        assert shown == (spelt if spelt.encode() == token.bytes else "".join(f"\\x{byte:02x}" for byte in token.bytes)), whole(token)
        assert about == f"{shown} · id {token.id} · bytes {token.bytes.hex(' ')} · characters {token.start}–{token.end}"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("\n", "⏎"),
        ("\t", "⇥"),
        ("\x00", "␀"),
        ("\x1b", "␛"),
        ("\x7f", "␡"),
        (" ", " "),
        ("\u200d", r"\u200d"),
        ("\u202e", r"\u202e"),
        ("\u202eabc", "\u202eabc"),
        ("\xa0", r"\xa0"),
    ],
)
def test_what_cannot_be_seen_gets_a_sign(text, shown):
    assert Outline(html(text, {"own": [Token(1, text.encode(), 0, len(text))]})).shown == [shown]


def test_spaces_are_said():
    assert [
        Outline(html(text, {"own": [Token(1, text.encode(), 0, len(text))]})).about[0].split(" · ")[0] for text in (" ", "   ", " a")
    ] == ["1 space", "3 spaces", " a"]


def test_names_and_titles_are_text():
    made = html("a", {HOSTILE: TOKENIZER.tokens("a")}, title=HOSTILE)
    assert "<img" not in made and "<script" not in made and made.count(HOSTILE.replace("&", "&amp;").split("<")[0]) >= 1
    assert unescape(re.search(r"<figcaption>(.*)</figcaption>", made)[1]) == HOSTILE


def test_a_token_for_no_character():
    assert Outline(html("a", {"own": [Token(101, b"[CLS]", 0, 0)]})).about == ["[CLS] · id 101 · bytes 5b 43 4c 53 5d · no characters"]


def test_a_long_text_is_counted_to_its_end_and_drawn_in_part():
    found = [Token(0, b"a", at, at + 1) for at in range(2500)]
    made = html("a" * 2500, {"own": found})
    assert made.count("<li ") == 1000 and "2,500 tokens" in made and "and 1,500 more" in made and len(made) < 200_000
    assert html("", {"own": []}).count("<li ") == 0 and "0 tokens" in html("", {"own": []}) and "1 token<" in html("a", {"own": found[:1]})


def test_in_a_terminal():
    assert repr(viz.tokens("a\n", {"own": TOKENIZER.tokens("a\n")}, title="Title")) == "Title\nown: 2 tokens\n  'a'=64 '⏎'=198"


def test_one_stop_for_tab_in_each_row():
    made = html("the cat", {"one": TOKENIZER.tokens("the cat"), "two": TOKENIZER.tokens("the cat")})
    assert made.count('tabindex="0"') == 2 == made.count("<ol ")


def test_tokens_of_another_text_are_refused():
    with pytest.raises(ShapeError, match="own: token 64 stands for characters 1 to 2 of a text of 1; cut this very text"):
        viz.tokens("b", {"own": TOKENIZER.tokens("ba")[1:]})
