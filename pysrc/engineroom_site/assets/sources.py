"""Getting a package's archive from where it is published, through that registry's own client."""

import http.client
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from engineroom_site.assets.manifest import Entry, Source
from engineroom_site.toolchain import node

CONNECT_SECONDS = 8
TRIES = 2  # of the registries' clients, after the first; their own defaults take minutes to say that there is no network
CHUNK = 1 << 18

CUT = re.compile(r"IncompleteRead|Connection broken|ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|EINTEGRITY|DO NOT MATCH THE HASHES|is invalid")
UNREACHABLE = re.compile(r"connection broken by|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH")


class Unavailable(Exception):
    """This source does not have it, or cannot be reached. The message is a clause."""


def npm(source: Source, folder: Path) -> Path:
    """The .tgz of an npm package."""
    _client([*node.npm(), "pack", f"{source.package}@{source.version}", "--pack-destination", str(folder), "--loglevel", "error",
             f"--fetch-retries={TRIES}", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000"])  # fmt: skip
    return _only(folder, "*.tgz")


def pypi(source: Source, folder: Path) -> Path:
    """The wheel of a Python package; of kind "pypi-source", its source archive."""
    form = ["--no-binary", source.package] if source.kind == "pypi-source" else []
    _client([
        sys.executable, "-m", "pip", "download", f"{source.package}=={source.version}", *form,
        "--no-deps", "--dest", str(folder), "--disable-pip-version-check", "--progress-bar", "on", f"--retries={TRIES}", "--timeout=20",
    ])  # fmt: skip
    return _only(folder, f"{source.package.replace('-', '_')}*", f"{source.package}*")


def pyodide_cdn(entry: Entry, pyodide: Path, folder: Path) -> Path:
    """A file of Pyodide's distribution, from the address that Pyodide's own loader names."""
    script = (pyodide / "pyodide.mjs").read_text(encoding="utf-8")
    found = re.search(r"`(https://[^`]*)\$\{[\w.]*version\}([^`]*)`", script)
    if not found:
        raise Unavailable("the loader names no CDN")
    version = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
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
    except (OSError, http.client.HTTPException) as error:
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
        raise Unavailable(reason(done.stderr) or f"its client ended with {done.returncode}")


def reason(said: str) -> str:
    """The one clause in what pip or npm said that tells a reader what went wrong."""
    if CUT.search(said):
        return "the download was cut off or damaged"
    if UNREACHABLE.search(said):
        return "its registry cannot be reached"
    if code := re.search(r"^npm error code (\S+)", said, re.M):
        return f"npm says {code[1]}"
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    return (errors or said.splitlines() or [""])[-1].strip().rstrip(".")


def _only(folder: Path, *patterns: str) -> Path:
    for pattern in patterns:
        if found := sorted(folder.glob(pattern)):
            return found[0]
    raise Unavailable("its client brought no file")
