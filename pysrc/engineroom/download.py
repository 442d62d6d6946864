"""Downloads in the page: fetch with progress, WebCrypto for the sha256, the Cache API to keep what was fetched.

Only for Pyodide: `js` and `pyodide.ffi` are the browser's side.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

import js
from pyodide.ffi import JsException, to_js

from engineroom.errors import CorruptAsset, DownloadError

CACHE = "engineroom-data"
UNASKED = 1_000_000  # bytes

may_fetch: Callable[[str, int], Awaitable[bool]] | None = None  # the page's answer; without it everything may be fetched
_here: set[str] = set()  # paths of files that have arrived since Python started


class Parts(NamedTuple):
    """What a file is part of: how far it is, is told of the whole, and the page is asked for the whole."""

    name: str
    files: Sequence[dict[str, Any]]

    @property
    def total(self) -> int:
        return sum(file["bytes"] for file in self.files)

    @property
    def here(self) -> int:
        return sum(file["bytes"] for file in self.files if file["path"] in _here)


async def plain(url: str) -> bytes:
    """The bytes at `url`. Raises DownloadError."""
    return (await (await _response(url)).arrayBuffer()).to_bytes()


async def verified(base: str, file: dict[str, Any], keep: Iterable[str], parts: Parts) -> bytes:
    """The bytes of `file` ({"path", "sha256", "bytes"}) below `base`, from the browser's cache if it has them.

    parts: what the file belongs to. A download's progress is told of it; and when more than a megabyte of it is missing, the page is asked
    first, and a no ends the cell. Cached files of this site whose path is not in `keep` are dropped. Raises DownloadError, CorruptAsset.
    """
    prefix = base.rstrip("/").rpartition("/")[0] + "/"  # the same for every build: a file that stayed is not fetched again
    cache = await _cache(prefix, keep)
    body = await _cached(cache, prefix + file["path"])
    if body is not None and await _sha256(body) == file["sha256"]:
        _here.add(file["path"])
        return body.to_bytes()
    missing = [part["bytes"] for part in parts.files if cache is None or not await cache.match(prefix + part["path"])]
    if may_fetch is not None and sum(missing) > UNASKED and not await may_fetch(parts.name, sum(missing)):
        raise asyncio.CancelledError
    _here.discard(file["path"])
    body = await _fetch(base + file["path"], file["bytes"], parts)
    if await _sha256(body) != file["sha256"]:
        raise CorruptAsset(f"{file['path']} arrived damaged: its sha256 is not the index's. Run the cell again.")
    _here.add(file["path"])
    if cache is not None:
        try:
            await cache.put(prefix + file["path"], js.Response.new(body))
        except JsException:
            pass  # no room: it will be fetched again next time
    return body.to_bytes()


async def _fetch(url: str, size: int, parts: Parts) -> Any:
    """A Uint8Array of `size` bytes from `url`, filled as they arrive."""
    from engineroom import ui

    stop = js.AbortController.new()
    response = await _response(url, cache="no-store", signal=stop.signal)  # the Cache API keeps it; no second copy
    reader, body, received = response.body.getReader(), js.Uint8Array.new(size), 0
    name = url.rpartition("/")[2]
    before = parts.here
    try:
        bar = ui.Progress(parts.name, parts.total, unit="B")
        bar.done = before
        with bar:
            while not (chunk := await reader.read()).done:
                if received + chunk.value.length > size:
                    raise CorruptAsset(f"{name} is longer than the {size:,} bytes the index promises")
                body.set(chunk.value, received)
                received += chunk.value.length
                bar.update(before + received)
    except JsException as error:
        raise DownloadError(f"{name} broke off after {received:,} bytes: {error}. Run the cell again.") from None
    finally:
        stop.abort()  # a stopped cell stops its download
    if received < size:
        raise DownloadError(f"{name} ended after {received:,} of {size:,} bytes. Run the cell again.")
    return body


async def _response(url: str, **options: Any) -> Any:
    name = url.rpartition("/")[2]
    try:
        response = await js.fetch(url, to_js(options, dict_converter=js.Object.fromEntries))
    except JsException as error:
        raise DownloadError(f"{name} could not be fetched: {error}. Check the connection and run the cell again.") from None
    if not response.ok:
        raise DownloadError(f"{name} could not be fetched: the server answered {response.status}. Run the cell again.")
    return response


async def _sha256(body: Any) -> str:
    if hasattr(js.crypto, "subtle"):
        return (await js.crypto.subtle.digest("SHA-256", body)).to_bytes().hex()
    return hashlib.sha256(body.to_bytes()).hexdigest()  # pages not served over https


async def _cache(prefix: str, keep: Iterable[str]) -> Any:
    """The browser's cache for this site's data, without files no longer in the index; None where there is none."""
    if not hasattr(js, "caches"):
        return None
    try:
        cache = await js.caches.open(CACHE)
        wanted = {prefix + path for path in keep}
        stale = [key.url for key in await cache.keys() if key.url.startswith(prefix) and key.url not in wanted]
        await asyncio.gather(*(cache.delete(url) for url in stale))
        return cache
    except JsException:
        return None  # storage switched off


async def _cached(cache: Any, url: str) -> Any:
    found = await cache.match(url) if cache is not None else None
    return js.Uint8Array.new(await found.arrayBuffer()) if found else None
