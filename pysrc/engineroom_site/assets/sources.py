"""Getting a package's archive from where it is published, through that registry's own client."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from engineroom_site.assets.manifest import Entry, Source
from engineroom_site.toolchain import node

CONNECT_SECONDS = 15
CHUNK = 1 << 18


class Unavailable(Exception):
    """This source does not have it, or cannot be reached. The message is a clause."""


def npm(source: Source, folder: Path) -> Path:
    """The .tgz of an npm package."""
    _client([*node.npm(), "pack", f"{source.package}@{source.version}", "--pack-destination", str(folder), "--loglevel", "error"])
    return _only(folder, "*.tgz")


def pypi(source: Source, folder: Path) -> Path:
    """The wheel or source archive of a Python package, the wheel where there is one."""
    _client([
        sys.executable, "-m", "pip", "download", f"{source.package}=={source.version}",
        "--no-deps", "--dest", str(folder), "--disable-pip-version-check", "--quiet", "--progress-bar", "on",
    ])  # fmt: skip
    return _only(folder, f"{source.package.replace('-', '_')}*", f"{source.package}*")


def pyodide_cdn(entry: Entry, pyodide: Path, folder: Path) -> Path:
    """A file of Pyodide's distribution, from the address that Pyodide's own loader names."""
    script = (pyodide / "pyodide.mjs").read_text(encoding="utf-8")
    found = re.search(r"`(https://[^`]*)\$\{[\w.]*version\}([^`]*)`", script)
    if not found:
        raise Unavailable("the loader names no CDN")
    version = re.search(r'"version": "([^"]+)"', (pyodide / "package.json").read_text(encoding="utf-8"))[1]
    return download(f"{found[1]}{version}{found[2]}{entry.file}", folder / entry.file, entry.title)


def download(url: str, to: Path, title: str) -> Path:
    """The file at `url`, with its progress on standard error. Raises Unavailable."""
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as response, to.open("wb") as file:
            total = int(response.headers.get("Content-Length") or 0)
            while chunk := response.read(CHUNK):
                file.write(chunk)
                if sys.stderr.isatty():
                    print(f"\r{title}: {file.tell() / 1e6:.1f} of {total / 1e6:.1f} MB", end="", file=sys.stderr)
        if sys.stderr.isatty():
            print(file=sys.stderr)
    except (urllib.error.URLError, OSError) as error:
        raise Unavailable(str(getattr(error, "reason", None) or error).strip() or type(error).__name__) from None
    if total and to.stat().st_size != total:
        raise Unavailable(f"cut off after {to.stat().st_size:,} of {total:,} bytes")
    return to


def _client(command: list[str]) -> None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno() if sys.stderr.isatty() else subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace")  # fmt: skip
    except OSError as error:
        raise Unavailable(f"{Path(command[0]).name} cannot be started: {error.strerror}") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if re.search(r"error", line, re.I)] or done.stderr.splitlines()
        raise Unavailable((lines[-1] if lines else f"its client ended with {done.returncode}").strip().removeprefix("ERROR: ").rstrip("."))


def _only(folder: Path, *patterns: str) -> Path:
    for pattern in patterns:
        if found := sorted(folder.glob(pattern)):
            return found[0]
    raise Unavailable("its client brought no file")
