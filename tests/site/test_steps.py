"""The steps: everything that decides what one makes is among its files, so that nothing stale ships."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from engineroom_site import build, client, imports, steps, wheels
from engineroom_site.paths import ROOT, SOURCES, files

STEPS = (*steps.ALL, wheels.QUIZ)
by_name = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)


@by_name
def test_a_steps_files_are_all_that_python_loads_for_it(step):
    """Python itself imports the step's module in a fresh process; what it then holds of ours, the step has."""
    code = f"import {step.build.__module__}, sys; print('\\n'.join(str(m.__file__) for m in sys.modules.values() if getattr(m, '__file__', None)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {Path(line) for line in shown.splitlines() if Path(line).is_relative_to(SOURCES)} <= set(step.files())


@by_name
def test_no_code_of_a_step_imports_what_no_statement_says(step):
    """`find_spec` may stand: it leads to an installed package, and the lock names those."""
    code = {
        path: path.read_text(encoding="utf-8").replace("find_spec", "")
        for path in imports.closure([step.build.__module__])
        if path.suffix == ".py"
    }
    assert not [path.relative_to(SOURCES).as_posix() for path, text in code.items() if imports.dynamic(text)]


@by_name
def test_a_step_depends_on_the_versions_of_what_is_installed(step):
    code = [path for path in imports.closure([step.build.__module__]) if path.suffix == ".py"]
    named = {name.split(".")[0] for path in code for name in imports.imported(path.read_text(encoding="utf-8")) if name}
    installed = {name for name in named if not (SOURCES / name).is_dir()} - sys.stdlib_module_names
    assert not installed or ROOT / "requirements.lock" in step.files(), installed


@pytest.mark.parametrize(
    "step, entries", [(steps.CLIENT, ["src/main.ts", "src/kernel/worker.ts", "src/search/worker.ts"]), (wheels.QUIZ, ["src/quiz.ts"])]
)
def test_all_that_a_bundle_is_made_from_is_among_its_steps_files(step, entries):
    found, waiting = set(), [client.CLIENT / entry for entry in entries]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            text = re.sub(r"(?:import|export) type [^;]*;", "", path.read_text(encoding="utf-8"))  # no part of a bundle
            named = re.findall(r"""(?:from|import|import\()\s*"(\.[^"]+)\"""", text) if path.suffix == ".ts" else []
            for target in ((path.parent / name).resolve() for name in named):
                waiting.append(target if target.is_file() else target.with_name(f"{target.name}.ts"))
    assert len(found) > 3 and found <= set(step.files())


@by_name
def test_every_input_is_there_once_and_the_site_is_built_again_when_it_changes(step):
    for name in step.inputs:
        assert (ROOT / name).exists(), name
        assert any((ROOT / name).is_relative_to(ROOT / top) for top in build.INPUTS), name
    found = list(files(step.inputs))
    assert len(found) == len(set(found)), sorted(str(path) for path in set(found) if found.count(path) > 1)


def test_what_makes_the_shipped_weights_is_part_of_the_step_that_ships_them():
    found = set(steps.DATA.files())
    assert SOURCES / "engineroom" / "quantise.py" in found
    assert SOURCES / "engineroom" / "rope.py" not in found and SOURCES / "engineroom_site" / "plugin.py" not in found
