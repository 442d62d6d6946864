"""Getting a package's archive from where it is published, as that registry's own client is configured. Nothing of a package is run."""

import json
import re
import subprocess
import sys
from pathlib import Path

from engineroom_site.assets import receiving
from engineroom_site.assets.errors import Unavailable
from engineroom_site.assets.manifest import Entry, Source
from engineroom_site.toolchain import node

TRIES = 2  # of npm, after the first; its own default takes minutes to say that there is no network

CUT = re.compile(r"ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|EINTEGRITY|is invalid")
UNREACHABLE = re.compile(r"EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH")


def npm(source: Source, folder: Path) -> Path:
    """The .tgz of an npm package."""
    _client([*node.npm(), "pack", f"{source.package}@{source.version}", "--pack-destination", str(folder), "--loglevel", "error",
             "--ignore-scripts", f"--fetch-retries={TRIES}", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000"])  # fmt: skip
    if not (found := sorted(folder.glob("*.tgz"))):
        raise Unavailable("its client brought no file")
    return found[0]


def pypi(source: Source, folder: Path) -> Path:
    """The wheel of a Python package; of kind "pypi-source", its source archive."""
    from engineroom_site.assets import pip_index  # takes a while to load, and is seldom needed

    return pip_index.archive(source, folder)


def pyodide_cdn(entry: Entry, pyodide: Path, folder: Path) -> Path:
    """A file of Pyodide's distribution, from the address that Pyodide's own loader names."""
    script = (pyodide / "pyodide.mjs").read_text(encoding="utf-8")
    found = re.search(r"`(https://[^`]*)\$\{[\w.]*version\}([^`]*)`", script)
    if not found:
        raise Unavailable("the loader names no CDN")
    version = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
    return receiving.download(f"{found[1]}{version}{found[2]}{entry.file}", folder / entry.file, entry.title)


def _client(command: list[str]) -> None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno() if sys.stderr.isatty() else subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace")  # fmt: skip
    except OSError as error:
        raise Unavailable(f"{Path(command[0]).name} cannot be started: {error.strerror}") from None
    if done.returncode:
        raise Unavailable(reason(done.stderr) or f"its client ended with {done.returncode}")


def reason(said: str) -> str:
    """The one clause in what npm said that tells a reader what went wrong."""
    if CUT.search(said):
        return "the download was cut off or damaged"
    if UNREACHABLE.search(said):
        return "its registry cannot be reached"
    if code := re.search(r"^npm error code (\S+)", said, re.M):
        return f"npm says {code[1]}"
    return (said.splitlines() or [""])[-1].strip().rstrip(".")
