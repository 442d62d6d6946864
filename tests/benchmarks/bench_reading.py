"""What reading a chapter costs: bytes moved, time before it can be read, against the same page without scripts or styles."""

from measure import ROOT, chromium, median, report, site

CHAPTER = "/chapters/self-attention/"
RUNS = 5
OBSERVE = """
window.longest = 0;
new PerformanceObserver(list => { for (const task of list.getEntries()) longest = Math.max(longest, task.duration); })
  .observe({type: "longtask", buffered: true});
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"


def visit(browser, origin, bare=False, page_at=CHAPTER):
    """Bytes as sent over the wire, milliseconds to the first text, the longest main-thread task."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    if bare:
        page.route("**/*", lambda route: route.continue_() if route.request.resource_type == "document" else route.abort())
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    sizes, kinds = {}, {}
    devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["response"]["url"]}))
    devtools.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.add_init_script(OBSERVE)
    page.goto(origin + page_at)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    result = sum(sizes.values()), page.evaluate(PAINT), page.evaluate("longest")
    by_file = sorted(((size, kinds.get(id, "?").rsplit("/", 1)[-1]) for id, size in sizes.items()), reverse=True)
    context.close()
    return *result, by_file


with site() as origin, chromium() as browser:
    visit(browser, origin)
    pairs = [(visit(browser, origin), visit(browser, origin, bare=True)) for _ in range(RUNS)]
    full, bare = zip(*pairs)
    heaviest, where = max(
        (visit(browser, origin, page_at=f"/chapters/{source.stem}/")[0], source.stem)
        for source in (ROOT / "docs" / "chapters").glob("*.md")
    )
    print(f"the heaviest chapter: {where}")
    for size, name in full[0][3]:
        print(f"  {size / 1000:8.1f} kB  {name or 'the page'}")
    report(
        "reading",
        bytes_moved=full[0][0],
        share_of_the_350_kB_budget=full[0][0] / 350_000,
        heaviest_chapter_share_of_the_350_kB_budget=heaviest / 350_000,
        first_text_ms=median(f[1] for f in full),
        first_text_against_bare_html=median(f[1] / b[1] for f, b in pairs),
        longest_main_thread_task_ms=median(f[2] for f in full),
    )
