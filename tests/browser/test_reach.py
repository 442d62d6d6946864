"""What code in a cell reaches: the site's own files, and no other origin, by whatever way it tries."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from reader import CHAPTER, cell, run, text, write

ATTEMPTS = """
import asyncio, js
from pyodide.ffi import to_js
there = {there!r}
options = lambda **given: to_js(given, dict_converter=js.Object.fromEntries)

async def fetched():
    await js.fetch(there + "/fetch")

async def posted():
    await js.fetch(there + "/post", options(method="POST", mode="no-cors", body="secret"))

async def waited_for():
    request = js.XMLHttpRequest.new()
    request.open("GET", there + "/xhr", False)
    request.send()

async def by_socket():
    done = asyncio.get_running_loop().create_future()
    socket = js.WebSocket.new(there.replace("http", "ws") + "/socket")
    socket.onerror = lambda event: done.set_exception(OSError("refused"))
    socket.onopen = lambda event: done.set_result(True)
    await done

async def by_events():
    source = js.EventSource.new(there + "/events")
    await asyncio.sleep(0.5)
    source.close()
    raise OSError("no event")

async def evaluated():
    js.eval("1 + 1")

async def imported():
    await js.eval("import('" + there + "/module.js')")

async def by_a_worker():
    code = "fetch('" + there + "/nested').catch(() => {{}}); import('" + there + "/nested.js').catch(() => {{}}).then(() => postMessage(1))"
    done = asyncio.get_running_loop().create_future()
    blob = js.Blob.new(to_js([code]), options(type="text/javascript"))
    worker = js.Worker.new(js.URL.createObjectURL(blob), options(type="module"))
    worker.onmessage = worker.onerror = lambda event: (event.preventDefault(), done.done() or done.set_result(True))
    await asyncio.wait_for(done, 10)
    raise OSError("nothing came")

async def by_the_kernels_own_script():
    done = asyncio.get_running_loop().create_future()
    worker = js.Worker.new(js.location.origin + {script!r}, options(type="module"))
    worker.onerror = lambda event: (event.preventDefault(), done.set_exception(OSError("refused")))
    worker.onmessage = lambda event: done.set_result(True)
    await asyncio.wait_for(done, 10)  # by address it would say that it does not start

for attempt in (fetched, posted, waited_for, by_socket, by_events, evaluated, imported, by_a_worker, by_the_kernels_own_script):
    try:
        await attempt()
        print(attempt.__name__, "reached it")
    except Exception as error:
        print(attempt.__name__, "was refused:", type(error).__name__)
print("tried all")
"""


class Elsewhere(BaseHTTPRequestHandler):
    """Answers everything to everybody, and writes down what was asked."""

    asked: list[str]

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.send_header("Content-Type", "text/javascript")
        self.end_headers()

    do_POST = do_OPTIONS = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere_asked():
    handler = type("Asked", (Elsewhere,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler.asked
    server.shutdown()


@pytest.mark.parametrize("host", ["page", "plain_page"])
def test_a_cell_reaches_no_other_origin(request, built_site, host, elsewhere_asked):
    there, asked = elsewhere_asked
    [script] = built_site.glob("assets/client/worker-*.js")
    page = request.getfixturevalue(host)
    page.goto(CHAPTER)
    first = cell(page)
    write(first, ATTEMPTS.format(there=there, script=f"/{script.relative_to(built_site).as_posix()}"))
    run(first)
    said = text(first).splitlines()
    assert said[-1] == "tried all"
    # By the browser, or as each attempt says for itself: not by a fault in the attempt.
    assert len(said) == 10 and all(line.endswith((": JsException", ": OSError")) for line in said[:-1]), said
    assert asked == []
    page.context.requested.clear()  # what was refused counts there as asked; nothing arrived
