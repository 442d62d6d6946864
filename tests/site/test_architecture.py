"""The rooms that ARCHITECTURE.md names, and what may depend on what."""

from __future__ import annotations

import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

from engineroom_site.paths import ROOT

PAPER = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_nothing_depends_on_what_it_must_not():
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-logo", "--no-cache", "pyproject.toml"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_paper_names_rooms_that_are_there():
    named = re.findall(r"`((?:pysrc|overrides|tests|docs)/[\w/.-]*)`", PAPER)
    assert len(named) > 8 and not [name for name in named if not (ROOT / name).exists()]


def test_the_paper_names_modules_that_are_there():
    """Where it follows a build, a cell and a token, by the names that the code has."""
    for room, text in (
        ("engineroom_site", PAPER.partition("## The way of a build")[2].partition("## The way of a token")[0]),
        ("engineroom", PAPER.partition("## The way of a token")[2].partition("## The way of an answer")[0]),
    ):
        named = {name.split(".")[0].rstrip("/") for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)*/?)`", text)} - {
            "times",
            "rows",
            "authoring",
        }
        missing = [name for name in named if not list((ROOT / "pysrc" / room).glob(f"{name}*")) and not (ROOT / "pysrc" / name).is_dir()]
        assert len(named) > 5 and not missing


def test_no_module_imports_itself_by_way_of_others():
    """Inside functions, and for types only, too."""
    graph = grimp.build_graph("engineroom", "engineroom_quiz", "engineroom_site", cache_dir=None)
    assert circle({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == {"b", "c"}


def circle(graph):
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []
