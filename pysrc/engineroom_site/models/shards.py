"""Checkpoints as files a browser can fetch: int8, at most 20 MB each, named by their content."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save  # the format's own writer; the page reads with engineroom.models.safetensors

from engineroom import quantise
from engineroom_site import data_files

LIMIT = 20_000_000  # bytes
HEADER = 100_000  # more than the JSON header of any shard here takes


def quantised(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Matrices as int8 with a float32 scale for every 64 weights of a row; vectors as float32."""
    small: dict[str, np.ndarray] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2:
            small[name], small[name + quantise.SCALE] = quantise.quantise(tensor.astype(np.float32))
        else:
            small[name] = tensor.astype(np.float32)
    return small


def split(tensors: Mapping[str, np.ndarray], limit: int = LIMIT) -> Iterator[dict[str, np.ndarray]]:
    """The tensors in order, in as few parts as keep each file within `limit` bytes.

    Raises ValueError naming a tensor that fits no file.
    """
    part: dict[str, np.ndarray] = {}
    for name, tensor in tensors.items():
        if tensor.nbytes > limit - HEADER:
            raise ValueError(f"tensor {name} takes {tensor.nbytes:,} bytes: more than one shard of {limit:,}")
        if part and sum(t.nbytes for t in part.values()) + tensor.nbytes > limit - HEADER:
            yield part
            part = {}
        part[name] = tensor
    yield part


def write(out: Path, folder: str, tensors: Mapping[str, np.ndarray], vocab: bytes) -> list[dict[str, Any]]:
    """Write weights and vocabulary into `out`/`folder`; their entries for the index."""
    parts = list(split(quantised(tensors)))
    weights = (
        data_files.write(out, f"{folder}/weights-{i}-of-{len(parts)}", ".safetensors", save(part)) for i, part in enumerate(parts, 1)
    )
    return [*weights, data_files.write(out, f"{folder}/vocab", ".txt", vocab)]
