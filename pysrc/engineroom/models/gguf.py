"""GGUF, the file format of llama.cpp: what a file says of itself, and its tensors as they arrive.

Layout: ggml's docs/gguf.md, versions 2 and 3, little-endian.
"""

import math
import struct
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from engineroom.arrays import Array
from engineroom.errors import CorruptAsset
from engineroom.models import ggml

MAGIC = b"GGUF"
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_AT_MOST = 8  # axes of a tensor; the format has four


class Tensor(NamedTuple):
    """Where a tensor lies: its shape, slowest axis first, ggml's number for its type, and the byte it starts at."""

    shape: tuple[int, ...]
    kind: int
    start: int


def metadata(data: bytes, name: str = "the file") -> dict[str, Any]:
    """The key–value pairs at the head of a GGUF file; strings as bytes, since vocabularies need not be UTF-8.

    `data` may be the file's beginning, as long as the pairs are in it. Raises CorruptAsset naming the place.
    """
    return _Reader(data, name).pairs()


def directory(data: bytes, name: str = "the file") -> dict[str, Tensor]:
    """Every tensor's place, by name, in the file's order. `data` may be the file's beginning. Raises CorruptAsset."""
    reader = _Reader(data, name)
    align = reader.pairs().get("general.alignment", 32)
    if not isinstance(align, int) or align < 1:
        raise CorruptAsset(f"general.alignment of {name} is {align!r}; it must be a whole number of bytes, 1 or more")
    found = {}
    for _ in range(reader.n_tensors):
        tensor = reader.string().decode("utf-8", "replace")
        n_axes = reader.number("<I")
        if n_axes > _AT_MOST:
            raise CorruptAsset(f"{name} says that its tensor {tensor} has {n_axes} axes")
        axes = [reader.number("<Q") for _ in range(n_axes)]
        found[tensor] = Tensor(tuple(reversed(axes)), reader.number("<I"), reader.number("<Q"))
    first = -(-reader.at // align) * align
    return {tensor: place._replace(start=first + place.start) for tensor, place in found.items()}


async def tensors(parts: AsyncIterator[bytes], places: dict[str, Tensor], name: str = "the file") -> AsyncIterator[tuple[str, Array]]:
    """Every tensor by name, as float32, while the file arrives in `parts`; no more of it is held than one tensor needs.

    Raises CorruptAsset naming a tensor that the file breaks off in, or whose type is not known.
    """
    window, start = bytearray(), 0
    for tensor, place in sorted(places.items(), key=lambda item: item[1].start):
        size = ggml.n_bytes(place.kind, math.prod(place.shape), f"{name}'s tensor {tensor}")
        while start + len(window) < place.start + size:
            if not (part := await anext(parts, b"")):
                raise CorruptAsset(f"{name} breaks off in tensor {tensor}")
            window += part
        del window[: place.start - start]
        yield tensor, ggml.dequantise(place.kind, bytes(window[:size])).reshape(place.shape)
        del window[:size]
        start = place.start + size


class _Reader:
    """Reads values one after another from the head of the file."""

    def __init__(self, data: bytes, name: str):
        self._data, self._name, self.at = data, name, 4
        if data[:4] != MAGIC:
            raise CorruptAsset(f"{name} is no GGUF file: it starts with {bytes(data[:4])!r}")
        version = self.number("<I")
        if version not in (2, 3):
            raise CorruptAsset(f"{name} is GGUF version {version}; versions 2 and 3 are known")
        self.n_tensors, self._n_pairs = self.number("<Q"), self.number("<Q")

    def pairs(self) -> dict[str, Any]:
        return {self.string().decode("utf-8", "replace"): self.value(self.number("<I")) for _ in range(self._n_pairs)}

    def number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def string(self) -> bytes:
        return self._take(self.number("<Q"))

    def value(self, kind: int) -> Any:
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            of, count = self.number("<I"), self.number("<Q")
            return [self.value(of) for _ in range(count)]
        raise CorruptAsset(f"{self._name} has a value of unknown type {kind} before byte {self.at:,}")

    def _take(self, size: int) -> bytes:
        taken = self._data[self.at : self.at + size]
        if len(taken) < size:
            raise CorruptAsset(f"{self._name} breaks off: {size:,} bytes are wanted at byte {self.at:,} of {len(self._data):,}")
        self.at += size
        return bytes(taken)
