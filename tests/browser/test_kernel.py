"""The kernel in a real browser: what a cell may do to it, and what it owes the reader all the same."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import kernel_site

RUNTIME = kernel_site.RUNTIME
STUBBORN = "def count():\n    for x in range(10**12): pass\nwhile True:\n    try: count()\n    except BaseException: pass"
ENDLESS_PRINT = "while True: print('x' * 60)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return kernel_site.make(tmp_path_factory.mktemp("kernel"))


@pytest.fixture(scope="module")
def isolated_server(folder):
    with kernel_site.serve(folder, isolated=True) as server:
        yield server


@pytest.fixture(scope="module")
def plain_server(folder):
    with kernel_site.serve(folder, isolated=False) as server:
        yield server


@pytest.fixture(scope="module", params=["isolated", "not isolated"])
def shared_page(request, chromium, isolated_server, plain_server):
    """One tab per kind of server: most tests can share a started Python."""
    server = isolated_server if request.param == "isolated" else plain_server
    context, page = opened(chromium, server)
    page.isolated = request.param == "isolated"
    assert page.evaluate("start()") == "ready"
    yield page
    context.close()


@pytest.fixture
def fresh(chromium, folder):
    """A server and an empty profile for one test."""
    with kernel_site.serve(folder) as server:
        context, page = opened(chromium, server)
        page.server = server
        yield page
        context.close()


def opened(chromium, server):
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    return context, visit(context, server)


def visit(context, server):
    page = context.new_page()
    page.goto(server.origin + "/index.html")
    page.wait_for_function("typeof run === 'function'")
    return page


def run(tab, code, **options):
    return tab.evaluate("([code, options]) => run(code, options)", [code, options])


def stop_after(tab, code, delay=400, **options):
    return tab.evaluate("([code, delay, options]) => stopAfter(code, delay, options)", [code, delay, options])


def text(done):
    """What a cell printed or showed as text."""
    parts = [o["text"] if o["output_type"] == "stream" else o.get("data", {}).get("text/plain", "") for o in done["outputs"]]
    return "".join(parts)


def error(done):
    return next(o for o in done["outputs"] if o["output_type"] == "error")


# Running


def test_cells_share_names_and_show_their_last_value(shared_page):
    assert run(shared_page, "import numpy as np\nx = np.arange(3)")["outputs"] == []
    done = run(shared_page, "print('sum', x.sum())\nx * 2")
    assert [o["output_type"] for o in done["outputs"]] == ["stream", "execute_result"]
    assert text(done) == "sum 3\narray([0, 2, 4])"
    assert (done["status"], done["restarted"]) == ("ok", False)


def test_numpy_is_whole_where_it_matters(shared_page):
    code = "import numpy as np\nround(float(np.linalg.det(np.eye(3)) + np.fft.fft([1, 1])[0].real + np.random.default_rng(0).random()), 4)"
    assert text(run(shared_page, code)) == "3.637"


def test_the_cell_awaits_at_top_level(shared_page):
    done = run(shared_page, "import asyncio\nprint('a')\nawait asyncio.sleep(0.2)\nprint('b')\nawait asyncio.sleep(0, 'c')")
    assert text(done) == "a\nb\n'c'"
    assert done["took"] - done["messages"][0] > 100, "'a' should come before the sleep is over"


def test_what_is_printed_comes_while_the_cell_computes(shared_page):
    done = run(
        shared_page, "import time\nend = time.time() + 0.6\nprint('first')\nprint('second')\nwhile time.time() < end: pass\nprint('last')"
    )
    assert text(done) == "first\nsecond\nlast\n"
    assert done["took"] - done["messages"][1] > 100, "both lines should come while the loop runs"


def test_what_is_printed_comes_while_the_cell_sleeps(shared_page):
    done = run(shared_page, "import time\nprint('before', end='')\ntime.sleep(0.5)\nprint('after')")
    assert done["took"] - done["messages"][0] > 200 and text(done) == "beforeafter\n"


def test_an_error_names_the_readers_line(shared_page):
    failed = error(run(shared_page, "def f():\n    return 1 / 0\n\nf()", cell="broken"))
    assert (failed["ename"], failed["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert [(f["kind"], f["cell"], f["line"]) for f in failed["frames"]] == [("cell", "broken", 4), ("cell", "broken", 2)]
    assert "kernel" not in "\n".join(failed["traceback"])


def test_frames_of_the_library_and_the_runtime_are_told_apart(shared_page):
    failed = error(run(shared_page, "from engineroom import attention\nattention.softmax('no array')"))
    assert [f["kind"] for f in failed["frames"]][:2] == ["cell", "library"]
    failed = error(run(shared_page, "import json\njson.loads('{')"))
    assert [f["kind"] for f in failed["frames"]] == ["cell", "runtime", "runtime", "runtime"]


def test_used_library_functions_are_named(shared_page):
    done = run(shared_page, "from engineroom import attention\nattention.softmax")
    assert [(u["name"], u["path"]) for u in done["used"]] == [("attention.softmax", "engineroom/attention.py")]


def test_completion_knows_names_and_signatures(shared_page):
    run(shared_page, "from engineroom import attention\nweights_of_mine = 1")
    complete = "([code]) => python.complete('page/', code, code.length)"
    found = shared_page.evaluate(complete, ["attention.soft"])
    assert found[0]["label"] == "softmax" and found[0]["detail"].startswith("(x") and found[0]["from"] == len("attention.")
    assert shared_page.evaluate(complete, ["weights_of"])[0]["label"] == "weights_of_mine"


def test_runs_wait_for_each_other(shared_page):
    both = "() => Promise.all([run('import time; time.sleep(0.2); print(1)'), run('print(2)')])"
    first, second = shared_page.evaluate(both)
    assert text(first) == "1\n" and text(second) == "2\n" and second["took"] > 180


def test_a_page_has_a_namespace_of_its_own_and_keeps_it(shared_page):
    run(shared_page, "secret = 1", page="one/")
    one = shared_page.evaluate("python.session('one/')")
    assert error(run(shared_page, "secret", page="two/"))["ename"] == "NameError"
    assert text(run(shared_page, "secret", page="one/")) == "1"
    assert shared_page.evaluate("python.session('one/')") == one


def test_of_many_pages_the_last_are_kept(shared_page):
    first = shared_page.evaluate("log.sessions.length")
    for number in range(12):
        run(shared_page, f"own = {number}", page=f"{number}/")
    gone = shared_page.evaluate("first => log.sessions.slice(first)", first)
    assert "0/" in gone and "11/" not in gone and not shared_page.evaluate("python.holds('0/')")
    assert error(run(shared_page, "own", page="0/"))["ename"] == "NameError"
    assert text(run(shared_page, "own", page="11/")) == "11"


def test_pages_that_hold_much_are_let_go_for_others(shared_page):
    first = shared_page.evaluate("log.sessions.length")
    run(shared_page, "import numpy as np\nbig = np.ones(70_000_000)", page="big/")
    assert text(run(shared_page, "big.size", page="big/")) == "70000000"
    run(shared_page, "import numpy as np\nmore = np.ones(70_000_000)", page="more/")
    assert "big/" in shared_page.evaluate("first => log.sessions.slice(first)", first)
    assert text(run(shared_page, "more.size", page="more/")) == "70000000"
    run(shared_page, "del more", page="more/")
    run(shared_page, "small = 1", page="small/")
    assert shared_page.evaluate("python.holds('more/')"), "the memory was used, and is free again"


AROUND = """import ctypes, os, sys
print('print')
os.write(1, 'os.write é\\n'.encode())
print('__stdout__', file=sys.__stdout__)
print('print again', end='|')
os.write(sys.stdout.fileno(), b'fileno\\n')
ctypes.CDLL(None).puts(b'C')
os.write(2, b'wrong'); print(' again', file=sys.__stderr__)"""


def test_what_goes_around_print_comes_in_its_place(shared_page):
    outputs = run(shared_page, AROUND)["outputs"]
    told = {name: "".join(o["text"] for o in outputs if o.get("name") == name) for name in ("stdout", "stderr")}
    assert told == {"stdout": "print\nos.write é\n__stdout__\nprint again|fileno\nC\n", "stderr": "wrong again\n"}


def test_causes_notes_and_groups_are_told(shared_page):
    failed = error(
        run(
            shared_page,
            "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    e.add_note('a note')\n    raise ExceptionGroup('many', [KeyError('k')]) from e",
        )
    )
    for part in (
        "ZeroDivisionError: division by zero",
        "a note",
        "direct cause",
        "ExceptionGroup: many (1 sub-exception)",
        "KeyError: 'k'",
    ):
        assert part in failed["own"]


DEEP = "import sys\nsys.setrecursionlimit(10**6)\n"


@pytest.mark.parametrize("code", [
    "def f(n): return f(n + 1)\nf(0)",
    "def f(n): return g(n)\ndef g(n): return f(n + 1)\nf(0)",
    "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
    "def f(x): return sorted([1, 2], key=f)\nf(0)",
])  # fmt: skip
def test_recursion_without_a_limit_ends_in_an_answer(fresh, code):
    assert fresh.evaluate("start()") == "ready"
    done = run(fresh, DEEP + code)
    print(done["took"], done["status"], done["restarted"], [o.get("own", "")[:600] for o in done["outputs"]])
    assert done["took"] < 60_000
    failed = error(done)
    assert failed["ename"] in ("RecursionError", "MemoryError", "KernelDied") and len(failed["own"]) < 5_000
    assert text(run(fresh, "1 + 1")) == "2"


# Output without end


def test_5000_lines_come_in_few_messages(shared_page):
    done = run(shared_page, "for i in range(5000): print(i)")
    assert text(done) == "".join(f"{i}\n" for i in range(5000))
    assert len(done["messages"]) <= done["took"] / 30 + 2


def test_an_endless_print_freezes_nothing_and_stops(shared_page):
    done, freeze = shared_page.evaluate(
        f"""async () => {{
            let done;
            const freeze = await longestFreeze(async () => {{ done = (await stopAfter({ENDLESS_PRINT!r}, 1500)).done; }});
            return [done, freeze];
        }}"""
    )
    assert done["status"] == "stopped"
    assert 1_000_000 < len(text(done)) < 1_001_000 and "Output limit" in text(done)
    assert freeze < 2000, "the page could not answer"


@pytest.mark.parametrize("code", ["'x' * 100_000_000", "print('x' * 100_000_000)", "display('x' * 100_000_000)"])
def test_a_hundred_megabytes_are_cut(shared_page, code):
    done = run(shared_page, code)
    assert 1_000_000 < len(text(done)) < 1_001_000 and "Output limit" in text(done)
    assert done["status"] == "ok"


def test_figures_have_a_limit_too(shared_page):
    done = run(shared_page, "display({'text/html': 'y' * 21_000_000}, raw=True)\ndisplay({'text/html': 'small'}, raw=True)")
    assert "Output limit" in text(done) and sum(len(o["data"].get("text/html", "")) for o in done["outputs"]) < 21_000_000


# Stopping


def test_stop_ends_an_endless_loop(shared_page):
    run(shared_page, "kept = 42")
    stopped = stop_after(shared_page, "while True: pass")
    assert stopped["done"]["status"] == "stopped" and error(stopped["done"])["evalue"] == "Stopped"
    assert stopped["restarted"] is not shared_page.isolated
    after = run(shared_page, "kept")
    assert text(after) == "42" if shared_page.isolated else error(after)["ename"] == "NameError"


def test_stop_ends_a_loop_that_swallows_the_interrupt(shared_page):
    stopped = stop_after(shared_page, STUBBORN)
    assert stopped["restarted"] and stopped["done"]["restarted"] and stopped["done"]["status"] == "stopped"
    assert text(run(shared_page, "1 + 1")) == "2"


@pytest.mark.parametrize("code", ["await asyncio.sleep(60)", "await asyncio.gather(*(asyncio.sleep(60) for _ in range(3)))"])
def test_stop_ends_an_await_and_keeps_the_session(shared_page, code):
    run(shared_page, "import asyncio\nkept = 43")
    stopped = stop_after(shared_page, code)
    assert stopped["done"]["status"] == "stopped" and not stopped["restarted"]
    assert text(run(shared_page, "kept")) == "43"


@pytest.fixture
def loaded():
    """A machine with three times as much to do as it has processors."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * os.cpu_count())]
    yield
    for process in busy:
        process.kill()
        process.wait()


def test_stop_keeps_the_session_on_a_loaded_machine(shared_page, loaded):
    run(shared_page, "import asyncio\nkept = 44")
    for _ in range(5):
        stopped = stop_after(shared_page, "await asyncio.gather(*(asyncio.sleep(60) for _ in range(3)))", 50)
        assert stopped["done"]["status"] == "stopped" and not stopped["restarted"]
    assert text(run(shared_page, "kept")) == "44"


def test_stop_ends_an_await_that_swallows_the_stop(shared_page):
    swallow = "import asyncio\nwhile True:\n    try: await asyncio.sleep(60)\n    except BaseException: pass"
    stopped = stop_after(shared_page, swallow)
    assert stopped["done"]["status"] == "stopped" and stopped["restarted"]
    assert text(run(shared_page, "1 + 1")) == "2"


def test_an_await_that_cleans_up_for_a_while_keeps_the_session(shared_page):
    run(shared_page, "import asyncio\nkept = 47")
    stopped = stop_after(shared_page, "try: await asyncio.sleep(60)\nfinally: await asyncio.sleep(0.3)")
    assert stopped["done"]["status"] == "stopped" and not stopped["restarted"]
    assert text(run(shared_page, "kept")) == "47"


def test_stop_ends_a_sleep(shared_page):
    stopped = stop_after(shared_page, "import time; time.sleep(60)")
    assert stopped["done"]["status"] == "stopped" and stopped["restarted"] is not shared_page.isolated


def test_stop_forgets_what_waits(shared_page):
    first, second = shared_page.evaluate(
        """async () => {
            const both = Promise.all([run("import asyncio; await asyncio.sleep(60)"), run("print('never')")]);
            await new Promise((resolve) => setTimeout(resolve, 300));
            await python.stop();
            return both;
        }"""
    )
    assert first["status"] == second["status"] == "stopped" and second["outputs"] == []


def test_stop_without_anything_to_stop(shared_page):
    run(shared_page, "kept = 44")
    assert shared_page.evaluate("python.stop()") == {"restarted": False}
    assert text(run(shared_page, "kept")) == "44"


def test_going_to_another_page_ends_what_runs(shared_page):
    both = "() => { const one = run('while True: pass', {page: 'one/'}); return Promise.all([one, run('7', {page: 'two/'})]); }"
    first, second = shared_page.evaluate(both)
    assert first["status"] == "stopped" and text(second) == "7"


# Questions


def test_input_waits_for_the_answer(shared_page):
    done = run(shared_page, "name = input('Name? ')\nprint('Hello', name)", answers=["Ada Ł"])
    assert text(done) == "Name? Ada Ł\nHello Ada Ł\n"
    assert shared_page.evaluate("log.questions.at(-1)") == ["Name? ", False]


def test_getpass_shows_nothing(shared_page):
    done = run(shared_page, "import getpass\nprint(len(getpass.getpass()))", answers=["secret"])
    assert text(done) == "6\n" and shared_page.evaluate("log.questions.at(-1)") == ["Password: ", True]


def test_input_in_a_function_and_twice(shared_page):
    done = run(shared_page, "def ask(): return int(input())\nask() + ask()", answers=["1", "2"])
    assert text(done).endswith("3")


def test_stop_ends_a_question(shared_page):
    run(shared_page, "kept = 45")
    stopped = stop_after(shared_page, "input('?')", answers=[None])
    assert stopped["done"]["status"] == "stopped" and not stopped["restarted"]
    assert text(run(shared_page, "kept")) == "45"


def test_without_anyone_to_ask_input_says_so(shared_page):
    assert error(run(shared_page, "input()"))["ename"] in ("EOFError", "KeyboardInterrupt")


# Dying


@pytest.mark.parametrize("code", ["import os\nos.abort()", "import ctypes\nctypes.CFUNCTYPE(None)(123456789)()"])
def test_a_dead_interpreter_says_so_and_comes_back(shared_page, code):
    run(shared_page, "kept = 46")
    done = run(shared_page, code)
    assert (done["status"], done["restarted"]) == ("died", True)
    assert error(done)["ename"] == "KernelDied" and shared_page.evaluate("python.state") == "dead"
    assert error(run(shared_page, "kept"))["ename"] == "NameError"
    assert text(run(shared_page, "1 + 1")) == "2"


def test_too_much_memory_is_an_error_or_a_death_but_never_the_end(shared_page):
    done = run(shared_page, "hoard = [bytearray(1 << 28) for _ in range(64)]")
    assert done["status"] in ("error", "died")
    assert text(run(shared_page, "1 + 1")) == "2"


# Loading


def test_progress_counts_bytes_up_to_their_total(fresh):
    assert fresh.evaluate("start()") == "ready"
    progress = fresh.evaluate("log.progress")
    loaded = [step["loaded"] for step in progress]
    assert loaded == sorted(loaded) and progress[-1]["loaded"] == progress[-1]["total"] > 10_000_000
    assert fresh.evaluate("log.states") == ["loading", "ready"]
    assert all(path.startswith(("index.html", "page.js", "worker.js", RUNTIME, "favicon")) for path in fresh.server.asked)


@pytest.mark.parametrize("file", ["boot.json", "pyodide.asm.wasm", "pyodide.asm.js", "fast/stdlib.zip", "fast/numpy.tar.gz"])
def test_a_failed_download_is_named_and_can_be_retried(fresh, file):
    fresh.server.missing = {f"{RUNTIME}/{file}"}
    failure = fresh.evaluate("start()")
    assert '"kind":"download"' in failure and f'"file":"{file}"' in failure and "Check the connection" in failure
    assert fresh.evaluate("run('1').catch((error) => error.kind)") == "download"
    fresh.server.missing = set()
    assert text(run(fresh, "1 + 1")) == "2"


def test_a_file_cut_short_is_a_failed_download(fresh):
    fresh.server.spoilt = {f"{RUNTIME}/fast/numpy.tar.gz": b"\0" * 1024}
    assert '"file":"fast/numpy.tar.gz"' in fresh.evaluate("start()")


def test_a_missing_worker_script_is_a_failed_download(fresh):
    fresh.server.missing = {"worker.js"}
    assert '"kind":"download"' in fresh.evaluate("start()")
    fresh.server.missing = set()
    assert fresh.evaluate("start()") == "ready"


def test_a_spoilt_fast_way_falls_back_on_the_plain_one(fresh):
    size = fresh.evaluate("async () => (await (await fetch('assets/runtime/kernel/boot.json')).json()).files['fast/numpy.tar.gz'].bytes")
    fresh.server.spoilt = {f"{RUNTIME}/fast/numpy.tar.gz": b"\0" * size}
    assert text(run(fresh, "import numpy, engineroom\nnumpy.arange(2)")) == "array([0, 1])"
    assert fresh.evaluate("log.started")[0]["way"] == "plain"


SNAPSHOT = """async (change) => {
    const cache = await caches.open('engineroom-snapshot');
    for (const request of await cache.keys()) {
        const old = await cache.match(request);
        await cache.put(request, new Response(change(await old.arrayBuffer()), {headers: old.headers}));
    }
}"""


def kept_snapshot(page):
    page.evaluate(
        """async () => {
            while (!(await caches.match('assets/runtime/kernel/snapshot'))) await new Promise((resolve) => setTimeout(resolve, 50));
        }"""
    )


def test_the_second_visit_starts_from_a_snapshot_with_new_random_numbers(fresh):
    dice = "import random, numpy, uuid\n(random.random(), float(numpy.random.random()), uuid.uuid4().hex)"
    seen = [text(run(fresh, dice))]
    assert fresh.evaluate("log.started")[0]["way"] == "fast"
    kept_snapshot(fresh)
    for _ in range(2):
        page = visit(fresh.context, fresh.server)
        seen.append(text(run(page, dice)))
        assert page.evaluate("log.started")[0]["way"] == "snapshot"
        page.close()
    for values in zip(*(eval(line) for line in seen), strict=True):
        assert len(set(values)) == 3, f"a generator repeats itself: {values}"


@pytest.mark.parametrize("change", ["() => new ArrayBuffer(1000)", "(bytes) => new Uint8Array(bytes).fill(7, 5e6).buffer"])
def test_a_spoilt_snapshot_is_thrown_away(fresh, change):
    run(fresh, "1")
    kept_snapshot(fresh)
    fresh.evaluate(f"({SNAPSHOT})({change})")
    page = visit(fresh.context, fresh.server)
    assert text(run(page, "import numpy\nint(numpy.arange(4).sum())")) == "6"
    assert page.evaluate("log.started")[0]["way"] in ("fast", "plain")
