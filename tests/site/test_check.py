"""`make check`: what each tool holds the sources to is broken once, in a small project that is held to the same."""

import subprocess
import sys
from pathlib import Path
from unittest.mock import ANY

import pytest
import yaml

from engineroom_site import check, client
from engineroom_site.paths import ROOT

ROOMS = """
[tool.importlinter]
root_packages = ["engineroom", "engineroom_site"]

[[tool.importlinter.contracts]]
name = "The library knows nothing of the site"
type = "layers"
layers = ["engineroom_site", "engineroom"]
"""
BROKEN = {  # check: (file, what is in it, what the tool says of it)
    "format": ("pysrc/engineroom/form.py", "x = { 1:2 }\n", "form.py"),
    "lint": ("pysrc/engineroom/lint.py", "import os\n", "F401"),
    "unannotated": ("pysrc/engineroom/bare.py", "def twice(x):\n    return 2 * x\n", "ANN001"),
    "pyright": ("pysrc/engineroom/types.py", 'length: int = "four"\n', "types.py:1:15"),
    "rooms": ("pysrc/engineroom/room.py", "import engineroom_site\n", "engineroom.room -> engineroom_site"),
    "biome": ("overrides/client/src/form.ts", "export const one=1\n", "src/form.ts format"),
    "tsc": ("overrides/client/src/types.ts", "export const first: string = [''][0];\n", "src/types.ts(1,14)"),
    "vitest": ("overrides/client/test/one.test.ts", 'import { expect, it } from "vitest";\n\nit("adds", () => expect(1 + 1).toBe(3));\n', "expected 2 to be 3"),
    "library": ("tests/library/test_one.py", "def test_one():\n    assert 1 + 1 == 3\n", "test_one.py:2: AssertionError"),
}  # fmt: skip
HELD_BY = {"unannotated": "lint"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a few lines under this one's settings, in which nothing is wrong."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    files = {
        "pyproject.toml": settings.partition("# The rooms of")[0] + ROOMS + "[tool.pyright]" + settings.partition("[tool.pyright]")[2],
        "pysrc/engineroom/__init__.py": "",
        "pysrc/engineroom_site/__init__.py": "",
        "pysrc/engineroom/good.py": "def good(x: int) -> int:\n    return 2 * x\n",
        "tests/library/test_good.py": "def test_good():\n    assert 1 + 1 == 2\n",
        "overrides/client/test/good.test.ts": 'import { expect, it } from "vitest";\n\nit("adds", () => expect(1 + 1).toBe(2));\n',
        "overrides/client/src/good.ts": 'export const good: string = "yes";\n',
        **{name: (ROOT / name).read_text(encoding="utf-8") for name in ("overrides/biome.json", "overrides/client/tsconfig.json")},
    }
    for name, text in files.items():
        write(tmp_path / name, text)
    (tmp_path / "overrides/client/node_modules").symlink_to(client.install())
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "pysrc"))
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("fault", BROKEN)
def test_a_check_fails_for_what_is_wrong_and_for_nothing_else(fault, project):
    file, text, told = BROKEN[fault]
    write(project / file, text)
    outcome = check.run(check.checks()[HELD_BY.get(fault, fault)], project)
    wrong = [line for line in outcome.said.splitlines() if "✓" not in line]
    assert not outcome.passed and told in outcome.said and "good" not in "".join(wrong)


def test_a_check_passes_where_nothing_is_wrong(project):
    for name in ("format", "lint", "rooms", "biome"):
        assert check.run(check.checks()[name], project) == (True, ANY, "")


def test_every_check_is_seen_to_fail():
    assert {HELD_BY.get(fault, fault) for fault in BROKEN} == set(check.checks())


def test_one_that_fails_does_not_hide_the_others(monkeypatch, capsys):
    says = lambda code: [sys.executable, "-c", f"print('said', {code}); raise SystemExit({code})"]
    monkeypatch.setattr(check, "checks", lambda: {"one": check.Check("first", says(3)), "two": check.Check("second", says(0))})
    assert not check.everything()
    out = capsys.readouterr().out
    assert "one: first\nsaid 3" in out and "two: second" in out and "said 0" not in out and "Failed: one." in out
    assert check.everything(["two"])
    assert "first" not in capsys.readouterr().out
    with pytest.raises(ValueError, match="No check called three; there are one, two"):
        check.everything(["three"])


def test_the_command_fails_and_names_the_checks_there_are():
    done = subprocess.run([sys.executable, "-m", "engineroom_site", "check", "nothing"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "No check called nothing; there are library, pyright" in done.stderr


def test_before_a_commit_the_same_checks_run_and_nothing_from_elsewhere():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        assert hook["entry"] == f".venv/bin/python -m engineroom_site check {hook['id']}" and hook["id"] in check.checks()
