"""The array contract: every public function computes in the library, on the device and in the dtype of what it is given, and reads no value."""

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engineroom
import libraries
from contract import CASES, NONE, READS, Case
from libraries import LIBRARIES, Library, leaves

ROOT = Path(engineroom.__file__).parent
ROOMS = [
    *("arrays", "attention", "cache", "feedforward", "flash", "generate", "linear", "loss", "masks", "moe", "norm", "position", "products"),
    *("grad", "optim", "quantise", "rope", "rope_angles", "sample", "simd", "speculative", "train", "transformer"),
    *(f"models.{name}" for name in ("bert", "checkpoint", "convert", "fit", "key_heads", "llama", "mixtral", "seq2seq")),
]
TAKES_ARRAYS = re.compile(r"\b(Array|Tree|Params|ModuleType|Llama|Bert|Seq2Seq|Routing|Running|Cache)\b")


@cache
def library(name: str) -> Library:
    return LIBRARIES[name]()


@cache
def expected(name: str) -> list[Any]:
    """By NumPy in double precision."""
    case = CASES.get(name) or READS[name][1]
    return list(leaves(case(libraries.numpy(np.float64))))


def compare(name: str, found: Any, there: Library) -> None:
    for ours, theirs in zip(leaves(found), expected(name), strict=True):
        if hasattr(theirs, "dtype"):
            ours = there.check(ours)
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-5)
        else:
            assert ours == theirs


@pytest.mark.filterwarnings("error:.*dtype.*")  # JAX's, where more digits are asked for than there are
@pytest.mark.parametrize("kind", LIBRARIES)
@pytest.mark.parametrize("name", CASES)
def test_it_computes_where_its_arguments_are(name, kind):
    there = library(kind)
    compare(name, traced(CASES[name], there) if kind == "jax" else CASES[name](there), there)


def traced(case: Case, there: Library) -> list[Any]:
    """The leaves of what a case returns, computed by JAX in one piece: every array in it is a tracer at first."""
    import jax

    found: list[Any] = []

    def run() -> list[Any]:
        found[:] = leaves(case(there))
        return [leaf for leaf in found if isinstance(leaf, there.kind)]

    computed = iter(jax.jit(run)())
    return [next(computed) if isinstance(leaf, there.kind) else leaf for leaf in found]


@pytest.mark.parametrize("kind", [kind for kind in LIBRARIES if kind != "jax" and "traced" not in kind])
@pytest.mark.parametrize("name", READS)
def test_what_reads_values_reads_them_from_anywhere(name, kind):
    there = library(kind)
    compare(name, READS[name][1](there), there)


@pytest.mark.parametrize("name", READS)
def test_it_is_true_that_it_reads_values(name):
    with pytest.raises(TypeError, match="values are not read|follows from"):
        READS[name][1](library("traced"))


def public() -> set[str]:
    """ "rope.rotate", …: functions and methods in ROOMS that take arrays, or models of them."""
    found = set()
    for path in ROOT.rglob("*.py"):
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        if not any(name == room or name.startswith(f"{room}.") for room in ROOMS):
            continue
        module = importlib.import_module(f"engineroom.{name}")
        for key, value in vars(module).items():
            if key.startswith("_") or getattr(value, "__module__", "") != module.__name__:
                continue
            if inspect.isclass(value):
                methods = {k: f for k, f in vars(value).items() if inspect.isfunction(f) and (k == "__call__" or not k.startswith("_"))}
                found |= {f"{name}.{key}.{k}" for k, f in methods.items() if TAKES_ARRAYS.search(str(inspect.signature(f)))}
            elif inspect.isfunction(value) and TAKES_ARRAYS.search(str(inspect.signature(value))):
                found.add(f"{name}.{key}")
    return found


def test_every_public_function_has_a_case():
    found = public()
    assert len(found) > 100
    assert sorted(found - set(CASES) - set(READS) - set(NONE)) == []
    assert sorted(set(NONE) - found) == [] and not set(NONE) & (set(CASES) | set(READS))


CREATION = {"arange", "asarray", "empty", "eye", "full", "linspace", "ones", "zeros"}


def creations() -> list[tuple[str, ast.Call]]:
    """Calls that make an array, but for NumPy's by its own name, whose arrays are on the host."""
    found = []
    for path in ROOT.rglob("*.py"):
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        if any(name == room or name.startswith(f"{room}.") for room in ROOMS):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CREATION:
                    if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "np"):
                        found.append((f"{path.name}:{node.lineno}", node))
    return found


def test_what_is_made_is_made_on_a_device():
    found = creations()
    assert len(found) > 20
    assert [where for where, call in found if not any(keyword.arg == "device" for keyword in call.keywords)] == []
