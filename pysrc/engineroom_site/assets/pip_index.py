"""A file of a Python package, found where pip is configured to look, and fetched without pip.

`pip download` asks a source archive for its name by running its build, before or after its hash is checked. Nothing here is run.
"""

import ast
import logging
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict, cast

import httpx2
from packaging.utils import canonicalize_name
from unearth import Link, PackageFinder
from unearth.auth import MultiDomainBasicAuth
from unearth.fetchers import Fetcher, PyPIClient

from engineroom_site.assets import receiving
from engineroom_site.assets.errors import Unavailable
from engineroom_site.assets.manifest import Source

SECONDS = 20  # without an answer
PAUSES = (0.5, 1.0)  # before it is tried again
LOG = logging.getLogger("unearth")
YES = {"1", "true", "yes", "y", "on"}


class Place(TypedDict, total=False):
    """Where files are listed, by the words of PackageFinder."""

    index_urls: list[str]
    find_links: list[str]


def archive(source: Source, folder: Path) -> Path:
    """The wheel of `source`, or of kind "pypi-source" its source archive: a file in `folder`, to be verified. Raises Unavailable."""
    pip = configured()
    with _client(pip) as client, _said() as said:
        for pause in (*PAUSES, None):
            try:
                return _received(source, _link(source, pip, client), client, folder)
            except httpx2.HTTPStatusError as error:
                raise Unavailable(f"its registry answered {error.response.status_code}") from None
            except httpx2.HTTPError as error:
                if pause is None:
                    unreached = isinstance(error, httpx2.ConnectError | httpx2.TimeoutException | httpx2.ProxyError)
                    raise Unavailable("its registry cannot be reached" if unreached else "the download was cut off or damaged") from None
                time.sleep(pause)
            except LookupError:
                break
    what = "source archive" if source.kind == "pypi-source" else "wheel"
    raise Unavailable(f"no index of pip's lists the {what} whose sha256 is {source.archive_sha256[:12]}…{_noted(said)}")


def configured() -> dict[str, str]:
    """pip's options as its files and the environment set them for `pip download`. Raises Unavailable."""
    done = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Unavailable(f"pip's configuration cannot be read: {(done.stderr.splitlines() or [''])[-1].removeprefix('ERROR: ')}")
    pairs = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    found: dict[str, str] = {}
    for section in ("global", "download", ":env:"):  # the later wins
        found |= {key.removeprefix(f"{section}."): ast.literal_eval(value) for key, value in pairs.items() if key.startswith(f"{section}.")}
    return found


def _link(source: Source, pip: Mapping[str, str], client: PyPIClient) -> Link:
    """Where the file is: one that an index lists with the right hash, else one that it lists without any. Raises LookupError."""
    unlisted: Link | None = None
    unreached: httpx2.TransportError | None = None
    wheels = source.kind == "pypi"
    for place in _places(pip):
        finder = PackageFinder(
            cast(Fetcher, client),  # it is one; its own annotations are wider
            **place,
            ignore_compatibility=True,  # a file is taken out of it, whatever machine it is for
            no_binary=() if wheels else (canonicalize_name(source.package),),
            only_binary=(canonicalize_name(source.package),) if wheels else (),
        )
        try:
            for package in finder.find_matches(f"{source.package}=={source.version}"):
                listed = (package.link.hash_option or {}).get("sha256")
                if listed and source.archive_sha256 in listed:
                    return package.link
                unlisted = unlisted or (None if listed else package.link)
        except httpx2.TransportError as error:
            unreached = error
    if unlisted is not None:
        return unlisted
    raise unreached or LookupError(source.package)


def _received(source: Source, link: Link, client: PyPIClient, folder: Path) -> Path:
    with client.get_stream(link.normalized, headers={"Accept-Encoding": "identity"}) as response:
        response.raise_for_status()
        total = int(response.headers.get("Content-Length") or 0)
        return receiving.save(response.iter_raw(receiving.CHUNK), total, folder / "archive", source.package)


def _places(pip: Mapping[str, str]) -> Iterator[Place]:
    """Every index, then every other page or folder with files, as PackageFinder takes them; without any index, its own."""
    if pip.get("no-index", "").lower() not in YES:
        for url in (*pip.get("index-url", "").split(), *pip.get("extra-index-url", "").split()):
            yield {"index_urls": [url]}
        if not pip.get("index-url"):
            yield {}
    for link in pip.get("find-links", "").split():
        if "://" in link or Path(link).exists():
            yield {"find_links": [link]}


def _client(pip: Mapping[str, str]) -> PyPIClient:
    bundle = pip.get("cert") or os.environ.get("REQUESTS_CA_BUNDLE")
    try:
        client = PyPIClient(
            trusted_hosts=pip.get("trusted-host", "").split(),
            verify=ssl.create_default_context(cafile=bundle) if bundle else True,
            cert=pip.get("client-cert"),
            proxy=pip.get("proxy") or None,
            timeout=SECONDS,
            follow_redirects=True,
        )
    except (OSError, ValueError, httpx2.HTTPError) as error:
        raise Unavailable(f"pip's configuration cannot be used: {error}") from None
    client.auth = MultiDomainBasicAuth(prompting=False, index_urls=[url for place in _places(pip) for url in place.get("index_urls", ())])
    return client


@contextmanager
def _said() -> Iterator[list[str]]:
    """What the finder says meanwhile of places it could not use."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    LOG.addHandler(handler)
    try:
        yield said
    finally:
        LOG.removeHandler(handler)


def _noted(said: list[str]) -> str:
    return f": {'; '.join(dict.fromkeys(said))}" if said else ""
