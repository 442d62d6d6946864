"""What benchmarks share: a browser with the cache as wanted, medians, a file for the results."""

import json
import os
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engineroom_site import build
from engineroom_site.paths import BUILD, ROOT
from engineroom_site.server import make_server
from engineroom_site.toolchain.browser import launched as chromium

RESULTS = BUILD / "bench"


@contextmanager
def site() -> Iterator[str]:
    """The address of the built site, served as `make serve` serves it."""
    build.ensure()
    server = make_server(build.SITE)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def median(values) -> float:
    return statistics.median(values)


def report(name: str, **figures) -> None:
    """Print the figures and keep them in .build/bench/NAME.json."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    for key, value in figures.items():
        print(f"{key.replace('_', ' '):54} {value:,.3f}" if isinstance(value, float) else f"{key.replace('_', ' '):54} {value:,}")
    sys.stdout.flush()


async def here(work: str) -> dict:
    """What a cell's code `work` prints as JSON, run in this Python on the site's own data."""
    os.environ["ENGINEROOM_DATA"] = str(BUILD / "data" / "current")
    lines, names = [], {"print": lambda text: lines.append(text)}
    body = "\n".join(f"    {line}" for line in work.splitlines())
    exec(f"async def work():\n{body}", names)
    await names["work"]()
    return json.loads(lines[0])


__all__ = ["ROOT", "Path", "chromium", "here", "median", "report", "site"]
