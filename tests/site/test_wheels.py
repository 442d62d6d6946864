"""What others install: each wheel by itself holds what it promises."""

import json
import re
import zipfile
from importlib.metadata import PathDistribution

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from engineroom_site import wheels
from engineroom_site.paths import ROOT
from engineroom_site.runtime import archive, plain


def about(wheel):
    return PathDistribution(next(path for path in zipfile.Path(wheel).iterdir() if path.name.endswith(".dist-info")))


@pytest.mark.parametrize(
    "made, points", [(plain.own_wheel, []), (lambda _: wheels.quiz(), ["engineroom-quiz"])], ids=["library", "questions"]
)
def test_what_a_wheel_advertises_is_in_it(tmp_path, made, points):
    wheel = made(tmp_path)
    files, named = archive.read(wheel), about(wheel).entry_points
    assert sorted(point.name for point in named) == points
    assert all(point.module.replace(".", "/") + ".py" in files for point in named)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in files)


def test_the_questions_come_with_their_browser_side_built():
    files = archive.read(wheels.quiz())
    package = ROOT / "pysrc" / "engineroom_quiz"
    assert {name for name in files if name.endswith(".py")} == {
        f"engineroom_quiz/{path.relative_to(package)}" for path in package.rglob("*.py")
    }
    made = json.loads(files["engineroom_quiz/browser/manifest.json"])
    assert {f"engineroom_quiz/browser/{name}" for name in (*made["js"], *made["quiz"])} < set(files)
    assert made["packages"] == []  # nobody else's code, and so no other licence
    assert sorted(re.split(r"[<>=,]", need)[0] for need in about(wheels.quiz()).requires) == [
        "markdown",
        "markdown-it-py",
        "markupsafe",
        "mkdocs",
        "pyyaml",
    ]


def test_built_again_it_is_the_same(tmp_path):
    wheels._quiz(tmp_path)
    assert next(tmp_path.glob("*.whl")).read_bytes() == wheels.quiz().read_bytes()


def test_a_wheel_that_fails_says_why(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n[project]\nname = 'toy'\n"
    )
    with pytest.raises(wheels.WheelError, match="(?s)was not built:.*version"):
        wheels.build(tmp_path, tmp_path)


def test_a_checkout_put_in_place_of_the_wheel_says_what_is_missing(tmp_path, caplog):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n\n```quiz\nid: q\ntype: single\n---\nWhy?\n\n- [x] yes\n- [ ] no\n```\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: T\nplugins: [engineroom-quiz]\n")
    with pytest.raises(Abort):
        build(load_config(str(tmp_path / "mkdocs.yml"), site_dir=str(tmp_path / "site")))
    assert "no scripts and styles: it was not installed from its wheel, which `make wheel` builds" in caplog.text
