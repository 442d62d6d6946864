"""From the click on Run to the first result, cold and warm, against Pyodide as it comes; then what a started kernel takes.

Both pages come from one server and run in the same minutes, by turns, each in a browser profile of its own: cold is an empty profile,
warm its third visit and later (the second still writes what the browser keeps of compiled code).
"""

import shutil
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from engineroom_site.assets import fetch
from engineroom_site.server import make_server
from engineroom_site.toolchain import browser
from measure import median, report

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import kernel_site

COLD, WARM = 3, 4  # profiles, and warm visits of each
CODE = "import numpy as np\nnp.arange(6).reshape(2, 3) @ np.ones((3, 2))"
LONG_TASKS = """
window.longest = 0;
new PerformanceObserver((list) => { for (const task of list.getEntries()) longest = Math.max(longest, task.duration); })
    .observe({ type: "longtask", buffered: true });
"""
PAGES = {"bare": "bare.html", "ours": "index.html"}


def make(folder):
    kernel_site.make(folder)
    for file in (Path(__file__).parent / "bare_page").iterdir():
        shutil.copy(file, folder)
    bare = folder / "assets" / "runtime" / "bare"
    bare.mkdir()
    pyodide = fetch.directory("pyodide")
    for file in (
        *(pyodide / name for name in ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")),
        fetch.file("numpy-wheel"),
    ):
        shutil.copy(file, bare)


def warm_up(folder, origin):
    """Let the server compress everything once, so that no visit waits for that."""
    for file in (folder / "assets" / "runtime").rglob("*"):
        if file.is_file():
            path = file.relative_to(folder).as_posix()
            urllib.request.urlopen(urllib.request.Request(f"{origin}/{path}", headers={"Accept-Encoding": "gzip"})).read()


def visit(context, origin, kind):
    """The page, and milliseconds from the call to the first result."""
    page = context.new_page()
    page.add_init_script(LONG_TASKS)
    page.goto(f"{origin}/{PAGES[kind]}")
    page.wait_for_function("typeof run === 'function'")
    page.wait_for_timeout(300)
    return page, page.evaluate("(code) => run(code)", CODE)["messages"][0]


def leave(page, kind):
    """Go when the visit's last work, keeping the snapshot, is done."""
    page.wait_for_timeout(1500 if kind == "ours" else 300)
    page.close()


def boots(playwright, origin):
    cold, warm, freezes = ({kind: [] for kind in PAGES} for _ in range(3))
    for _ in range(COLD):
        profiles = {kind: tempfile.mkdtemp(prefix="engineroom-bench-") for kind in PAGES}
        contexts = {
            kind: playwright.chromium.launch_persistent_context(path, executable_path=str(browser.find()), args=browser.FLAGS)
            for kind, path in profiles.items()
        }
        for kind, context in contexts.items():
            page, took = visit(context, origin, kind)
            cold[kind].append(took)
            freezes[kind].append(page.evaluate("longest"))
            leave(page, kind)
        for turn in range(1 + WARM):
            for kind, context in contexts.items():
                page, took = visit(context, origin, kind)
                if turn:
                    warm[kind].append(took)
                leave(page, kind)
        for context in contexts.values():
            context.close()
        for path in profiles.values():
            shutil.rmtree(path, ignore_errors=True)
    return cold, warm, freezes


def started(playwright, origin):
    """What a started kernel takes, in milliseconds."""
    with playwright.chromium.launch(executable_path=str(browser.find()), args=browser.FLAGS) as chromium:
        context = chromium.new_context()
        page, _ = visit(context, origin, "ours")
        page.wait_for_timeout(2000)
        again = [page.evaluate("run('1 + 1')")["took"] for _ in range(20)]
        lines = [page.evaluate("run('for i in range(5000): print(i)')")["took"] for _ in range(5)]
        stop = "stopAfter('while True: pass', 300)"
        heeded = [page.evaluate(stop)["ready"] for _ in range(5)]
        stubborn = "stopAfter('def count():\\n    for x in range(10**12): pass\\nwhile True:\\n    try: count()\\n    except BaseException: pass', 300)"
        replaced = [page.evaluate(stubborn)["ready"] for _ in range(3)]
        longest = page.evaluate("longest")
        context.close()
    return again, lines, heeded, replaced, longest


def main():
    folder = Path(tempfile.mkdtemp(prefix="engineroom-bench-site-"))
    make(folder)
    server, open_server = make_server(folder), make_server(folder, isolated=False)
    for one in (server, open_server):
        threading.Thread(target=one.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    warm_up(folder, origin)
    with sync_playwright() as playwright:
        cold, warm, freezes = boots(playwright, origin)
        again, lines, heeded, replaced, longest = started(playwright, origin)
        _, _, unshared, _, _ = started(playwright, f"http://127.0.0.1:{open_server.server_port}")
    for one in (server, open_server):
        one.shutdown()
    shutil.rmtree(folder, ignore_errors=True)
    report(
        "boot",
        cold_first_result_ms=median(cold["ours"]),
        cold_against_bare=median(cold["ours"]) / median(cold["bare"]),
        warm_first_result_ms=median(warm["ours"]),
        warm_against_bare=median(warm["ours"]) / median(warm["bare"]),
        longest_main_thread_task_while_loading_ms=max(freezes["ours"]),
        longest_main_thread_task_while_running_ms=longest,
        trivial_second_cell_ms=median(again),
        lines_5000_ms=median(lines),
        stop_until_ready_ms=median(heeded),
        stop_until_ready_when_the_cell_resists_ms=median(replaced),
        stop_until_ready_without_isolation_ms=median(unshared),
    )


if __name__ == "__main__":
    main()
