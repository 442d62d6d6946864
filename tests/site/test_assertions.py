"""The tests' own code: each can fail, and what it takes down it looks at."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(TESTS.rglob("*.py"))
# What fails by itself: pytest's and Playwright's own, NumPy's.
FAILING = {"raises", "fail", "warns", "expect", "wait_for", "wait_for_url", "wait_for_function"}
type Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def can_fail(node: ast.AST, helpers: set[str]) -> bool:
    """Whether this code asserts, or calls what asserts."""
    calls = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in ast.walk(node) if isinstance(call, ast.Call)}
    return (
        any(isinstance(part, ast.Assert) for part in ast.walk(node))
        or bool(calls & helpers)
        or any(name.startswith("assert_") for name in calls)
    )


def asserting(trees: list[ast.AST]) -> set[str]:
    """The names of the tests' own functions that assert, directly or by one another."""
    found, size = set(FAILING), 0
    while len(found) > size:
        size = len(found)
        found |= {function.name for tree in trees for function in functions(tree) if can_fail(function, found)}
    return found


def forgotten(function: Function) -> set[str]:
    """Names that the function gives a value to, one at a time, and never reads."""
    nodes = list(ast.walk(function))
    members = {statement for node in nodes if isinstance(node, ast.ClassDef) for statement in node.body}
    assigned = [node for node in nodes if isinstance(node, ast.Assign) and node not in members]
    given = {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}
    outside = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    return given - outside - {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def always_true(test: ast.Compare) -> bool:
    """Whether a comparison holds by its form: of a thing with itself, of a size with 0, of a set's size with that of what it was made from."""
    if len(test.ops) != 1:
        return False
    left, right, kind = test.left, test.comparators[0], type(test.ops[0])
    if kind in (ast.Gt, ast.GtE):
        left, right, kind = right, left, {ast.Gt: ast.Lt, ast.GtE: ast.LtE}[kind]
    if (
        kind in (ast.Eq, ast.LtE, ast.Is)
        and ast.dump(left) == ast.dump(right)
        and not any(isinstance(part, ast.Call) for part in ast.walk(left))
    ):
        return True
    if kind is not ast.LtE or not _is_call(right, "len"):
        return False
    return (isinstance(left, ast.Constant) and left.value == 0) or (
        _is_call(left, "len") and ast.dump(right.args[0]) == _source(left.args[0])
    )


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and len(node.args) == 1


def _source(node: ast.AST) -> str:
    """What a set is made from, if it is one and by one loop."""
    if _is_call(node, "set"):
        node = node.args[0]
    elif not isinstance(node, ast.SetComp):
        return ""
    if isinstance(node, ast.SetComp | ast.GeneratorExp | ast.ListComp):
        return ast.dump(node.generators[0].iter) if len(node.generators) == 1 else ""
    return ast.dump(node)


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.AST]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def test_no_two_test_files_have_one_name(trees):
    """pytest imports them by their names alone: the second is not run."""
    names = [path.name for path in trees if path.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))


def test_every_test_can_fail(trees):
    helpers = asserting(list(trees.values()))
    tests = [(path.name, function) for path, tree in trees.items() for function in functions(tree) if function.name.startswith("test_")]
    assert len(tests) > 500
    assert not [f"{file}::{test.name}" for file, test in tests if not can_fail(test, helpers)]


def test_nothing_is_taken_down_and_forgotten(trees):
    found = {
        f"{path.name}::{function.name}": names
        for path, tree in trees.items()
        for function in functions(tree)
        if (names := forgotten(function))
    }
    assert not found


def test_no_assertion_holds_by_its_form(trees):
    asserts = [(path.name, node) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    compared = [(file, part) for file, node in asserts for part in ast.walk(node) if isinstance(part, ast.Compare)]
    assert not [f"{file}, line {node.lineno}: {ast.unparse(node)}" for file, node in compared if always_true(node)]


@pytest.mark.parametrize(
    "code, holds",
    [
        ("len(set(a)) <= len(a)", True),
        ("len({tuple(path.ids) for path in ours}) <= len(ours)", True),
        ("len(ours) >= len(set(f(x) for x in ours))", True),
        ("a.b == a.b", True),
        ("len(a) >= 0", True),
        ("len(set(a)) == len(a)", False),
        ("len(set(a)) <= len(b)", False),
        ("f() == f()", False),
        ("len(a) > 0", False),
        ("a < b < a", False),
    ],
)
def test_what_holds_by_its_form(code, holds):
    assert always_true(ast.parse(code, mode="eval").body) is holds


def test_what_is_forgotten_and_what_can_fail():
    code = "def test_x(page):\n    started = time()\n    run(page)\n\ndef test_y():\n    a = 1\n    check(a)\n\ndef check(a):\n    assert a"
    tree = ast.parse(code)
    one, other, _ = functions(tree)
    helpers = asserting([tree])
    assert (forgotten(one), forgotten(other)) == ({"started"}, set())
    assert not can_fail(one, helpers) and can_fail(other, helpers)
