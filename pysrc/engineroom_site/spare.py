"""A process that has loaded what drawing a page needs, and waits for one to draw."""

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from engineroom_site.paths import ROOT


class Spare:
    """Each process draws once and ends; `ready` starts the next."""

    def __init__(self):
        self._process: subprocess.Popen[str] | None = None
        self.ready()

    def ready(self) -> None:
        """Have a process, unless there is one."""
        self._process = self._process or _started()

    def draw(self, site: Path, pages: Collection[str]) -> bool:
        """Whether `pages`, as docs/ has them, were drawn into `site`."""
        process, self._process = self._process or _started(), None
        process.communicate(json.dumps({"site": str(site), "pages": sorted(pages)}) + "\n")
        return process.returncode == 0

    def end(self) -> None:
        """Give up the process that waits."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _started() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "engineroom_site.preview"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
