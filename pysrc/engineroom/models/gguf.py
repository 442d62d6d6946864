"""GGUF, the file format of llama.cpp: what a file says of itself.

Layout: ggml's docs/gguf.md, versions 2 and 3, little-endian.
"""

import struct
from typing import Any

from engineroom.errors import CorruptAsset

MAGIC = b"GGUF"
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9


def metadata(data: bytes, name: str = "the file") -> dict[str, Any]:
    """The key–value pairs at the head of a GGUF file; strings as bytes, since vocabularies need not be UTF-8.

    `data` may be the file's beginning, as long as the pairs are in it. Raises CorruptAsset naming the place.
    """
    if data[:4] != MAGIC:
        raise CorruptAsset(f"{name} is no GGUF file: it starts with {bytes(data[:4])!r}")
    reader = _Reader(data, name, at=4)
    version = reader.number("<I")
    if version not in (2, 3):
        raise CorruptAsset(f"{name} is GGUF version {version}; versions 2 and 3 are known")
    _tensors, pairs = reader.number("<Q"), reader.number("<Q")
    return {reader.string().decode("utf-8", "replace"): reader.value(reader.number("<I")) for _ in range(pairs)}


class _Reader:
    def __init__(self, data: bytes, name: str, at: int):
        self._data, self._name, self._at = data, name, at

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
        raise CorruptAsset(f"{self._name} has a value of unknown type {kind} before byte {self._at:,}")

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise CorruptAsset(f"{self._name} breaks off: {size:,} bytes are wanted at byte {self._at:,} of {len(self._data):,}")
        self._at += size
        return bytes(taken)
