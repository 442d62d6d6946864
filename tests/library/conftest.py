"""What the library's tests share: array libraries to run on, golden files, the real model, and the measured errors."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: a busy machine is thirty times slower with more

import array_api_strict
import numpy as np
import pytest
from hypothesis import settings

import marking
import measuring
from engineroom.models import bert, llama_gguf, safetensors
from engineroom.models.bert import Bert
from engineroom.models.llama import Llama
from libraries import Elsewhere

HERE = Path(__file__).parent

settings.register_profile("library", deadline=None, derandomize=True)  # the same cases on every machine, however slow
settings.load_profile("library")

pytest_addoption = measuring.pytest_addoption


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(measuring.Measuring(config), "measuring")
    config.pluginmanager.register(marking, "marking")


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


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`measured("attention", against="PyTorch 2.13.0", error=2e-16, metric="max abs. error", cases=40)`, for the pages' badges."""
    return request.config.stash[measuring.KEY].measure
