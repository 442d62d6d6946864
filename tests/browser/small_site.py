"""A small MkDocs site with questions, built as often as wished and served from one address, and a reader who keeps a profile."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from playwright.sync_api import BrowserContext


class SmallSite:
    def __init__(self, folder: Path, context: BrowserContext, address: str, python: Path):
        """python: that of an environment in which the questions' wheel is installed."""
        self.folder, self.out, self.page = folder, folder / "site", context.new_page()
        self.address, self.python = address, python
        self.requested: list[str] = []
        context.on("request", lambda request: self.requested.append(request.url))

    def build(self, theme: str = "readthedocs", plugins: str = "[search, engineroom-quiz]", folder: str = "", **pages: str) -> str:
        """Build it, below the address `folder`, from its pages as they are now. Returns what its author is told."""
        (self.folder / "docs").mkdir(exist_ok=True)
        for name, text in pages.items():
            (self.folder / "docs" / f"{name}.md").write_text(text)
        about = f"site_name: Six & more legs\nsite_url: {self.address}/{folder}\ntheme: {{name: {theme}, highlightjs: false}}\nplugins: {plugins}\n"
        (self.folder / "mkdocs.yml").write_text(about)
        command = [self.python, "-I", "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(self.out / folder)]
        return subprocess.run(
            command, cwd=self.folder, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True
        ).stderr

    def kept(self, name: str):
        return json.loads(self.page.evaluate("key => localStorage.getItem(key)", f"six-more-legs:quiz:1:{name}"))

    def asked_for(self, path: str) -> list[str]:
        """What a page asks for of ours."""
        self.requested.clear()
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return [url.rpartition("/")[2] for url in self.requested if "engineroom" in url]
