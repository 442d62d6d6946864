"""A small site built by MkDocs with the hooks: what a reader gets, what an author is told, what runs again."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, PluginError

from engineroom_site import steps
from engineroom_site.cells.execute import Executor
from engineroom_site.paths import ROOT

HOME = """---
title: Home
---

# Home

Words to find, $d_k$, and [a cell](#one).

```python live id="one"
print("unfindable")
from engineroom.attention import softmax
import numpy as np
softmax(np.ones(2))
```

```python live id="two"
print("again")
```

{checked: attention}
"""
LAB = {
    "cells": [
        {"cell_type": "markdown", "id": "top", "metadata": {}, "source": "# Lab\n\n## Part\n\n$x^2$"},
        {"cell_type": "code", "id": "sum", "metadata": {}, "source": "1 + 1", "outputs": [], "execution_count": None},
    ],
    "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


@pytest.fixture
def site(tmp_path, monkeypatch, caplog):
    folders = {name: tmp_path / name for name in ("runtime", "data", "client", "docs")}
    for folder in folders.values():
        folder.mkdir()
    (folders["client"] / "manifest.json").write_text('{"packages": ["katex"]}')
    (folders["runtime"] / "boot.json").write_text('{"python": "3.12.7"}')
    urls = {
        "js": ["assets/client/main.js"],
        "css": [],
        "quiz": ["assets/client/quiz.css"],
        "preload": [],
        "search": ["assets/client/search.js"],
    }
    built = steps.Built(
        folders["runtime"], "assets/runtime/r/", folders["data"], "assets/data/d/", folders["client"], "assets/client/", urls
    )
    monkeypatch.setattr(steps, "prepare", lambda: built)
    monkeypatch.setattr(Executor.__init__, "__defaults__", (tmp_path / "cells",))
    ran, cell = [], Executor._cell

    def counted(self, client, notebook, cells, *rest):
        ran.append(len(cells) - 1)
        return cell(self, client, notebook, cells, *rest)

    monkeypatch.setattr(Executor, "_cell", counted)
    (tmp_path / "mkdocs.yml").write_text(f"""
site_name: T
site_url: http://localhost/
theme: {{name: material, font: false}}
hooks: ["{ROOT}/pysrc/engineroom_site/plugin.py"]
plugins:
  - search
  - engineroom-quiz
  - mkdocs-jupyter: {{include: ["*.ipynb"], markdown_cell_processor: mkdocs, mathjax_version: 2, cache: false}}
markdown_extensions: [admonition, attr_list, md_in_html, pymdownx.superfences, {{pymdownx.arithmatex: {{generic: true}}}}]
validation: {{links: {{anchors: warn}}}}
""")

    class Site:
        out = tmp_path / "site"

        def write(self, **pages):
            for name, text in pages.items():
                (tmp_path / "docs" / name.replace("_", ".")).write_text(text)

        def build(self):
            ran.clear()
            build(load_config(str(tmp_path / "mkdocs.yml"), site_dir=str(self.out), strict=True))
            return list(ran)

        def page(self, path):
            return BeautifulSoup((self.out / path / "index.html").read_text(), "html.parser")

        def wrong(self):
            with pytest.raises((PluginError, Abort)):
                self.build()
            return [line for record in caplog.records if record.levelname == "ERROR" for line in record.getMessage().splitlines()]

    return Site()


def test_a_page_with_cells_and_what_runs_again(site):
    site.write(index_md=HOME)
    assert site.build() == [0, 1]
    home = site.page("")
    assert [cell["id"] for cell in home.select("article live-cell")] == ["one", "two"]
    assert home.select_one("#one .live-used a")["href"].startswith("./source/engineroom/attention/#L")
    assert home.select_one("#one [data-name=stdout]").get_text() == "unfindable\n"
    assert home.select_one(".katex math") and home.select_one(".checked")
    assert "script-src 'self'" in home.select_one("meta[http-equiv]")["content"]
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://(?!localhost)', str(home))
    assert json.loads((site.out / "notebook.ipynb").read_text())["cells"][1]["id"] == "one"
    indexed = next(doc["text"] for doc in json.loads((site.out / "search/index.json").read_text())["docs"] if "Words" in doc["text"])
    listed = json.loads((site.out / "search/search_index.json").read_text())
    assert listed["docs"] == [] and listed["config"]["separator"] and listed["config"]["index"] == "../../search/index.json"
    assert (site.out / "assets/client" / listed["config"]["worker"]).resolve().is_file()
    for path in ("index.html", "404.html"):
        assert (
            '"search": "' in (text := (site.out / path).read_text()) and "assets/client/search.js" in text and "workers/search" not in text
        )
    assert "array(" not in indexed and "Words to find, dk, and" in indexed.replace("\n", "")

    site.write(index_md=HOME.replace("Words", "Other words"))
    assert site.build() == []
    site.write(index_md=HOME.replace("again", "anew"))
    assert site.build() == [1]


def test_a_lab_is_a_page_of_ours(site):
    site.write(index_md="# Home", lab_ipynb=json.dumps(LAB))
    site.build()
    lab = site.page("lab")
    assert lab.title.get_text() == "Lab - T" and lab.select_one("#sum [data-kind=text]").get_text() == "2"
    assert [a["href"] for a in lab.select(".md-sidebar--secondary a.md-nav__link")] == ["#part"]
    text = str(lab).lower()
    assert lab.select_one(".katex") and not any(word in text for word in ("jp-", "mathjax", "requirejs", "cdnjs", "jsdelivr"))
    assert (site.out / "lab/notebook.ipynb").exists()


def test_every_mistake_of_every_page_is_listed_with_its_line(site):
    site.write(
        index_md='---\ntitle: T\n---\n\n# T\n\n{checked: nothing}\n\n$\\sqrt{$ and\n$\\frac{$\n\n```python live id="a" wide\n1\n```\n',
        other_md='# O\n\n!!! note\n\n    ```python live id="a"\n    x = 1\n\n    x / 0\n    ```\n',
    )
    assert [re.sub(r"(:\d+: ).*(nothing|sqrt|frac|wide|ZeroDivisionError).*", r"\1\2", line) for line in site.wrong()] == [
        "docs/index.md:7: nothing", "docs/index.md:9: sqrt", "docs/index.md:10: frac", "docs/index.md:12: wide", "docs/other.md:8: ZeroDivisionError",
    ]  # fmt: skip


def test_a_lab_that_is_no_notebook_is_named(site):
    site.write(index_md="# Home", lab_ipynb='{"cells": 3}')
    [line] = site.wrong()
    assert line.startswith("docs/lab.ipynb:1: lab.ipynb is not a notebook: ")


def test_questions_stand_beside_cells_and_are_counted(site):
    quiz = "```quiz\nid: q\ntype: single\n---\nWhy?\n\n- [x] yes\n  > Since *this*.\n- [ ] no\n  > Not.\n```\n"
    head = "---\nassessment:\n  id: m\n  draw: 1\n---\n# Assessed\n\n"
    site.write(
        index_md="# Home\n",
        page_md=f'# Page\n\n```python live id="one"\n1 + 1\n```\n\n{quiz}',
        test_md=head + quiz.replace("id: q", "id: r"),
    )
    site.build()
    page = site.page("page")
    assert [len(page.select(name)) for name in ("live-cell", "quiz-form", ".quiz-answers live-cell", ".quiz-feedback em")] == [1, 1, 0, 1]
    assert page.select_one("link[href$='quiz.css']") and not site.page("").select("link[href$='quiz.css']")
    counted = json.loads((site.out / "progress.json").read_text())
    assert counted["site"] == "T"
    assert counted["pages"] == [{"address": "page/", "title": "Page", "cells": ["one"], "checks": ["q"]}]
    assert counted["assessments"] == [{"address": "test/", "title": "Assessed", "id": "m", "needed": 1, "draw": 1}]
    index = json.loads((site.out / "search/index.json").read_text())["docs"]
    assert not [entry for entry in index if "Since" in entry["text"]]


def test_a_wrong_question_fails_the_build_with_its_line(site):
    site.write(index_md="---\ntitle: x\n---\n# Home\n\n```quiz\nid: q\ntype: singel\n---\nWhy?\n\n- [x] yes\n- [ ] no\n```\n")
    assert "docs/index.md:8: there is no type “singel”; did you mean “single”?" in site.wrong()
