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
        if self._process is None:
            command = [sys.executable, "-m", "engineroom_site.preview"]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def draw(self, site: Path, pages: Collection[str]) -> bool:
        """Whether `pages`, as docs/ has them, were drawn into `site`."""
        self.ready()
        process, self._process = self._process, None
        process.communicate(json.dumps({"site": str(site), "pages": sorted(pages)}) + "\n")
        return process.returncode == 0

    def end(self) -> None:
        """Give up the process that waits."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
