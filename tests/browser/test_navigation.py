"""From page to page without a reload: nothing left behind, nowhere but where the link leads, and back to where the reader was."""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from reader import ASSESSMENT, CHAPTER, PROGRESS, addresses, cell, run, violations

LINKED = "/sources/#vaswani-2017"
WAY = [CHAPTER, "/sources/", "/", ASSESSMENT, PROGRESS]

# Follows a link as a click does, wherever it stands and whether or not a menu covers it.
FOLLOW = """path => {
    const link = [...document.querySelectorAll("a[href]")].find(link => new URL(link.href).pathname === path && !new URL(link.href).hash);
    link.click();
}"""


def follow(page, path):
    page.evaluate(FOLLOW, path)
    page.wait_for_url(f"**{path}")
    page.wait_for_load_state("networkidle")


def counted(devtools):
    """Documents, nodes and listeners that are alive after what can go has gone."""
    least = None
    for _ in range(6):
        devtools.send("HeapProfiler.collectGarbage")
        now = devtools.send("Memory.getDOMCounters")
        least = now if least is None else {name: min(least[name], now[name]) for name in now}
    return least


def test_twenty_pages_leave_nothing_behind(page):
    devtools = page.context.new_cdp_session(page)
    page.goto(WAY[-1])
    page.evaluate("window.stayed = true")
    rounds = []
    for _ in range(5):
        for path in WAY:
            follow(page, path)
        rounds.append(counted(devtools))
    assert page.evaluate("window.stayed")
    first, last = (
        rounds[0],
        {name: min(count[name] for count in rounds[2:]) for name in rounds[0]},
    )  # what is kept, is there in every later round
    assert last["documents"] <= first["documents"], rounds
    assert last["nodes"] <= 1.02 * first["nodes"] and last["jsEventListeners"] <= 1.02 * first["jsEventListeners"], rounds


LINKS = """[...document.querySelectorAll("article a[href], .md-sidebar a[href], .md-footer a[href]")].filter(
    link => link.origin === location.origin && link.pathname.endsWith("/") && !link.closest("live-cell"))"""


@pytest.mark.parametrize("seed", range(4))
def test_a_link_leads_where_it_says_however_the_page_moves(page, seed):
    """Scrolling, and a click at some moment of it; what the scroll leaves to do falls before, into and after the change of page."""
    chance = random.Random(seed)
    for _ in range(6):
        page.goto("/chapters/the-engine/" if chance.random() < 0.5 else CHAPTER)
        start, y = urlsplit(page.url).path, chance.randrange(200, 3000)
        links = page.evaluate_handle(LINKS)
        link = links.evaluate_handle("(links, i) => links[i % links.length]", chance.randrange(10_000)).as_element()
        # In the page: a command to it may take longer than the moments at stake.
        href = link.evaluate(
            """async (link, [y, wait, again]) => {
            const rest = ms => ms && new Promise(done => setTimeout(done, ms));
            scrollTo({top: y, behavior: "instant"});
            await rest(wait);
            scrollBy({top: 90, behavior: "instant"});
            await rest(again);
            window.left = scrollY;
            window.shows = link.getClientRects().length > 0 && link.checkVisibility();
            link.click();
            return link.href;
        }""",
            [y, chance.choice([0, 60, 120, 260, 400]), chance.choice([0, 5, 20, 60, 95, 105, 120, 240, 255, 300])],
        )
        arrived(page, href)
        inside = urlsplit(href).path == start
        was, shows = page.evaluate("[window.left, window.shows]")
        page.wait_for_timeout(chance.choice([0, 30, 110, 260]))
        page.evaluate(f"scrollBy(0, {chance.randrange(50, 300)})")
        page.go_back()
        page.wait_for_url(lambda url: urlsplit(url).path == start)
        page.locator("h1").wait_for()
        page.wait_for_function("y => Math.abs(scrollY - y) < 3", arg=was)
        if not inside and shows:
            page.wait_for_function("() => document.activeElement !== document.body")
            assert page.evaluate("document.activeElement.href") == href, href
        page.go_forward()
        page.wait_for_url(lambda url: urlsplit(url).path == urlsplit(href).path)


def arrived(page, href):
    path, hash = urlsplit(href).path, urlsplit(href).fragment
    page.wait_for_function("path => location.pathname === path && document.querySelector('link[rel=canonical], h1') !== null", arg=path)
    if hash:
        target = page.locator(f"[id='{hash}']")
        expect(target).to_be_in_viewport()
        assert page.evaluate("id => document.querySelector(':target')?.id === id", hash)
        page.wait_for_timeout(300)
        assert page.evaluate("decodeURIComponent(location.hash.slice(1))") == hash
    else:
        page.wait_for_function("() => scrollY === 0")
        page.wait_for_timeout(300)
        assert page.evaluate("location.hash") == ""


@pytest.mark.parametrize("after", [0, 40, 80, 99, 101, 119, 200, 249, 251, 300])
def test_a_source_is_found_while_the_page_moves(page, after):
    page.goto("/")
    page.evaluate(
        """async ([href, after]) => {
        const link = document.querySelector("article").appendChild(Object.assign(document.createElement("a"), {href}));
        scrollTo({top: 400, behavior: "instant"});
        await new Promise(done => setTimeout(done, after));
        link.click();
    }""",
        [LINKED, after],
    )
    arrived(page, LINKED)


def test_the_page_is_all_of_the_next_one(page):
    page.goto(CHAPTER)
    follow(page, "/sources/")
    assert page.title().startswith("Sources")
    active = page.locator(".md-nav--primary a.md-nav__link--active:visible").first
    expect(active).to_contain_text("Sources")
    expect(page.locator("[data-md-component=header-topic]")).to_contain_text("Sources")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert urlsplit(page.locator(".md-header .md-logo").evaluate("logo => logo.href")).path == "/"
    assert not violations(page)
    whole = page.evaluate(SHAPE)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHAPE) == whole


SHAPE = """[...document.querySelectorAll("a[href], link[rel=prev], link[rel=next], meta[name=description], h1, h2")].map(
    e => `${e.tagName} ${e.href ?? e.content ?? e.textContent} ${e.href ? e.className : ""}`).sort()"""


def test_a_heading_is_marked_as_the_reader_comes_to_it(page):
    page.goto("/sources/")
    follow(page, CHAPTER)
    heading = page.locator("article h2[id]").nth(2)
    heading.evaluate("h => scrollTo({top: h.getBoundingClientRect().top + scrollY - 60, behavior: 'instant'})")
    hash = "#" + heading.get_attribute("id")
    expect(page.locator(f".md-nav--secondary a[href='{hash}']")).to_have_class("md-nav__link md-nav__link--passed md-nav__link--active")
    page.wait_for_function("hash => location.hash === hash", arg=hash)
    expect(page.locator(".md-header__title")).to_have_class("md-header__title md-header__title--active")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.wait_for_function("() => location.hash === ''")
    expect(page.locator(".md-header__title")).to_have_class("md-header__title")


def test_the_keys_for_the_next_page_keep_python(page):
    page.goto(CHAPTER)
    page.evaluate("window.stayed = true")
    page.keyboard.press("n")
    page.wait_for_url("**/tokenization/")
    page.keyboard.press("p")
    page.wait_for_url(f"**{CHAPTER}")
    run(cell(page))
    assert page.evaluate("window.stayed")


def test_a_page_of_another_build_is_loaded_whole(page):
    page.goto(CHAPTER)
    page.evaluate("window.stayed = true")
    page.route(
        "**/sources/",
        lambda route: route.fulfill(
            response=(got := route.fetch()), body=got.text().replace("assets/client/", "assets/../assets/client/x/../other-")
        ),
    )
    page.evaluate(FOLLOW, "/sources/")
    page.wait_for_url("**/sources/")
    page.wait_for_function("() => window.stayed === undefined")


def test_a_slow_page_says_so_and_the_last_link_wins(page):
    page.goto(CHAPTER)
    waiting = []
    page.route("**/sources/", lambda route: waiting.append(route))
    page.evaluate(FOLLOW, "/sources/")
    expect(page.get_by_role("status").filter(has_text="Loading the page")).to_be_visible()
    assert urlsplit(page.url).path == CHAPTER
    follow_at = "/chapters/rope/"
    page.evaluate(FOLLOW, follow_at)
    page.wait_for_url(f"**{follow_at}")
    for route in waiting:
        route.abort()
    expect(page.locator(".page-wait")).to_have_text("")
    assert urlsplit(page.url).path == follow_at


def test_reading_on_while_the_page_before_is_on_its_way_leaves_its_address_alone(page):
    page.goto("/sources/")
    follow(page, CHAPTER)
    held = []
    page.route("**/sources/", lambda route: held.append(route))
    page.evaluate("history.back()")
    page.wait_for_url("**/sources/")
    page.locator("article h2[id]").nth(2).evaluate(
        "h => scrollTo({top: h.getBoundingClientRect().top + scrollY - 60, behavior: 'instant'})"
    )
    expect(page.locator(".md-nav--secondary .md-nav__link--active")).to_have_count(1)
    page.wait_for_timeout(400)  # a section that is read for so long stands in the address
    assert urlsplit(page.url).fragment == ""
    for route in held:
        route.continue_()
    page.get_by_role("heading", level=1, name="Sources").wait_for()
    assert urlsplit(page.url).fragment == ""


def test_every_page_can_be_swapped(page):
    """Each has the parts that are put in the place of the last one's."""
    page.goto("/")
    parts = page.evaluate(
        """async paths => Promise.all(paths.map(async path => {
        const next = new DOMParser().parseFromString(await (await fetch(path)).text(), "text/html");
        return ["[data-md-component=skip]", ".md-header .md-logo", "[data-md-component=header-topic]", ".md-sidebar--primary .md-sidebar__inner",
                ".md-content > article", ".md-footer"].map(part => next.querySelectorAll(part).length).join();
    }))""",
        addresses(),
    )
    assert set(parts) == {"1,1,1,1,1,1"}
