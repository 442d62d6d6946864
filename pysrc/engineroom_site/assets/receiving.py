"""Bytes from the network into a file, with their progress on standard error."""

import http.client
import sys
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from engineroom_site.assets.errors import Unavailable

CONNECT_SECONDS = 8
CHUNK = 1 << 18


def download(url: str, to: Path, title: str) -> Path:
    """The file at `url`. Raises Unavailable."""
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as response:
            return save(iter(lambda: response.read(CHUNK), b""), int(response.headers.get("Content-Length") or 0), to, title)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(str(getattr(error, "reason", None) or error).strip() or type(error).__name__) from None


def save(chunks: Iterable[bytes], total: int, to: Path, title: str) -> Path:
    """Write `chunks` to the file `to`; `total` is how many bytes are to come, 0 if nobody said. Raises Unavailable when others came."""
    with to.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            if sys.stderr.isatty():
                print(f"\r{title}: {file.tell() / 1e6:.1f} of {total / 1e6:.1f} MB", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if total and to.stat().st_size != total:
        raise Unavailable(f"cut off after {to.stat().st_size:,} of {total:,} bytes")
    return to
