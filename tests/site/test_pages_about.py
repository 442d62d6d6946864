"""What the build says about itself: badges, credits, the library's source, the policy, labs."""

import base64
import hashlib
import json
import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from engineroom_site import checked, credits, csp, labs, source_pages
from engineroom_site.assets import manifest
from engineroom_site.paths import ROOT


def test_a_badge_prints_what_the_tests_measured(tmp_path, monkeypatch):
    path = tmp_path / "measured.json"
    path.write_text(json.dumps({"norm": {"against": "PyTorch <b>", "error": 3e-7, "metric": "max abs. error", "cases": 1200}}))
    monkeypatch.setattr(checked, "MEASURED", path)
    assert (
        BeautifulSoup(checked.badge("norm"), "html.parser").get_text()
        == "Norm checked against PyTorch <b> · max abs. error 3e-7 · 1,200 cases"
    )
    with pytest.raises(ValueError, match="nothing called “norms” was measured; measured.json has norm"):
        checked.badge("norms")


def test_every_line_of_the_library_has_its_address():
    for path in source_pages.modules():
        code = (ROOT / "pysrc" / path).read_text(encoding="utf-8").rstrip("\n")
        soup = BeautifulSoup(source_pages.listing(path), "html.parser")
        lines = soup.select(".source-line")
        for number in soup.select(".source-number"):
            number.extract()
        assert [line["id"] for line in lines] == [f"L{n}" for n in range(1, len(lines) + 1)]
        assert "\n".join(line.get_text() for line in lines).rstrip("\n") == code


def test_source_addresses():
    assert source_pages.url("engineroom/models/bert.py", 7) == "source/engineroom/models/bert/#L7"
    assert source_pages.url("engineroom/viz/__init__.py") == "source/engineroom/viz/"
    assert source_pages.url("engineroom/simd/kernels.ts") == "source/engineroom/simd/kernels/"
    assert not any(path.startswith("engineroom/kernel/") for path in source_pages.modules())
    with pytest.raises(ValueError, match="passwd"):
        source_pages.listing("engineroom/../../../etc/passwd")


def test_the_policy_allows_the_inline_scripts_and_no_others(tmp_path):
    code = "document.title = 'é'"
    page = f'<html><head><meta charset="utf-8"><script>{code}</script><script src="a.js"></script><script type="application/json">{{}}</script>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "b.html").write_text('<meta charset="utf-8"><p>', encoding="utf-8")
    csp.write(tmp_path)
    expected = "'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'"
    for name in ("a.html", "b.html"):
        policy = re.search(r'content="(default-src[^"]*)"', (tmp_path / name).read_text(encoding="utf-8"))[1]
        assert re.findall("'sha256-[^']*'", policy) == [expected]
        assert "'unsafe-eval'" not in policy and "default-src 'self'" in policy


def test_every_asset_that_ships_has_its_licence_text():
    named = {credit.name for credit in credits._assets()}
    assert {"Pyodide", "NumPy, compiled for Pyodide"} <= named
    assert all(len(credit.text) > 500 for credit in credits._assets())


def test_an_asset_without_a_licence_text_stops_the_build(monkeypatch, tmp_path):
    monkeypatch.setattr(credits, "LICENCES", tmp_path)
    with pytest.raises(credits.CreditError, match="asset pyodide ships"):
        credits._assets()
    assert manifest.entry("pyodide").ships


def test_a_credit_has_its_own_licence_and_not_that_of_something_inside_it():
    texts = {credit.name: credit.text for credit in credits._installed()}
    assert "Martin Donath" in texts["mkdocs-material"] and "Font Awesome" not in texts["mkdocs-material"]
    assert texts["ipython"].startswith("BSD 3-Clause License")
    assert "Pictogrammers" in texts["Material Design Icons"]


def test_a_package_without_a_text_takes_that_of_its_repository(tmp_path, monkeypatch):
    monkeypatch.setattr(credits, "CLIENT", tmp_path)
    for name, repository, text in [("a", "r", None), ("b", "r", "The text"), ("c", "q", None)]:
        folder = tmp_path / "node_modules" / name
        (folder / "LICENSE-others").mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"name": name, "version": "1", "license": "MIT", "repository": repository}))
        if text:
            (folder / "LICENSE").write_text(text)
    assert credits._package("a").text == "The text"
    with pytest.raises(credits.CreditError, match="^c ships"):
        credits._package("c")


def test_a_notebook_becomes_markdown_with_live_cells(tmp_path):
    path = tmp_path / "lab.ipynb"
    cells = [
        nbformat.v4.new_markdown_cell("# Lab\n\n$x$", id="intro"),
        nbformat.v4.new_code_cell("1 + 1", id="sum", metadata={"engineroom": {"fold": True}}),
        nbformat.v4.new_code_cell("'''\n```\n'''\n1 / 0", id="wrong", metadata={"tags": ["raises-exception"]}),
        nbformat.v4.new_code_cell("", id="empty"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert labs.markdown(path) == (
        '# Lab\n\n$x$\n\n```python live id="sum" fold\n1 + 1\n```\n\n'
        "````python live id=\"wrong\" expect-error\n'''\n```\n'''\n1 / 0\n````\n"
    )
    path.write_text("no json")
    with pytest.raises(ValueError, match="lab.ipynb is not a notebook"):
        labs.markdown(path)


def test_a_lab_shows_its_attached_images_and_leaves_raw_cells_out(tmp_path):
    path = tmp_path / "lab.ipynb"
    shown = nbformat.v4.new_markdown_cell("![a plot](attachment:plot.png)", id="shown", attachments={"plot.png": {"image/png": "AAAA"}})
    nbformat.write(nbformat.v4.new_notebook(cells=[shown, nbformat.v4.new_raw_cell("raw", id="raw")]), path)
    assert labs.markdown(path) == "![a plot](data:image/png;base64,AAAA)\n"
    shown.attachments = {}
    nbformat.write(nbformat.v4.new_notebook(cells=[shown]), path)
    with pytest.raises(ValueError, match='cell "shown" shows the attachment “plot.png”, which it does not hold'):
        labs.markdown(path)


@pytest.mark.parametrize("text", ["no json", "[]", '{"cells": 3}', '{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'])
def test_what_is_no_notebook_is_said_to_be_none(tmp_path, text):
    path = tmp_path / "lab.ipynb"
    path.write_text(text)
    with pytest.raises(ValueError, match="^lab.ipynb is not a notebook: "):
        labs.markdown(path)


def test_a_lab_cell_with_an_unknown_option_is_refused(tmp_path):
    path = tmp_path / "lab.ipynb"
    cell = nbformat.v4.new_code_cell("1", id="sum", metadata={"engineroom": {"folded": True}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(ValueError, match='cell "sum" has no option “folded”; there are id, fold'):
        labs.markdown(path)
