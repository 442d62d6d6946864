"""One compact file for any vocabulary: a line of JSON, then columns of numbers and strings, deflated together.

Columns, not rows: all lengths first, then all bytes, so that like stands beside like and compresses well. The file is deflated by
itself because few web hosts compress a type they do not know.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engineroom.errors import VocabularyError

MAGIC = b"engineroom vocabulary 1\n"


class Vocabulary(NamedTuple):
    """kind: which tokenizer reads it. about: what is not a column, as JSON has it. columns: bytes by name."""

    kind: str
    about: dict[str, Any]
    columns: dict[str, bytes]


def write(kind: str, about: Mapping[str, Any], columns: Mapping[str, bytes]) -> bytes:
    """The file's bytes, the same for the same vocabulary."""
    head = {"kind": kind, "about": dict(about), "columns": {name: len(column) for name, column in columns.items()}}
    line = json.dumps(head, ensure_ascii=False, sort_keys=False, separators=(",", ":")).encode() + b"\n"
    return MAGIC + zlib.compress(line + b"".join(columns.values()), 9)


def read(data: bytes) -> Vocabulary:
    """The vocabulary in a file's bytes. Raises VocabularyError saying what is wrong, and where."""
    if not data.startswith(MAGIC):
        raise VocabularyError(f"this is no vocabulary file: it starts with {bytes(data[:12])!r}, not {MAGIC[:12]!r}")
    try:
        body = zlib.decompress(data[len(MAGIC) :])
    except zlib.error as error:
        raise VocabularyError(f"the vocabulary file is damaged after its first line: {error}") from None
    line, _, rest = body.partition(b"\n")
    try:
        head = json.loads(line)
        sizes = {str(name): int(size) for name, size in head["columns"].items()}
        kind, about = str(head["kind"]), dict(head["about"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VocabularyError(f"the vocabulary file's head cannot be read: {error}") from None
    if min(sizes.values(), default=0) < 0 or sum(sizes.values()) != len(rest):
        raise VocabularyError(f"the vocabulary file has {len(rest):,} bytes of columns; its head promises {sum(sizes.values()):,}")
    columns, at = {}, 0
    for name, size in sizes.items():
        columns[name] = rest[at : at + size]
        at += size
    return Vocabulary(kind, about, columns)


def column(vocabulary: Vocabulary, name: str) -> bytes:
    """The column called `name`. Raises VocabularyError."""
    if name not in vocabulary.columns:
        raise VocabularyError(f"the {vocabulary.kind} vocabulary has no column {name!r}; it has {', '.join(vocabulary.columns)}")
    return vocabulary.columns[name]


def pack_numbers(values: Iterable[int]) -> bytes:
    """Integers from 0 as LEB128: seven bits a byte, the high bit says that more follow."""
    out = bytearray()
    for value in values:
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        out.append(value)
    return bytes(out)


def unpack_numbers(data: bytes, what: str = "column") -> list[int]:
    """The inverse of pack_numbers. Raises VocabularyError."""
    if not data or max(data) < 128:
        return list(data)
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        if byte < 128:
            values.append(value)
            value = shift = 0
        else:
            shift += 7
            if shift > 63:
                raise VocabularyError(f"number {len(values)} of the {what} is too long")
    if shift:
        raise VocabularyError(f"the {what} breaks off within its last number")
    return values


def pack_strings(strings: Sequence[bytes]) -> dict[str, bytes]:
    """Byte strings as two columns: {"lengths", "bytes"}."""
    return {"lengths": pack_numbers(map(len, strings)), "bytes": b"".join(strings)}


def unpack_strings(vocabulary: Vocabulary, prefix: str = "") -> list[bytes]:
    """The inverse of pack_strings; `prefix` is what the columns' names were prefixed with. Raises VocabularyError."""
    lengths = unpack_numbers(column(vocabulary, prefix + "lengths"), f"{prefix}lengths")
    data = column(vocabulary, prefix + "bytes")
    if sum(lengths) != len(data):
        raise VocabularyError(f"the {vocabulary.kind} vocabulary's {prefix}lengths ask for {sum(lengths):,} bytes; there are {len(data):,}")
    strings, at = [], 0
    for length in lengths:
        strings.append(data[at : at + length])
        at += length
    return strings


def unpack_texts(vocabulary: Vocabulary) -> list[str]:
    """As unpack_strings, of spellings that are text. Raises VocabularyError."""
    spelt = unpack_strings(vocabulary)
    try:
        return [piece.decode() for piece in spelt]
    except UnicodeDecodeError as error:
        id = spelt.index(error.object)
        raise VocabularyError(f"the {vocabulary.kind} vocabulary's id {id} is spelt {spelt[id]!r}, which is not UTF-8") from None


def pack_floats(values: Iterable[float]) -> bytes:
    """Numbers as float32, little-endian."""
    values = list(values)
    return struct.pack(f"<{len(values)}f", *values)


def unpack_floats(vocabulary: Vocabulary, name: str) -> tuple[float, ...]:
    """The inverse of pack_floats, of the column called `name`. Raises VocabularyError."""
    data = column(vocabulary, name)
    if len(data) % 4:
        raise VocabularyError(f"the {vocabulary.kind} vocabulary's {name} are {len(data):,} bytes; float32 has four each")
    return struct.unpack(f"<{len(data) // 4}f", data)
