"""What stays of HTML, drawings and figures that a cell made. The client answers the same table, in test/sanitise.test.ts."""

import json
import random
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from engineroom_site.cells import figures
from engineroom_site.cells.figure_spec import refused
from engineroom_site.cells.render import output
from engineroom_site.cells.sanitise import attribute, clean
from engineroom_site.cells.values import local

TEXT = Path(__file__).with_name("output_cases.json").read_text(encoding="utf-8").replace("HOST", "http://127.0.0.1:9")
CASES = json.loads(TEXT)
FIGURE = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}


@pytest.mark.parametrize("tag, name, value, kept", CASES["attributes"])
def test_an_attribute_keeps_colours_its_own_names_and_plain_addresses(tag, name, value, kept):
    assert attribute(tag, name, value, "m-") == kept


@pytest.mark.parametrize("html", CASES["html"])
def test_hostile_html_keeps_nothing_that_runs_fetches_or_reaches_the_page(html):
    left = BeautifulSoup(clean(html, "m-"), "html.parser")
    for element in left.find_all(True):
        assert element.name not in {
            "script",
            "style",
            "form",
            "input",
            "button",
            "iframe",
            "object",
            "image",
            "use",
            "live-cell",
            "quiz-form",
        }
        assert not {"style", "name", "autofocus", "srcset", "background", "ping", "target"} & element.attrs.keys()
        assert not [name for name in element.attrs if name.startswith("on")]
        assert element.get("id", "m-").startswith("m-") and element.get("src", "data:image/").startswith("data:image/")
        for name, value in element.attrs.items():
            assert "127.0.0.1" not in str(value) or (name, element.name) == ("href", "a") or str(value).startswith("data:image/"), element
        assert "href" not in element.attrs or element.find_parent("svg") is None


def test_the_names_of_an_output_are_its_own_and_lead_to_its_own():
    html = (
        '<svg><defs><clipPath id="c"></clipPath></defs><rect clip-path="url(#c)"></rect></svg><p id="t">x</p><p aria-labelledby="t">y</p>'
    )
    first, second = (BeautifulSoup(clean(html), "html.parser") for _ in range(2))
    for soup in (first, second):
        assert soup.rect["clip-path"] == f"url(#{soup.find('clippath')['id']})" and soup.find_all("p")[1]["aria-labelledby"] == soup.p["id"]
    assert not {e["id"] for e in first.select("[id]")} & {e["id"] for e in second.select("[id]")}
    assert clean("<p>no name, no mark</p>") == "<p>no name, no mark</p>"


def test_a_link_says_where_it_leads_to_and_tells_nobody_where_from():
    assert clean('<a href="https://example.org/">x</a>') == '<a href="https://example.org/" rel="noopener">x</a>'


def test_no_spelling_of_an_address_passes():
    """Any writing of url( … ) and its kin that CSS reads: escapes of any length, any case, spaces, quotes, comments beside."""
    draw = random.Random(14)
    for _ in range(2000):
        name = draw.choice(["url", "src", "image-set", "-webkit-image-set", "image", "cross-fade", "element", "paint"])
        spelt = "".join(_spelt(letter, draw) for letter in name)
        quote = draw.choice(["'", '"', ""]) if name == "url" else '"'
        value = f"{draw.choice(['', 'red ', '/**/', 'url(#a) '])}{spelt}({draw.choice(['', ' '])}{quote}http://x/y#a{quote})"
        assert local(value, "m-") is None, value


def _spelt(letter: str, draw: random.Random) -> str:
    written = draw.choice([letter, letter.upper(), f"\\{ord(letter):x} ", f"\\{ord(letter):06x}", f"\\{ord(letter.upper()):06X}"])
    return written if letter != "-" else letter


@pytest.mark.parametrize("part", CASES["figures"]["harmless"])
def test_a_figure_may_be_chosen_in_zoomed_and_coloured(part):
    assert refused(FIGURE | part) is None
    assert "<svg" in figures.figure(FIGURE | part)


@pytest.mark.parametrize("path, part", CASES["figures"]["refused"])
def test_a_figure_names_no_element_no_address_and_no_event_of_the_page(path, part):
    assert refused(FIGURE | part) == refused({"layer": [FIGURE | part]}).removeprefix("layer.") == path
    with pytest.raises(ValueError, match=f"a figure may not say “{path}” here"):
        figures.figure(FIGURE | part)


@pytest.mark.parametrize("part", CASES["figures"]["drawn"][:3])
def test_a_drawn_figure_refers_to_nothing_outside_itself(part):
    with pytest.raises(ValueError, match="a figure may not refer to anything outside itself"):
        figures.svg(FIGURE | part)


@pytest.mark.parametrize("text", CASES["streams"])
def test_printed_text_is_text(text):
    said = BeautifulSoup(output({"output_type": "stream", "name": "stdout", "text": text}), "html.parser")
    assert said.pre.find(True) is None and "\x1b" not in said.get_text() and "127.0.0.1:9/80" not in said.get_text()
