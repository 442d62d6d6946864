"""Outputs stay in their cell: hostile ones of every kind, on the built site, with a server on another port that must hear nothing."""

from __future__ import annotations

import difflib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from reader import CHAPTER, cell, run, write

CASES = (Path(__file__).parents[1] / "site" / "output_cases.json").read_text(encoding="utf-8")
FIGURE = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}
MIMES = {
    "html": "text/html",
    "markdown": "text/markdown",
    "latex": "text/latex",
    "svg": "image/svg+xml",
    "figure": "application/vnd.vegalite.v6+json",
    "png": "image/png",
}
# What the page is, without the cell: its elements with their attributes, its own properties of document and window, what it keeps.
AROUND = """() => {
  const cell = document.querySelector("live-cell[data-index='0']");
  const shown = (element) => {
    if (element === cell) return "<cell>";
    const themes = element.closest(".md-sidebar"); // as tall as scrolling leaves room for
    const attributes = [...element.attributes].filter(({ name, value }) => name !== "style" || (value && !themes)).map(({ name, value }) => `${name}=${value.replace(" md-header__title--active", "")}`).join(" ");
    return [`<${element.localName} ${attributes}>`, ...[...element.childNodes].flatMap((node) => node.nodeType === 1 ? shown(node) : node.nodeType === 3 ? node.data : [])];
  };
  const ids = [...document.querySelectorAll("[id]")].filter((e) => !cell.contains(e)).map((e) => e.id);
  return {
    page: shown(document.documentElement), ids, title: document.title, hacked: typeof window.hacked, polluted: typeof {}.polluted,
    focused: cell.querySelector(".live-output").contains(document.activeElement), address: location.href,
    named: Object.getOwnPropertyNames(window).filter((name) => window[name] instanceof Element).length,
    kept: JSON.stringify(Object.entries(localStorage).filter(([key]) => !key.includes(":cell:"))),
    alive: cell.querySelectorAll(".live-output :is(live-cell, quiz-form, script, style, iframe, form, input:not(.vega-bind input))").length,
  };
}"""
# Points all over the window: none outside the output may belong to it. The page is turned so that the output is in sight.
OUTSIDE = """() => {
  const output = document.querySelector("live-cell[data-index='0'] .live-output");
  output.scrollIntoView({ block: "center" });
  const box = output.getBoundingClientRect(), found = [];
  for (let x = 4; x < innerWidth; x += 16) for (let y = 4; y < innerHeight; y += 24) {
    const inside = x >= box.left - 5 && x <= box.right + 5 && y >= box.top - 5 && y <= box.bottom + 5;
    const hits = document.elementsFromPoint(x, y).filter((element) => output.contains(element));
    if (hits.length && !inside) found.push([x, y, hits[0].outerHTML.slice(0, 80)]);
  }
  return { found, width: document.documentElement.scrollWidth - document.documentElement.clientWidth };
}"""


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", heard
    server.shutdown()


SHOW = """import json
class Shown:
    def __init__(self, bundle): self.bundle = bundle
    def _repr_mimebundle_(self, include=None, exclude=None): return self.bundle.get("data", self.bundle), self.bundle.get("metadata", {{}})
for bundle in json.loads({!r}):
    display(Shown(bundle))
"""
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CALM = [
    {"text/html": "<p>calm</p>"},
    {"text/markdown": "calm"},
    {"text/latex": "$x$"},
    {"image/svg+xml": "<svg viewBox='0 0 1 1'><rect width='1' height='1'/></svg>"},
    {MIMES["figure"]: FIGURE},
]


def shown(page, bundles: list[dict], more: str = "", state: str = "done") -> None:
    """Run a cell that displays each of them, and then does more."""
    first = cell(page)
    write(first, SHOW.format(json.dumps(bundles)) + more)
    run(first, state)


def made(host: str) -> list[dict]:
    """Every hostile output: of the table, and pictures whose metadata is none."""
    cases = json.loads(CASES.replace("HOST", host))
    bundles = [{MIMES[kind]: each} for kind in ("html", "markdown", "latex") for each in cases[kind]]
    bundles += [{MIMES["svg"]: each} for each in cases["html"] if each.startswith("<svg")]
    bundles += [{MIMES["figure"]: FIGURE | part} for _, part in cases["figures"]["refused"]]
    bundles += [{MIMES["figure"]: FIGURE | part} for part in cases["figures"]["drawn"]]
    for metadata in (
        {"width": 10**6, "height": 10**5, "alt": "<b onclick=x>"},
        {"width": "9e9", "alt": ["x"]},
        {"image/png": {"alt": 'x" onload="y'}},
    ):
        bundles.append({"data": {"image/png": PNG}, "metadata": metadata})
    bundles.append({"image/png": f'AAAA" src="{host}/90'})
    return bundles


def looked_at(page, calm: dict) -> list[str]:
    """What is otherwise than it was, outside the output."""
    around, outside = page.evaluate(AROUND), page.evaluate(OUTSIDE)
    found = [f"{name}: {around[name]!r:.300}" for name in calm if name != "page" and around[name] != calm[name]]
    found += [line[:300] for line in difflib.unified_diff(calm["page"], around["page"], n=0)]
    return found + ([f"painted outside: {outside}"] if outside["found"] or outside["width"] > 0 else [])


def test_no_hostile_output_leaves_its_box(context, page):
    with listening() as (host, heard):
        page.goto(CHAPTER)
        shown(page, CALM)
        kinds = cell(page).locator(".live-output > .live-out").evaluate_all("all => all.map((each) => each.dataset.kind)")
        assert kinds == ["html", "markdown", "latex", "svg", "vega"]
        page.evaluate("scrollTo(0, 0)")
        calm, header = page.evaluate(AROUND), page.locator(".md-header").screenshot()
        escaped, bundles = [], made(host)
        for start in range(0, len(bundles), 24):
            some = bundles[start : start + 24]
            shown(page, some)
            assert cell(page).locator(".live-out").count() >= len(some)
            if found := looked_at(page, calm):
                escaped += [f"outputs {start} to {start + len(some) - 1}", *found]
        streams = json.loads(CASES.replace("HOST", host))["streams"]
        shown(
            page,
            [],
            f"for text in json.loads({json.dumps(streams)!r}): print(text)\nraise ValueError(text + '<img src=x onerror=\"window.hacked=1\">')",
            "error",
        )
        escaped += looked_at(page, calm)
        page.wait_for_timeout(500)
        assert not escaped, "\n".join(escaped)
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(500)
        assert page.locator(".md-header").screenshot() == header
        assert not heard and not [url for url in context.requested if url.startswith(host)]


def test_a_figure_says_what_is_below_the_pointer_in_its_own_box(page):
    """As text, however long it is and whatever it looks like."""
    page.goto(CHAPTER)
    said = "'<img src=/x onerror=\"window.hacked=1\"> ' + join(sequence(2000), ' ')"
    spec = {"data": {"values": [{"a": 1}]}, "mark": {"type": "rect", "tooltip": {"expr": said}, "width": 200, "height": 40}}
    shown(page, [{MIMES["figure"]: spec}])
    page.evaluate(OUTSIDE)
    cell(page).locator(".live-figure svg").hover()
    hint = cell(page).locator(".live-pointed")
    hint.wait_for()
    assert hint.inner_text().startswith("<img src=/x") and len(hint.inner_text()) <= 1000
    assert page.evaluate(OUTSIDE)["found"] == [] and page.evaluate("typeof window.hacked") == "undefined"
    page.mouse.move(5, 5)
    hint.wait_for(state="hidden")


def test_a_figure_still_answers_to_its_own_control(page):
    page.goto(CHAPTER)
    bind = {"input": "select", "options": [1, 2], "name": "which "}
    params = [{"name": "which", "value": 1, "bind": bind}]
    shown(
        page,
        [
            {
                MIMES["figure"]: {
                    "data": {"values": [{"a": 1}]},
                    "params": params,
                    "mark": {"type": "text", "text": {"expr": "'chosen ' + which"}},
                }
            }
        ],
    )
    figure = cell(page).locator("figure")
    assert "chosen 1" in figure.locator("svg").text_content()
    figure.get_by_label("which").select_option("2")
    figure.locator("svg", has_text="chosen 2").wait_for()


def test_a_link_of_an_output_shows_where_it_leads(page):
    page.goto(CHAPTER)
    shown(page, [{"text/html": "<a href='https://example.org/a'>my bank</a> <a href='#x'>here</a><p id=x>there</p>"}])
    far, near = cell(page).locator(".live-out a").all()
    assert (
        far.evaluate("a => getComputedStyle(a, '::after').content") == '" (" "https://example.org/a" ")"'
        or far.evaluate("a => getComputedStyle(a, '::after').content") == '" (https://example.org/a)"'
    )
    assert far.get_attribute("rel") == "noopener"
    assert near.get_attribute("href") == "#" + cell(page).locator(".live-out p").get_attribute("id")
