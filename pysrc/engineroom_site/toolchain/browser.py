"""A Chromium for the tests and benchmarks: found, or installed where that is possible."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engineroom_site.toolchain import node

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class BrowserError(Exception):
    """There is no browser, and none could be installed. The message is a sentence."""


@contextmanager
def launched() -> Iterator["Browser"]:
    """A browser of its own, driven by Playwright. Raises BrowserError."""
    _give_playwright_node()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find()), args=FLAGS)
        yield browser
        browser.close()


def find() -> Path:
    """The browser's program: $CHROME, one on the path, Playwright's own, or a fresh install. Raises BrowserError."""
    found = _present()
    if found is None:
        _install()
        found = _present()
    if found is None:
        raise BrowserError("The tests need Chromium: install it, or name one in $CHROME.")
    return found


def _present() -> Path | None:
    given = os.environ.get("CHROME")
    candidates = [given] if given else [shutil.which(name) for name in NAMES]
    return next((Path(path) for path in (*candidates, _playwrights()) if path and _answers(path)), None)


def _answers(path: str | Path) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _give_playwright_node() -> None:
    """The Node that Playwright brings wants libatomic, which a bare machine lacks; it takes another one gladly."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node.node()[0])


def _playwrights() -> str | None:
    _give_playwright_node()
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    path = done.stdout.strip()
    return path if path and Path(path).exists() else None


def _install() -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("No Chromium here: installing Debian's", file=sys.stderr, flush=True)
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "-qq", "update"], **quiet)
        subprocess.run(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"], **quiet)
    else:
        print("No Chromium here: installing Playwright's", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdin=subprocess.DEVNULL)
