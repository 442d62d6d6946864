"""A small MkDocs site with questions, built as often as wished and served from one address, and a reader who keeps a profile."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import BrowserContext

from engineroom_site.quiz import bundle


class SmallSite:
    def __init__(self, folder: Path, context: BrowserContext):
        bundle.made()  # said once, when it is built; not by the site's own build
        self.folder, self.out, self.page = folder, folder / "site", context.new_page()
        self.requested: list[str] = []
        context.on("request", lambda request: self.requested.append(request.url))

    def build(self, theme: str = "readthedocs", plugins: str = "[search, engineroom-quiz]", folder: str = "", **pages: str) -> str:
        """Build it, below the address `folder`, from its pages as they are now. Returns what its author is told."""
        (self.folder / "docs").mkdir(exist_ok=True)
        for name, text in pages.items():
            (self.folder / "docs" / f"{name}.md").write_text(text)
        (self.folder / "mkdocs.yml").write_text(f"site_name: Six & more legs\ntheme: {{name: {theme}, highlightjs: false}}\nplugins: {plugins}\n")
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(self.out / folder)]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True).stderr

    def kept(self, name: str):
        return json.loads(self.page.evaluate("key => localStorage.getItem(key)", f"six-more-legs:quiz:1:{name}"))

    def asked_for(self, path: str) -> list[str]:
        """What a page asks for of ours."""
        self.requested.clear()
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return [url.rpartition("/")[2] for url in self.requested if "engineroom" in url]
