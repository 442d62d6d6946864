"""Read and write a safetensors file: a JSON header naming each tensor's dtype, shape and bytes, then the bytes.

Format: https://github.com/huggingface/safetensors (README, "Format").
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engineroom.errors import CorruptAsset, DTypeError

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?"}


def read(data: bytes, where: str = "safetensors") -> dict[str, np.ndarray]:
    """Every tensor of the file by name, as read-only views into `data`; `where` is what errors call the file.

    Raises CorruptAsset when the header cannot be read, or a tensor's dtype is unknown or its bytes do not fit.
    """
    header, start = _header(data, where)
    try:
        return {name: _tensor(data, start, f"{where}: tensor {name}", **entry) for name, entry in header.items() if name != "__metadata__"}
    except CorruptAsset:
        raise
    except (ValueError, AttributeError, TypeError) as error:
        raise CorruptAsset(f"{where}: its header cannot be read: {error}") from None


def metadata(data: bytes, where: str = "safetensors") -> dict[str, str]:
    """What the file says about itself, texts by name. Raises CorruptAsset when the header cannot be read."""
    found = _header(data, where)[0].get("__metadata__", {})
    return found if isinstance(found, dict) else {}


def write(tensors: Mapping[str, np.ndarray], about: Mapping[str, str] | None = None) -> bytes:
    """A file of these arrays by name, in their order, with `about` as its metadata. Raises DTypeError for a dtype that the format has not."""
    names = {np.dtype(kind): name for name, kind in DTYPES.items()}
    header: dict[str, Any] = {"__metadata__": dict(about)} if about else {}
    pieces, at = [], 0
    for name, tensor in tensors.items():
        kind = tensor.dtype.newbyteorder("<")
        if kind not in names:
            raise DTypeError(f"tensor {name} is {tensor.dtype}; a safetensors file has {', '.join(str(known) for known in names)}")
        piece = tensor.astype(kind, copy=False).tobytes()
        header[name] = {"dtype": names[kind], "shape": list(tensor.shape), "data_offsets": [at, at + len(piece)]}
        pieces.append(piece)
        at += len(piece)
    said = json.dumps(header, separators=(",", ":")).encode()
    said += b" " * (-len(said) % 8)  # the numbers begin at a multiple of eight bytes
    return b"".join([len(said).to_bytes(8, "little"), said, *pieces])


def _header(data: bytes, where: str) -> tuple[dict[str, Any], int]:
    start = 8 + int.from_bytes(data[:8], "little")
    if len(data) < 8 or start > len(data):
        raise CorruptAsset(f"{where}: cut short: {len(data)} bytes do not hold its header")
    try:
        header = json.loads(data[8:start])
    except ValueError as error:
        raise CorruptAsset(f"{where}: its header cannot be read: {error}") from None
    if not isinstance(header, dict):
        raise CorruptAsset(f"{where}: its header cannot be read: it is no object of names")
    return header, start


def _tensor(data: bytes, start: int, where: str, dtype: str, shape: list[int], data_offsets: list[int]) -> np.ndarray:
    if dtype not in DTYPES:
        raise CorruptAsset(f"{where} has dtype {dtype}; known are {', '.join(DTYPES)}")
    kind = np.dtype(DTYPES[dtype])
    first, last = data_offsets
    if not 0 <= first <= last <= len(data) - start or last - first != math.prod(shape) * kind.itemsize:
        raise CorruptAsset(f"{where}: bytes {first} to {last} do not hold {dtype} {shape} in a file of {len(data)} bytes")
    return np.frombuffer(data, kind, math.prod(shape), start + first).reshape(shape)
