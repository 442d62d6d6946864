"""A model's weights in the page: verified, asked for again after a failure, and kept by the browser."""

from __future__ import annotations

import pytest

import kernel_site
from engineroom_site import pipeline, steps

LOAD = "from engineroom.models import bert\nmodel = await bert.load('all-MiniLM-L6-v2')"
BANK = """ids = [token.id for token in bert.tokens(model, "The bank by the river was steep.")]
round(float(bert.forward(model, ids).attentions[0, 4, 2, 5]), 1)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = kernel_site.make(tmp_path_factory.mktemp("models"))
    (folder / "data").rmdir()
    (folder / "data").symlink_to(pipeline.folder(steps.DATA))
    return folder


@pytest.fixture
def tab(chromium, folder):
    with kernel_site.serve(folder) as server:
        context = chromium.new_context()
        tab = context.new_page()
        tab.server = server
        visit(tab)
        yield tab
        context.close()


def visit(tab):
    tab.goto(tab.server.origin + "/index.html")
    tab.wait_for_function("typeof run === 'function'")


def run(tab, code):
    return tab.evaluate("code => run(code)", code)


def error(done):
    found = next(o for o in done["outputs"] if o["output_type"] == "error")
    return f"{found['ename']}: {found['evalue']}"


def weights(server):
    return sum(path.endswith(".safetensors") for path in server.asked)


def test_weights_are_fetched_once_with_progress_and_kept(tab):
    done = run(tab, LOAD)
    assert done["status"] == "ok", error(done)
    bars = [o["data"]["text/plain"] for o in done["outputs"] if "text/plain" in o.get("data", {})]
    assert any(bar.startswith("all-MiniLM-L6-v2: ") and " MB of " in bar for bar in bars)
    assert bars[-1] == "", "a finished bar is gone"
    assert run(tab, BANK)["outputs"][0]["data"]["text/plain"] == "0.7"
    asked = weights(tab.server)
    assert asked >= 2
    visit(tab)  # a new page, a new Python, the same browser
    assert run(tab, LOAD)["status"] == "ok"
    assert weights(tab.server) == asked


def test_more_than_a_megabyte_is_asked_for_before_its_first_byte(tab):
    files = tab.evaluate("async () => (await (await fetch('data/index.json')).json())['models/all-MiniLM-L6-v2'].files")
    wanted = {"name": "all-MiniLM-L6-v2", "bytes": sum(file["bytes"] for file in files)}
    done = tab.evaluate("code => run(code, {mayFetch: false})", f"print('before')\n{LOAD}\nprint('after')")
    assert done["status"] == "stopped" and weights(tab.server) == 0
    assert tab.evaluate("log.wanted.splice(0)") == [wanted]
    assert tab.evaluate("code => run(code, {mayFetch: true})", LOAD)["status"] == "ok"
    asked = tab.evaluate("log.wanted.splice(0)")
    assert asked[0] == wanted and [each["bytes"] for each in asked] == sorted({each["bytes"] for each in asked}, reverse=True), (
        "only what is missing counts"
    )
    visit(tab)
    assert tab.evaluate("code => run(code, {mayFetch: false})", LOAD)["status"] == "ok", "what the browser has costs nothing"
    assert tab.evaluate("log.wanted") == []


def test_less_than_a_megabyte_is_not_asked_for(tab):
    code = "from engineroom import tokenize\n(await tokenize.load('gpt2')).id(b' the')"
    assert tab.evaluate("code => run(code, {mayFetch: false})", code)["status"] == "ok"
    assert tab.evaluate("log.wanted") == []


def test_what_is_kept_is_verified_and_what_is_stale_is_dropped(tab):
    assert run(tab, LOAD)["status"] == "ok"
    asked = weights(tab.server)
    left = tab.evaluate("""async () => {
        const cache = await caches.open("engineroom-data");
        const kept = (await cache.keys()).map((request) => request.url);
        await cache.put(kept.find((url) => url.includes("weights-1")), new Response("spoilt"));
        await cache.put(kept[0] + ".old", new Response("of an earlier build"));
        return kept.length;
    }""")
    visit(tab)
    assert run(tab, LOAD)["status"] == "ok"
    assert weights(tab.server) == asked + 1
    assert tab.evaluate("async () => (await (await caches.open('engineroom-data')).keys()).length") == left


def test_a_failed_download_says_so_and_the_next_run_succeeds(tab, folder):
    path = next(path.relative_to(folder).as_posix() for path in folder.glob("data/models/*/weights-2-*"))
    content = (folder / path).read_bytes()
    tab.server.missing.add(path)
    assert "DownloadError: weights-2" in (said := error(run(tab, LOAD))) and "the server answered 503" in said
    tab.server.missing.clear()
    tab.server.spoilt[path] = content[:-1000]
    assert f"ended after {len(content) - 1000:,} of {len(content):,} bytes" in error(run(tab, LOAD))
    tab.server.spoilt[path] = content + b"more"
    assert "CorruptAsset" in (said := error(run(tab, LOAD))) and "is longer than" in said
    tab.server.spoilt[path] = content[:-1] + bytes([content[-1] ^ 1])
    assert "CorruptAsset" in (said := error(run(tab, LOAD))) and "arrived damaged" in said
    tab.server.spoilt.clear()
    assert run(tab, LOAD)["status"] == "ok"
    assert weights(tab.server) == 6, "the part that arrived was kept"


def test_an_unknown_model_is_named(tab):
    run(tab, "from engineroom.models import bert")
    assert error(run(tab, "await bert.load('gpt-5')")).startswith(
        "UnknownAsset: there is no model 'gpt-5'; known: all-MiniLM-L6-v2, SmolLM2-135M-Instruct, "
    )
