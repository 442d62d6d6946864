"""The steps: everything that decides what one makes is among its inputs, so that nothing stale ships."""
import ast
import re
import subprocess
import sys

import pytest

from closure import closure, file_of, imports
from engineroom_site import build, client, pipeline, steps, wheels
from engineroom_site.cells import cache
from engineroom_site.pipeline import ROOT

SOURCES = ROOT / "pysrc"
STEPS = (steps.RUNTIME, steps.DATA, steps.CLIENT, wheels.QUIZ)
by_name = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)


@by_name
def test_all_code_that_a_step_runs_is_among_its_inputs(step):
    code = closure(SOURCES, step.build.__module__)
    missing = code - set(pipeline.files(step.inputs))
    assert not missing, sorted(path.relative_to(ROOT).as_posix() for path in missing)


@by_name
def test_a_step_that_uses_installed_packages_depends_on_their_versions(step):
    named = {name.split(".")[0] for path in closure(SOURCES, step.build.__module__) for name in imports(path, _name(path))}
    installed = {name for name in named if file_of(SOURCES, name) is None} - sys.stdlib_module_names
    assert not installed or ROOT / "requirements.lock" in pipeline.files(step.inputs), installed


@pytest.mark.parametrize("step, entries", [(steps.CLIENT, ["src/main.ts", "src/kernel/worker.ts", "src/search/worker.ts"]), (wheels.QUIZ, ["src/quiz.ts"])])
def test_all_that_a_bundle_is_made_from_is_among_its_steps_inputs(step, entries):
    found, waiting = set(), [client.CLIENT / entry for entry in entries]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            named = re.findall(r"""(?:from|import|import\()\s*"(\.[^"]+)\"""", path.read_text(encoding="utf-8")) if path.suffix == ".ts" else []
            for target in ((path.parent / name).resolve() for name in named):
                waiting.append(target if target.is_file() else target.with_name(f"{target.name}.ts"))
    missing = found - set(pipeline.files(step.inputs))
    assert len(found) > 3 and not missing, sorted(path.relative_to(ROOT).as_posix() for path in missing)


@by_name
def test_every_input_is_there_once_and_the_site_is_built_again_when_it_changes(step):
    for name in step.inputs:
        assert (ROOT / name).exists(), name
        assert any((ROOT / name).is_relative_to(ROOT / top) for top in build.INPUTS), name
    found = list(pipeline.files(step.inputs))
    assert len(found) == len(set(found)), sorted(str(path) for path in set(found) if found.count(path) > 1)


def test_the_int8_shards_depend_on_the_code_that_rounds_them():
    assert SOURCES / "engineroom/quantise.py" in pipeline.files(steps.DATA.inputs)


def test_what_cells_gave_depends_on_the_code_that_writes_it_down():
    inside = closure(SOURCES, "engineroom_site.cells.checkpoint")
    recording = {path for path in inside if path.is_relative_to(SOURCES / "engineroom")} | {file_of(SOURCES, "engineroom_site.cells.checkpoint")}
    assert recording <= set(cache.files())


def _name(path):
    return ".".join(path.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")


@pytest.fixture
def folder(tmp_path):
    """Packages that import each other in every way there is."""
    files = {
        "a/__init__.py": "",
        "a/plain.py": "import a.deep.inner\nimport json, numpy.linalg",
        "a/named.py": "from a import leaf\nfrom a.values import CONSTANT",
        "a/whole.py": "from a.deep import *",
        "a/inside.py": "def f():\n    from a import leaf\n    class C:\n        if True:\n            import a.values as v",
        "a/nearby.py": "from . import leaf\nfrom .values import CONSTANT",
        "a/renamed.py": "import a.leaf as b",
        "a/literal.py": "import importlib\nimportlib.import_module('a.leaf')",
        "a/computed.py": "import importlib\nimportlib.import_module('a.' + 'leaf')",
        "a/round.py": "import a.trip",
        "a/trip.py": "import a.round",
        "a/leaf.py": "", "a/values.py": "CONSTANT = 1",
        "a/deep/__init__.py": "from ..values import CONSTANT", "a/deep/inner.py": "from .. import leaf", "a/deep/other.py": "",
        "bare/under.py": "import a.leaf",
    }  # fmt: skip
    for name, code in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code)
    return tmp_path


@pytest.mark.parametrize(
    "module, brings",
    [
        ("a.plain", "deep/__init__ deep/inner values leaf"),
        ("a.named", "leaf values"),
        ("a.whole", "deep/__init__ values"),
        ("a.inside", "leaf values"),
        ("a.nearby", "leaf values"),
        ("a.renamed", "leaf"),
        ("a.literal", "leaf"),
        ("a.deep", "values"),
        ("a.deep.inner", "deep/__init__ values leaf"),
        ("a.round", "trip"),
        ("a.leaf", ""),
    ],
)
def test_the_closure_of_a_module(folder, module, brings):
    own = file_of(folder, module).relative_to(folder / "a").with_suffix("").as_posix()
    found = {path.relative_to(folder / "a").with_suffix("").as_posix() for path in closure(folder, module)}
    assert found == {own, "__init__", *brings.split()}


def test_a_package_without_an_init_is_one_too(folder):
    assert {path.name for path in closure(folder, "bare.under")} == {"under.py", "leaf.py", "__init__.py"}


def test_an_import_that_cannot_be_read_is_an_error(folder):
    with pytest.raises(ValueError, match=r"computed\.py, line 2"):
        closure(folder, "a.computed")
    with pytest.raises(ModuleNotFoundError, match="no module a.absent"):
        closure(folder, "a.absent")


@by_name
def test_what_is_read_from_the_code_is_what_python_loads(step):
    """Python itself imports the step's module in a fresh process; what it then holds of ours, the closure has."""
    code = f"import {step.build.__module__}, sys; print([m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)])"
    loaded = ast.literal_eval(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    ours = {path for path in loaded if path.startswith(f"{SOURCES}/")}
    assert ours <= {str(path) for path in closure(SOURCES, step.build.__module__)}
