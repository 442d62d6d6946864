"""The built folder: whole or not at all, and made again only for a reason."""

import threading
import types
from pathlib import Path

import pytest

from engineroom_site import build, pipeline

GOOD = "site_name: Small\nplugins: []\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small MkDocs project in place of this one."""
    for module in (pipeline, build):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "BUILD", tmp_path / ".build")
    monkeypatch.setattr(build, "SITE", tmp_path / "site")
    monkeypatch.setattr(build, "STAMP", tmp_path / ".build" / "site.stamp")
    monkeypatch.setattr(build, "INPUTS", ("docs", "mkdocs.yml"))
    monkeypatch.delenv("SITE_URL", raising=False)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# First")
    (tmp_path / "mkdocs.yml").write_text(GOOD)
    return tmp_path


def home(project):
    return (project / "site" / "index.html").read_text()


def test_a_build_is_made_once_and_again_when_a_page_changed(project, monkeypatch):
    build.ensure()
    assert "First" in home(project) and build.up_to_date()
    with monkeypatch.context() as patch:
        patch.setattr(build.subprocess, "run", lambda *_, **__: pytest.fail("built although nothing changed"))
        build.ensure()
    (project / "docs" / "index.md").write_text("# Second")
    assert not build.up_to_date()
    build.ensure()
    assert "Second" in home(project)


def test_a_failed_build_leaves_the_old_site_and_can_be_mended(project):
    build.ensure()
    (project / "docs" / "index.md").write_text("# Second\n\n[nowhere](missing.md)")
    with pytest.raises(build.BuildError):
        build.ensure()
    assert "First" in home(project) and not build.up_to_date()
    assert sorted(path.name for path in (project / ".build").iterdir() if path.is_dir()) == []
    (project / "docs" / "index.md").write_text("# Third")
    build.ensure()
    assert "Third" in home(project)


def test_another_address_is_a_reason_to_build(project, monkeypatch):
    build.ensure()
    monkeypatch.setenv("SITE_URL", "https://book.example/")
    assert not build.up_to_date()


def test_builds_wait_for_one_another(project, monkeypatch):
    running, together = threading.Semaphore(1), []

    def mkdocs(command, **_):
        together.append(not running.acquire(blocking=False))
        threading.Event().wait(0.3)
        Path(command[-1]).mkdir()
        running.release()
        return types.SimpleNamespace(returncode=0)

    monkeypatch.setattr(build.subprocess, "run", mkdocs)
    threads = [threading.Thread(target=build.build) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [False] * 3
