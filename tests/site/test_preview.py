"""Under `make serve` a changed page is drawn first: it must be the page that the whole build gives."""

import shutil
import types

import pytest

from engineroom_site import build, preview, serve
from engineroom_site.paths import ROOT
from engineroom_site.spare import Spare


@pytest.fixture
def site(tmp_path):
    """A copy of the built site."""
    build.ensure()
    return shutil.copytree(build.SITE, tmp_path / "site")


def test_pages_drawn_alone_are_those_of_the_whole_build(site):
    names = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*") if path.suffix in (".md", ".ipynb")}
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    for path in site.rglob("notebook.ipynb"):
        path.unlink()  # these are drawn too
    assert preview.draw(site, names)
    after = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == set()


def test_a_spare_process_draws_what_it_is_asked_for(site):
    page, other = site / "sources" / "index.html", site / "review" / "index.html"
    whole, untouched = page.read_text(encoding="utf-8"), other.stat().st_mtime_ns
    page.write_text(whole.replace("<h1", "<h2"), encoding="utf-8")
    spare = Spare()
    try:
        assert spare.draw(site, {"sources.md"}) and page.read_text(encoding="utf-8") == whole and other.stat().st_mtime_ns == untouched
    finally:
        spare.end()


@pytest.fixture
def rebuilt(tmp_path, monkeypatch):
    """`rebuilt(changed, whole)`: what rebuild() does, in order, when these files changed and the whole build writes `whole` as the page."""
    docs, site, did = tmp_path / "docs", tmp_path / "site", []
    for file in ("docs/page.md", "docs/new.md", "docs/figure.svg", "mkdocs.yml", "site/page/index.html"):
        (tmp_path / file).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / file).write_text("old")
    for name, value in {"DOCS": docs, "RELOADS": types.SimpleNamespace(tell=lambda: did.append("tell"))}.items():
        monkeypatch.setattr(serve, name, value)
    for name, value in {"SITE": site, "BUILD": tmp_path, "STAMP": tmp_path / "stamp", "up_to_date": lambda: False}.items():
        monkeypatch.setattr(build, name, value)

    def rebuilt(changed, whole):
        def run(*_, **__):
            did.append("build")
            (site / "page" / "index.html").write_text(whole)
            return types.SimpleNamespace(returncode=0)

        def draw(_, pages):
            did.append(f"draw {', '.join(pages)}")
            (site / "page" / "index.html").write_text("drawn")
            return True

        monkeypatch.setattr(serve.subprocess, "run", run)
        spare = types.SimpleNamespace(draw=draw, end=lambda: did.append("end"), ready=lambda: did.append("ready"))
        serve.rebuild(types.SimpleNamespace(settled=lambda: {tmp_path / name for name in changed}), spare)
        return did

    return rebuilt


@pytest.mark.parametrize(
    "changed, whole, did",
    [
        (["docs/page.md"], "drawn", ["draw page.md", "tell", "build", "ready"]),
        (["docs/page.md"], "other", ["draw page.md", "tell", "build", "tell", "ready"]),  # a reader sees what the whole build changes too
        (["docs/page.md", "docs/.page.md.draft"], "drawn", ["draw page.md", "tell", "build", "ready"]),
        (["docs/page.md", "mkdocs.yml"], "drawn", ["end", "build", "tell", "ready"]),
        (["docs/figure.svg"], "drawn", ["end", "build", "tell", "ready"]),
        (["docs/new.md"], "drawn", ["end", "build", "tell", "ready"]),
        (["docs/gone.md"], "drawn", ["end", "build", "tell", "ready"]),
    ],
)
def test_pages_whose_text_alone_changed_are_shown_first(rebuilt, changed, whole, did):
    assert rebuilt(changed, whole) == did


def test_a_site_drawn_over_is_out_of_date(tmp_path, monkeypatch):
    for name, value in {"SITE": tmp_path, "BUILD": tmp_path, "STAMP": tmp_path / "stamp", "state": lambda: "same"}.items():
        monkeypatch.setattr(build, name, value)
    build.STAMP.write_text("same")
    assert build.up_to_date() and build.over(lambda: True) and not build.up_to_date()
