"""What a piece of Python depends on, found without running it: against generated projects, and against what Python really loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engineroom_site import imports
from engineroom_site.cells import cache, options
from engineroom_site.paths import ROOT, SOURCES, ignored

STYLES = [
    "import {whole}",
    "import {whole} as other",
    "from {package} import {name}",
    "from {whole} import anything",
    "from . import {name}",
    "from .{name} import anything",
    "def later():\n    from {package} import {name}",
    "try:\n    import {whole}\nexcept ImportError:\n    pass",
    "async def later():\n    import {whole}\n    await later()",
]
CHAPTERS = sorted((ROOT / "docs" / "chapters").glob("*.md"))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_it_finds_what_is_reached_and_nothing_else(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    names = [f"m{i}" for i in range(data.draw(st.integers(2, 7)))]
    (folder / "p").mkdir()
    (folder / "p" / "__init__.py").write_text("")
    reached = {}
    for name in names:
        others = data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        lines = [data.draw(st.sampled_from(STYLES)).format(whole=f"p.{other}", package="p", name=other) for other in others]
        (folder / "p" / f"{name}.py").write_text("\n".join(["import os, numpy.linalg", *lines]) + "\n")
        reached[name] = set(others)
    expected, waiting = set(), [names[0]]
    while waiting:
        name = waiting.pop()
        if name not in expected:
            expected.add(name)
            waiting += reached[name]
    assert imports.closure([f"p.{names[0]}"], folder) == sorted(folder / "p" / f"{name}.py" for name in {"__init__", *expected})


def test_what_only_a_type_checker_reads_does_not_count():
    code = "if TYPE_CHECKING:\n    import a\n    from b import B\nelse:\n    import c\nif True:\n    import d"
    assert imports.imported(code) == {"c", "d"}


def test_data_files_beside_a_module_count_and_what_tools_leave_does_not(tmp_path):
    (tmp_path / "p" / "__pycache__").mkdir(parents=True)
    for name in ("__init__.py", "a.py", "sizes.json", ".DS_Store"):
        (tmp_path / "p" / name).write_text("")
    assert [path.name for path in imports.closure(["p.a"], tmp_path)] == ["__init__.py", "a.py", "sizes.json"]


@pytest.mark.parametrize(
    "code, found",
    [
        ("importlib.import_module('engineroom.rope')", True),
        ("__import__('engineroom.rope')", True),
        ("exec('import engineroom.rope')", True),
        ("import importlib\nprint('import_module')", False),
        ("x = (", False),
    ],
)
def test_code_that_imports_without_saying_so_is_known(code, found):
    assert imports.dynamic(code) is found


def loaded(*statements: str) -> set[Path]:
    """The project's files that Python has really loaded after these import statements."""
    code = (
        "import sys\n"
        + "\n".join(statements)
        + "\nprint('\\n'.join(str(m.__file__) for m in list(sys.modules.values()) if getattr(m, '__file__', None)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return {Path(line) for line in shown.splitlines() if Path(line).is_relative_to(SOURCES)}


@pytest.fixture(scope="module")
def pages() -> dict[str, list[options.Cell]]:
    return {path.stem: options.cells(path.read_text(encoding="utf-8"), path.name) for path in CHAPTERS}


@pytest.fixture(scope="module")
def users(pages) -> dict[str, set[Path]]:
    """The project's files that each page's imports really load."""
    lines = {
        name: [line for cell in cells for line in cell.code.splitlines() if line.startswith(("import ", "from "))]
        for name, cells in pages.items()
    }
    return {name: loaded(*found) for name, found in lines.items()}


def last_keys(pages, tmp_path) -> dict[str, str]:
    return {name: cache.keys(cells, "start", tmp_path)[-1] for name, cells in pages.items()}


@pytest.mark.parametrize("module", ["rope.py", "moe/routing.py", "flash/tiles.py", "count/published.json", "chat.py"])
def test_a_changed_module_runs_the_pages_that_use_it_and_no_others(module, pages, users, tmp_path, monkeypatch):
    changed, before = SOURCES / "engineroom" / module, last_keys(pages, tmp_path)
    real = cache._content
    monkeypatch.setattr(cache, "_content", lambda path: "another" if path == changed else real(path))
    run_again = {name for name, key in last_keys(pages, tmp_path).items() if key != before[name]}
    stands_for = changed if changed.suffix == ".py" else changed.with_name("__init__.py")
    loading = {name for name, files in users.items() if stands_for in files}
    assert loading and loading <= run_again < set(pages)
    lazily = {
        name
        for name in run_again - loading
        if stands_for not in imports.closure(imported for cell in pages[name] for imported in imports.imported(cell.code))
    }
    assert not lazily


def test_a_cell_further_down_that_imports_more_leaves_those_above_alone(tmp_path):
    def keys(*codes):
        return cache.keys([options.Cell(f"c{i}", code, frozenset(), 1) for i, code in enumerate(codes)], "start", tmp_path)

    short, long = keys("from engineroom import attention", "x = 1"), keys("from engineroom import attention", "from engineroom import rope")
    assert short[0] == long[0] and short[1] != long[1]


def test_the_datas_index_counts_for_cells_that_read_data_and_for_no_others(tmp_path):
    cells = [
        options.Cell("a", "from engineroom import attention", frozenset(), 1),
        options.Cell("b", "from engineroom import store", frozenset(), 1),
    ]
    (tmp_path / "index.json").write_text("{}")
    before = cache.keys(cells, "start", tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "index.json").write_text('{"models/new": {}}')
    after = cache.keys(cells, "start", tmp_path / "more")
    assert before[0] == after[0] and before[1] != after[1]


def test_everything_of_the_library_counts_for_a_cell_that_imports_without_saying_so(tmp_path):
    every = {path for path in (SOURCES / "engineroom").rglob("*.py") if not ignored(path)}
    seen = set(imports.closure(cache._library()))
    assert every <= seen
    cells = [options.Cell("a", "import importlib\nm = importlib.import_module('engineroom.' + name)", frozenset(), 1)]
    assert cache.keys(cells, "start", tmp_path) != cache.keys([cells[0]._replace(code="import importlib")], "start", tmp_path)
