"""The library's kernels, compiled for the page: AssemblyScript's WebAssembly as a shared object that Python's ctypes loads."""

import tempfile
from pathlib import Path

from engineroom_site import client
from engineroom_site.paths import ROOT
from engineroom_site.toolchain import node

SOURCE = "engineroom/simd/kernels.ts"
COMPILED = "engineroom/simd/kernels.wasm"

# The memory is Python's. No runtime and no assertions: the kernels own no objects, and have no way to report a failure.
_OPTIONS = ("--optimizeLevel", "3", "--enable", "simd", "--importMemory", "--noExportMemory", "--runtime", "stub", "--noAssert")
# What marks a shared object (tool-conventions, DynamicLinking.md): a custom section that comes first and says how much memory (0 bytes,
# aligned to 2⁰) and how many table entries (0, 2⁰) it needs for itself.
_MEMORY_INFO = bytes([1, 4, 0, 0, 0, 0])
_PREAMBLE = 8  # WebAssembly's magic number and version


def compiled() -> bytes:
    """The shared object of `kernels.ts`. Raises ClientError, which says where it does not compile, and NodeError."""
    compiler = client.install() / "assemblyscript" / "bin" / "asc.js"
    with tempfile.TemporaryDirectory() as name:
        out = Path(name, "kernels.wasm")
        client.run([*node.node(), str(compiler), str(ROOT / "pysrc" / SOURCE), "--outFile", str(out), *_OPTIONS])
        return shared_object(out.read_bytes())


def shared_object(module: bytes) -> bytes:
    """A WebAssembly module with the section that lets Emscripten load it into a running program."""
    label = b"dylink.0"
    content = bytes([len(label)]) + label + _MEMORY_INFO
    return module[:_PREAMBLE] + bytes([0, len(content)]) + content + module[_PREAMBLE:]
