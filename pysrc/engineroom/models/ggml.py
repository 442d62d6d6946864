"""ggml's blocks: 32 neighbouring weights share a scale, and sometimes an offset.

Layouts: ggml's `ggml-common.h`. Storage only: what comes out is float32.
"""

from typing import Any

import numpy as np

from engineroom.errors import CorruptAsset

BLOCK = 32  # weights
_HALF = ("scale", "<f2")
_KINDS: dict[int, tuple[str, int, np.dtype[Any]]] = {
    0: ("F32", 1, np.dtype("<f4")),
    1: ("F16", 1, np.dtype("<f2")),
    2: ("Q4_0", BLOCK, np.dtype([_HALF, ("q", "u1", BLOCK // 2)])),
    3: ("Q4_1", BLOCK, np.dtype([_HALF, ("least", "<f2"), ("q", "u1", BLOCK // 2)])),
    8: ("Q8_0", BLOCK, np.dtype([_HALF, ("q", "i1", BLOCK)])),
}


def n_bytes(kind: int, n: int, where: str = "the tensor") -> int:
    """Bytes that n weights of a type take. Raises CorruptAsset for an unknown type, or a number that does not fill its blocks."""
    if kind not in _KINDS:
        raise CorruptAsset(f"{where} has ggml's type {kind}; known are {', '.join(f'{k} ({v[0]})' for k, v in _KINDS.items())}")
    name, block, form = _KINDS[kind]
    if n % block:
        raise CorruptAsset(f"{where} has {n:,} weights of type {name}, which come in blocks of {block}")
    return n // block * form.itemsize


def dequantise(kind: int, data: bytes) -> np.ndarray:
    """The weights in `data`, float32, (n,). Q8_0: $w = s q$; Q4_0: $w = s (q - 8)$; Q4_1: $w = s q + m$, $q$ from 0 to 15.

    A byte of the 4-bit types holds weight i of its block in the lower half and weight i + 16 in the upper. Raises CorruptAsset.
    """
    name, _, form = _KINDS[kind]
    blocks = np.frombuffer(data, form)
    if form.names is None:
        return blocks.astype(np.float32)
    scale, q = blocks["scale"].astype(np.float32)[:, None], blocks["q"]
    if name == "Q8_0":
        return (scale * q).reshape(-1)
    q = np.concatenate([q & 15, q >> 4], axis=1)  # (blocks, 32)
    if name == "Q4_0":
        return (scale * (q.astype(np.float32) - 8)).reshape(-1)
    return (scale * q + blocks["least"].astype(np.float32)[:, None]).reshape(-1)
