"""Read a safetensors file: a JSON header naming each tensor's dtype, shape and bytes, then the bytes.

Format: https://github.com/huggingface/safetensors (README, "Format").
"""

import json
import math

import numpy as np

from engineroom.errors import CorruptAsset

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?"}


def read(data: bytes, where: str = "safetensors") -> dict[str, np.ndarray]:
    """Every tensor of the file by name, as read-only views into `data`; `where` is what errors call the file.

    Raises CorruptAsset when the header cannot be read, or a tensor's dtype is unknown or its bytes do not fit.
    """
    start = 8 + int.from_bytes(data[:8], "little")
    if len(data) < 8 or start > len(data):
        raise CorruptAsset(f"{where}: cut short: {len(data)} bytes do not hold its header")
    try:
        header = json.loads(data[8:start])
        header.pop("__metadata__", None)
        return {name: _tensor(data, start, f"{where}: tensor {name}", **entry) for name, entry in header.items()}
    except CorruptAsset:
        raise
    except (ValueError, AttributeError, TypeError) as error:
        raise CorruptAsset(f"{where}: its header cannot be read: {error}") from None


def _tensor(data: bytes, start: int, where: str, dtype: str, shape: list[int], data_offsets: list[int]) -> np.ndarray:
    if dtype not in DTYPES:
        raise CorruptAsset(f"{where} has dtype {dtype}; known are {', '.join(DTYPES)}")
    kind = np.dtype(DTYPES[dtype])
    first, last = data_offsets
    if not 0 <= first <= last <= len(data) - start or last - first != math.prod(shape) * kind.itemsize:
        raise CorruptAsset(f"{where}: bytes {first} to {last} do not hold {dtype} {shape} in a file of {len(data)} bytes")
    return np.frombuffer(data, kind, math.prod(shape), start + first).reshape(shape)
