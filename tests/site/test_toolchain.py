"""Tools are believed when they have answered, not when they are there."""

import os
import subprocess
from pathlib import Path

import pytest

from engineroom_site.toolchain import browser, node

FINDER = Path(__file__).parents[2] / "pysrc" / "find_python.sh"


def program(folder, name, script):
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return path


def find_python(folder):
    environment = {"PATH": f"{folder}:/bin", "HOME": str(folder), "PYENV_ROOT": str(folder / "pyenv")}
    return subprocess.run(["/bin/sh", str(FINDER)], env=environment, capture_output=True, text=True)


def test_a_shim_that_fails_is_passed_over(tmp_path):
    program(tmp_path, "python3.12", "echo 'no such version' >&2; exit 127")
    versions = tmp_path / "pyenv" / "versions" / "3.12.9" / "bin"
    versions.mkdir(parents=True)
    program(versions, "python3.12", 'case "$2" in *executable*) echo /right/one;; esac')
    found = find_python(tmp_path)
    assert (found.returncode, found.stdout.strip()) == (0, "/right/one")


def test_no_python_312_is_one_sentence_with_what_was_tried(tmp_path):
    old = program(tmp_path, "python3", "exit 1")
    found = find_python(tmp_path)
    assert found.returncode == 1 and str(old) in found.stderr and "make PYTHON312=" in found.stderr


@pytest.mark.parametrize(
    "answer, believed", [("echo v20.1.0", True), ("echo v18.19.0", False), ("echo v22.0.0; exit 0", True), ("exit 1", False)]
)
def test_node_is_believed_from_version_20(tmp_path, monkeypatch, answer, believed):
    program(tmp_path, "node", answer)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert (node._own() is not None) == believed


def test_the_browser_named_in_the_environment_is_taken_if_it_runs(tmp_path, monkeypatch):
    good = program(tmp_path, "mychrome", "echo Chromium 1")
    monkeypatch.setenv("CHROME", str(good))
    assert browser.find() == good
