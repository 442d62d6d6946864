"""A state as the bytes of a safetensors file, and back: every bit of it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engineroom.errors import CorruptAsset, DTypeError
from engineroom.models import safetensors
from engineroom.train.loop import State

FORM = "engineroom.train 1"


def save(state: State) -> bytes:
    """The state's parameters, the optimiser's state, step, tokens and seed. Raises DTypeError for a tree of other things than dicts of NumPy's arrays and whole numbers."""
    tensors: dict[str, np.ndarray] = {}
    for part, held in (("params", state.params), ("optimiser", state.optimiser)):
        for path, leaf in _leaves(held, (part,)):
            tensors["/".join(path)] = np.asarray(leaf, dtype=np.int64) if isinstance(leaf, int) else leaf
    about = {"form": FORM, "step": str(state.step), "tokens": str(state.tokens), "seed": str(state.seed)}
    return safetensors.write(tensors, about)


def load(data: bytes, where: str = "the saved run") -> State:
    """What `save` saved. Raises CorruptAsset for anything else."""
    tensors, about = safetensors.read(data, where), safetensors.metadata(data, where)
    if about.get("form") != FORM:
        raise CorruptAsset(f"{where}: its form is {about.get('form')!r}, not {FORM!r}")
    parts: dict[str, Any] = {}
    for name, tensor in tensors.items():
        *parents, leaf = name.split("/")
        here = parts
        for parent in parents:
            here = here.setdefault(parent, {})
        here[leaf] = int(tensor) if tensor.ndim == 0 and tensor.dtype == np.int64 else tensor.copy()
    try:
        return State(parts["params"], parts["optimiser"], int(about["step"]), int(about["tokens"]), int(about["seed"]))
    except (LookupError, ValueError) as error:
        raise CorruptAsset(f"{where}: {error} is missing or no number") from None


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tree, Mapping):
        for key, part in tree.items():
            if "/" in str(key):
                raise DTypeError(f"{'.'.join(path)} has a key {key!r}: a slash separates the parts of a name")
            yield from _leaves(part, (*path, str(key)))
    elif isinstance(tree, np.ndarray) or type(tree) is int:
        yield path, tree
    else:
        raise DTypeError(f"{'.'.join(path)} is {type(tree).__name__}: a state is kept as dicts of NumPy's arrays and whole numbers")
