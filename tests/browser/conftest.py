"""A built site, a server, and a real browser that may speak to nobody else."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engineroom_site.toolchain import browser

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"

expect.set_options(timeout=30_000)  # what is waited for comes late on a busy machine


def pytest_collection_modifyitems(items):
    """A browser on a busy machine may be late once. What was run again is listed at the end of the run, as a fault to mend."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def built_site() -> Path:
    subprocess.run([sys.executable, "-m", "engineroom_site", "build"], cwd=ROOT, check=True)
    return SITE


@pytest.fixture(scope="session")
def origin(built_site) -> Iterator[str]:
    with served(built_site) as address:
        yield address


@contextmanager
def served(folder: Path, isolated: bool = True) -> Iterator[str]:
    from engineroom_site.server import make_server

    server = make_server(folder, port=0, isolated=isolated)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    with browser.launched() as launched:
        yield launched


@pytest.fixture
def context(chromium, origin):
    with reading(chromium, origin) as context:
        yield context


@pytest.fixture
def plain_page(chromium, built_site):
    """A page of the same site from a host that sends no headers of its own, as `python -m http.server` does."""
    with served(built_site, isolated=False) as address, reading(chromium, address) as context:
        yield context.new_page()


@contextmanager
def reading(chromium, origin: str):
    """A reader's browser: a fresh profile, every request written down, errors of the page's own scripts kept."""
    context = chromium.new_context(base_url=origin, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    context.requested, context.failures = [], []
    context.on("request", lambda request: context.requested.append(request.url))
    context.on("weberror", lambda error: context.failures.append(str(error.error)))
    yield context
    strangers = [u for u in context.requested if not u.startswith((origin, "data:", "blob:", "about:"))]
    context.close()
    assert not strangers, f"requests to another origin: {strangers}"
    assert not context.failures, f"uncaught errors in the page: {context.failures}"


@pytest.fixture
def page(context):
    return context.new_page()


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory) -> Path:
    """The Python of an environment with MkDocs and the questions' wheel, and nothing of this checkout."""
    from elsewhere import environment
    from engineroom_site import wheels

    return environment(tmp_path_factory.mktemp("elsewhere"), wheels.quiz(), "mkdocs", "markdown-it-py")


@pytest.fixture
def small(tmp_path, chromium, elsewhere):
    """A small site that is not this one; see small_site."""
    from engineroom_site.server import make_server
    from small_site import SmallSite

    (tmp_path / "site").mkdir()
    server = make_server(tmp_path / "site", port=0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    own, failures, strangers = f"http://127.0.0.1:{server.server_address[1]}", [], []
    context = chromium.new_context(base_url=own)
    context.set_default_timeout(30_000)
    context.on("weberror", lambda error: failures.append(str(error.error)))
    context.on("request", lambda request: strangers.append(request.url) if not request.url.startswith((own, "data:", "blob:")) else None)
    yield SmallSite(tmp_path, context, own, elsewhere)
    context.close()
    server.shutdown()
    assert not strangers and not failures


@pytest.fixture(params=["light", "dark"])
def scheme(request, page):
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return request.param
