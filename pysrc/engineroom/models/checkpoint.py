"""From a checkpoint's files to the nested parameters that blocks take."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engineroom import quantise, store
from engineroom.arrays import Array, Params
from engineroom.errors import MissingTensor, ShapeError
from engineroom.models import safetensors


async def tensors(entry: Mapping[str, Any]) -> dict[str, Array]:
    """Every tensor in the safetensors files of a model's `entry` in the index, stored in int8 or float16, used in float32.

    Raises CorruptAsset, DownloadError, and MissingTensor for an int8 matrix without its scales.
    """
    stored: dict[str, Array] = {}
    for path in (file["path"] for file in entry["files"] if file["path"].endswith(".safetensors")):
        stored |= safetensors.read(await store.read(path), path)
    return {name: tensor.astype(np.float32, copy=False) for name, tensor in quantise.expand(stored).items()}


def nested(tensors: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """The tensors that `shapes` names, nested at the dots of their names; others are left out.

    Raises MissingTensor or ShapeError naming the tensor.
    """
    params: dict[str, Any] = {}
    for name, shape in shapes.items():
        if name not in tensors:
            raise MissingTensor(f"the checkpoint has no tensor {name}, of shape {shape}")
        if tuple(tensors[name].shape) != shape:
            raise ShapeError(f"tensor {name} has shape {tuple(tensors[name].shape)}; its config asks for {shape}")
        *parents, leaf = name.split(".")
        here = params
        for parent in parents:
            here = here.setdefault(parent, {})
        here[leaf] = tensors[name]
    return params


def flat(params: Params, prefix: str = "") -> Iterator[tuple[str, Array]]:
    """The tensors of nested `params` by a checkpoint's names; `nested` undoes it."""
    for name, part in params.items():
        yield from flat(part, f"{prefix}{name}.") if isinstance(part, Mapping) else [(prefix + name, part)]
