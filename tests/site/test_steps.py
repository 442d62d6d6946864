"""The steps: all that decides what one makes is among its files, so that nothing stale ships."""
from __future__ import annotations

import re

import pytest

from engineroom_site import build, client, imports, steps, wheels
from engineroom_site.paths import ROOT, SOURCES, files

by_name = pytest.mark.parametrize("step", steps.ALL, ids=lambda step: step.name)


@by_name
def test_no_code_of_a_step_imports_what_no_statement_says(step):
    """`find_spec` may stand: it leads to an installed package, and the lock names those."""
    code = {path: path.read_text(encoding="utf-8").replace("find_spec", "") for path in imports.closure([step.build.__module__]) if path.suffix == ".py"}
    assert not [path.relative_to(SOURCES).as_posix() for path, text in code.items() if imports.dynamic(text)]


@by_name
def test_every_input_is_there_and_the_site_is_built_again_when_it_changes(step):
    assert not [name for name in step.inputs if not (ROOT / name).exists()]
    assert not set(step.files()) - set(files(build.INPUTS, ROOT))


@pytest.mark.parametrize("step, entries", [(steps.CLIENT, ["src/main.ts", "src/kernel/worker.ts", "src/search/worker.ts"]), (wheels.QUIZ, ["src/quiz.ts"])])
def test_all_that_a_bundle_is_made_from_is_among_its_steps_files(step, entries):
    found, waiting = set(), [client.CLIENT / entry for entry in entries]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            named = re.findall(r"""(?:from|import|import\()\s*"(\.[^"]+)\"""", path.read_text(encoding="utf-8")) if path.suffix == ".ts" else []
            for target in ((path.parent / name).resolve() for name in named):
                waiting.append(target if target.is_file() else target.with_name(f"{target.name}.ts"))
    missing = found - set(step.files())
    assert len(found) > 3 and not missing, sorted(path.relative_to(ROOT).as_posix() for path in missing)


def test_the_licence_that_a_wheel_ships_is_among_its_steps_files():
    assert all(ROOT / "LICENSE" in step.files() for step in (steps.RUNTIME, wheels.QUIZ))
