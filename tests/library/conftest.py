"""What the library's tests share: array libraries to run on, golden files, the real model, and the measured errors."""

import asyncio
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: a busy machine is thirty times slower with more

import array_api_strict
import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

from engineroom.models import bert, llama_gguf, safetensors
from engineroom.models.bert import Bert
from engineroom.models.llama import Llama
from libraries import Elsewhere

HERE = Path(__file__).parent
MEASURED = HERE / "measured.json"

settings.register_profile("library", deadline=None, derandomize=True)  # the same cases on every machine, however slow
settings.load_profile("library")


@pytest.fixture(params=[np, Elsewhere(array_api_strict, array_api_strict.Device("device1"))], ids=["numpy", "array_api_strict"])
def xp(request: pytest.FixtureRequest) -> ModuleType:
    """Libraries with float64. In the second, what the library makes where its own default is cannot meet what a test made."""
    return request.param


@pytest.fixture(scope="session")
def golden() -> Callable[[str], Mapping[str, np.ndarray]]:
    return lambda name: dict(np.load(HERE / "golden" / f"{name}.npz"))


@pytest.fixture(scope="session")
def checkpoint() -> dict[str, Path]:
    """all-MiniLM-L6-v2 as published."""
    from engineroom_site.assets import fetch

    return {part: fetch.file(f"minilm-{part}") for part in ("weights", "vocab", "config")}


@pytest.fixture(scope="session")
def vocab(checkpoint: dict[str, Path]) -> dict[str, int]:
    from engineroom.tokenize.wordpiece import load_vocab

    return load_vocab(checkpoint["vocab"].read_bytes())


@pytest.fixture(scope="session")
def exact_minilm(checkpoint: dict[str, Path], vocab: dict[str, int]) -> Bert:
    tensors = safetensors.read(checkpoint["weights"].read_bytes())
    return bert.from_tensors(json.loads(checkpoint["config"].read_text()), tensors, vocab)


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder, as the site ships it: one for all processes, made again when what it is made from changes."""
    from engineroom_site import pipeline, steps

    return pipeline.folder(steps.DATA)


@pytest.fixture(scope="session")
def minilm(data: Path) -> Iterator[Bert]:
    """The model as a reader's page loads it: int8 on its way, float32 in use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENGINEROOM_DATA", str(data))
        yield asyncio.run(bert.load("all-MiniLM-L6-v2"))


@pytest.fixture(scope="session")
def smollm2(data: Path) -> Iterator[Llama]:
    """In float32."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENGINEROOM_DATA", str(data))
        yield asyncio.run(llama_gguf.load("SmolLM2-135M-Instruct"))


@pytest.fixture(scope="session")
def measured() -> Iterator[Callable[..., None]]:
    """`measured("attention", against="PyTorch 2.13.0", error=2e-16, metric="max abs. error", cases=40)`.

    The pages' badges read measured.json. An error is kept as an upper bound of one significant digit; a bound that
    still holds, within a factor of ten, stays as it is, so that other machines' roundings do not change the file.
    """
    found: dict[str, dict[str, Any]] = {}

    def measure(name: str, *, against: str, error: float, metric: str, cases: int) -> None:
        found[name] = {"against": str(against), "cases": int(cases), "error": _bound(float(error)), "metric": metric}

    yield measure
    with FileLock(MEASURED.parents[2] / ".build" / "measured.lock"):  # the tests run in several processes
        _keep(found)


def _keep(found: dict[str, dict[str, Any]]) -> None:
    before = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for name, entry in found.items():
        old = before.get(name, {})
        if {**old, "error": 0} == {**entry, "error": 0} and old["error"] / 10 <= entry["error"] <= old["error"]:
            found[name] = old
    after = json.dumps(before | found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if not MEASURED.exists() or MEASURED.read_text(encoding="utf-8") != after:
        MEASURED.write_text(after, encoding="utf-8")


def _bound(error: float) -> float:
    """Rounded up to one significant digit."""
    if not math.isfinite(error) or error < 0:
        raise ValueError(f"an error of {error} is no measurement")
    if error == 0:
        return 0.0
    power = math.floor(math.log10(error))
    return float(f"{math.ceil(round(error / 10.0**power, 6))}e{power}")
