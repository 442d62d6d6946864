"""The page as a page: without JavaScript, narrow, dark, printed, spoken."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from engineroom_site import search
from reader import CHAPTER, TOKENIZATION, addresses, cell, open_editor, run, violations, write

PAGES = addresses()
INDEX = f"/{search.INDEX}"


@pytest.mark.parametrize("url", PAGES)
def test_a_page_is_there_for_everyone(page, url):
    """Read aloud in light and in dark, on a phone, and asking nobody else for anything."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(url)
    page.wait_for_load_state("networkidle")
    policy = page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content")
    assert "default-src 'self'" in policy and "unsafe-eval'" not in policy.replace("wasm-unsafe-eval", "")
    for scheme, name in (("light", "default"), ("dark", "slate")):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)
        assert not violations(page), scheme
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_on_paper_nothing_is_cut_off_and_everything_is_open(page):
    page.goto(CHAPTER)
    page.wait_for_load_state("networkidle")
    write(cell(page), "x = '" + "long " * 60 + "'\n" + "y" * 300)
    closed = page.locator("article details:not([open])").count()
    page.set_viewport_size({"width": 700, "height": 900})
    page.emulate_media(media="print")
    page.wait_for_function("() => !document.querySelector('article details:not([open])')")
    cut = """all => all.filter(e => e.checkVisibility() && e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 40))"""
    assert not page.locator("article :is(pre, pre > code, .cm-scroller, .cm-content, .cm-line)").evaluate_all(cut)
    page.emulate_media(media="screen")
    page.wait_for_function("n => document.querySelectorAll('article details:not([open])').length === n", arg=closed)


def test_what_colour_says_is_said_in_forced_colours(page):
    page.emulate_media(forced_colors="active")
    page.goto(TOKENIZATION)
    page.wait_for_load_state("networkidle")
    token = page.locator(".er-tokens > li").nth(1)
    assert token.evaluate(
        "t => { const s = getComputedStyle(t); return parseFloat(s.borderLeftWidth) >= 1 && s.borderLeftStyle === 'solid' && s.borderLeftColor !== s.backgroundColor; }"
    )
    token.focus()
    assert token.evaluate("t => parseFloat(getComputedStyle(t).outlineWidth) >= 1")
    page.goto(CHAPTER)
    drawn = page.locator(".live-figure svg :is(path, rect)").evaluate_all(
        "marks => new Set(marks.map(mark => getComputedStyle(mark).fill)).size"
    )
    paper, ink = page.locator(".live-figure svg").first.evaluate(
        "svg => [getComputedStyle(svg).backgroundColor, getComputedStyle(svg.querySelector('text')).fill]"
    )
    assert drawn > 5 and "rgba(0, 0, 0, 0)" != paper != ink
    page.locator("article h2").nth(2).evaluate("h => h.scrollIntoView({block: 'center', behavior: 'instant'})")
    mark = page.locator(".md-nav--secondary .md-nav__link--active").first
    assert mark.evaluate("link => getComputedStyle(link, '::before').backgroundColor !== getComputedStyle(document.body).backgroundColor")
    assert not violations(page)


def test_the_words_of_a_wide_drawing_can_be_read_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/chapters/rope/")
    shown = """svgs => svgs.filter(svg => svg.clientWidth).flatMap(svg => [...svg.querySelectorAll("text")].map(
        text => parseFloat(getComputedStyle(text).fontSize) * svg.clientWidth / svg.viewBox.baseVal.width))"""
    assert min(page.locator(".live-figure svg").evaluate_all(shown)) >= 9  # pixels


def test_axe_finds_no_violation_after_a_run(page, scheme):
    page.goto(CHAPTER)
    run(cell(page))
    assert not violations(page)


def test_axe_finds_no_violation_in_an_editor_on_a_phone(page, scheme):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(CHAPTER)
    open_editor(cell(page))
    assert not violations(page)


def test_on_a_phone_sentences_wrap_and_columns_scroll(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(CHAPTER)
    first = cell(page)
    write(first, "print('word ' * 40)")
    run(first)
    sentence = first.locator(".live-out pre")
    assert sentence.evaluate("pre => pre.scrollWidth <= pre.clientWidth && pre.clientHeight > 60")
    write(first, "print('name      ' + '  '.join(f'{i:6}' for i in range(12)))")
    run(first)
    table = first.locator(".live-out pre")
    assert table.evaluate("pre => pre.scrollWidth > pre.clientWidth && pre.clientHeight < 60")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("pre => pre.scrollLeft > 0", arg=table.element_handle())
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390 and not violations(page)


@pytest.mark.parametrize("url", PAGES)
def test_without_javascript_the_page_is_whole(chromium, origin, url):
    context = chromium.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    assert page.get_by_role("button", name="Run", exact=True).count() == 0
    assert page.locator("h1").count() == 1
    for shown in page.locator("live-cell:not([data-hidden]) .live-output").all():
        assert shown.inner_text().strip() or shown.locator("svg, img").count() or not shown.locator(".live-out").count()
    context.close()


def test_cells_come_to_life_after_a_link(page):
    page.goto("/sources/")
    page.locator(f"a[href$='{CHAPTER.lstrip('/')}']").first.click()
    page.wait_for_url(f"**{CHAPTER}")
    run(cell(page))


def test_the_index_is_fetched_when_somebody_searches(page):
    asked = []
    page.context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(TOKENIZATION)
    page.keyboard.press("/")
    field, said = page.get_by_role("textbox", name="Search"), page.locator(".md-search-result__meta")
    expect(field).to_be_focused()
    expect(said).to_have_text("Type to start searching")
    page.wait_for_load_state("networkidle")
    assert "/search/search_index.json" in asked and not [path for path in asked if path == INDEX or "workers/search" in path]

    page.route(f"**{INDEX}", lambda route: route.abort())
    field.press_sequentially("sof")
    page.wait_for_timeout(500)
    page.unroute(f"**{INDEX}")
    field.press_sequentially("tmax")  # a fetch that failed is made again
    found = page.locator(".md-search-result__link")
    expect(found.filter(has_text="softmax").first).to_be_visible()
    fetched = asked.count(INDEX)

    def ask(word):  # by its keys: the theme hears nothing else
        field.press("Control+a")
        field.press("Delete")
        field.press_sequentially(word)

    ask("unfindableword")
    expect(said).to_have_text("No matching documents")
    ask("")
    expect(said).to_have_text("Type to start searching")
    ask("merge")
    lead = page.locator(".md-search-result__link[href*='h=merg']").first
    expect(lead).to_be_visible()
    assert asked.count(INDEX) == fetched and len([path for path in asked if "workers/search" in path]) == 1
    lead.click()
    page.wait_for_url("**h=merg*")
    expect(page.locator("article mark").first).to_have_text(re.compile("^merg(e|es|ed|ing)$", re.I))


def test_what_was_found_is_seen_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(TOKENIZATION)
    page.locator("header label[for=__search]").first.click()
    page.get_by_role("textbox", name="Search").press_sequentially("softmax")
    lead = page.locator(".md-search-result__link").first
    expect(lead).to_be_in_viewport()
    lead.click()
    page.wait_for_url(lambda url: TOKENIZATION not in url)


# What a reader types, and a page that must be among the first two found.
ASKED = [
    ("quantization", "model-sizes"), ("quantize", "model-sizes"), ("quantised", "model-sizes"), ("quantizing weights", "model-sizes"), ("perplexity", "model-sizes"),
    ("kv cache", "context-windows"), ("KV-cache", "grouped-query-attention"), ("gqa", "grouped-query-attention"), ("grouped query attention", "grouped-query-attention"),
    ("rope", "rope"), ("rotary", "rope"), ("rotary embeddings", "rope"), ("bpe", "tokenization"), ("byte pair", "tokenization"), ("tokenizer", "tokenization"),
    ("tokeniser", "tokenization"), ("tokenisers", "tokenization"), ("wordpiece", "tokenization"), ("softmax", "flash-attention"), ("flash attention", "flash-attention"),
    ("normalisation", "rmsnorm"), ("normalization", "rmsnorm"), ("layer norm", "rmsnorm"), ("swiglu", "swiglu"), ("activation functions", "swiglu"),
    ("mixture of experts", "mixture-of-experts"), ("moe", "mixture-of-experts"), ("routers", "mixture-of-experts"), ("lost in the middle", "context-windows"),
    ("context length", "context-windows"), ("context windows", "context-windows"), ("temperature", "the-engine"), ("top-p", "the-engine"), ("causal masks", "self-attention"),
    ("multi-head attention", "self-attention"), ("what is a parameter", "model-sizes"), ("attention.softmax", "self-attention"),
]  # fmt: skip


def test_a_reader_finds_what_they_ask_for_in_their_own_spelling(page):
    page.goto("/")
    page.keyboard.press("/")
    field, wrong = page.get_by_role("textbox", name="Search"), {}
    for words, chapter in ASKED:
        field.press("Control+a")
        field.press("Delete")
        expect(page.locator(".md-search-result__meta")).to_have_text("Type to start searching")
        field.press_sequentially(words)
        # The theme draws what was found for each key: the last has come when its links name what was looked for.
        first = page.locator(".md-search-result__item")
        try:
            expect(first.filter(has=page.locator(f"a[href*='/{chapter}/']")).first).to_be_visible(timeout=5000)
            page.wait_for_timeout(300)
            near = 3 if "." in words else 2  # a name of the library is on many pages
            found = [link.get_attribute("href") for link in page.locator(f".md-search-result__item:nth-child(-n+{near}) > a").all()]
            assert [href for href in found if f"/{chapter}/" in href]
        except AssertionError:
            wrong[words] = page.locator(".md-search-result__item > a").evaluate_all("links => links.slice(0, 4).map(link => link.pathname)")
    assert not wrong


def test_what_is_searched_is_text_and_names_and_no_cell(page):
    index = page.request.get(INDEX).json()["docs"]
    chapter = " ".join(entry["text"] for entry in index if entry["location"].startswith(CHAPTER.strip("/")))
    names = next(entry["names"] for entry in index if entry["location"] == CHAPTER.strip("/") + "/").split()
    assert "softmax" in chapter and "attention.scaled_dot_product" in names
    assert "import numpy" not in chapter and "np." not in chapter


def test_an_excerpt_gives_nothing_away(chromium, origin):
    """No words of the page's own controls, no choice of a question, nothing that follows a prediction."""
    context = chromium.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    index = page.request.get(INDEX).json()["docs"]
    said = {entry["location"]: words(BeautifulSoup(entry["text"], "html.parser").get_text(" ")) for entry in index}
    assert not [
        location
        for location, text in said.items()
        if re.search(r"\bCode\s+Source:|\bSource:|^Code\b|\bCode$|Hint\b|How sure are you", text)
    ]
    hidden = 0
    for url in PAGES:
        page.goto(url)
        text = " ".join(text for location, text in said.items() if location.split("#")[0] == url.lstrip("/"))
        secret = page.locator("details.predict > :not(summary), .quiz-choice, .quiz-feedback, fieldset label").all_text_contents()
        told = [each for each in map(words, secret) if len(each) > 30]
        assert not [each for each in told if each in text], url
        hidden += len(told)
    assert hidden > 200
    context.close()


def words(text: str) -> str:
    return " ".join(text.split())
