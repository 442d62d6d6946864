"""From a checkpoint's flat names to the nested parameters that blocks take."""

from collections.abc import Mapping
from typing import Any

from engineroom.arrays import Array
from engineroom.errors import MissingTensor, ShapeError


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
