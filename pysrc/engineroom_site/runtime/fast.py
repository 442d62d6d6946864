"""The fast way: compiled code, and only what a page can use."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from engineroom_site.runtime import archive
from engineroom_site.runtime.plain import RuntimeBuildError

# Servers and clients of protocols that a page cannot speak, and tools for a terminal.
_STDLIB_UNUSED = [
    "cgi",
    "cgitb",
    "crypt",
    "ftplib",
    "idlelib",
    "imaplib",
    "ensurepip",
    "lib2to3",
    "mailbox",
    "mailcap",
    "nntplib",
    "nturl2path",
    "poplib",
    "pty",
    "smtplib",
    "sndhdr",
    "socketserver",
    "telnetlib",
    "test",
    "tkinter",
    "tty",
    "turtle",
    "turtledemo",
    "venv",
    "wsgiref",
    "xmlrpc",
    "http/server",
    "xml/sax/expatreader",
]
_NUMPY_UNUSED = re.compile(
    r"/tests?/|/f2py/|_pyinstaller/|/_examples/|/testing/_private/extbuild|\.(pyi|pxd|h|c|a|lib|txt|md)$|_(rational|umath|struct_ufunc|operand_flag)_tests\.cpython|_simd\.cpython"
    r"|lapack_lite\.cpython|/_configtool|/conftest|/setup\.py$|dist-info/(RECORD|LICENSE|WHEEL|entry_points)"
)
# These the browser compiles while they arrive; the others wait in an archive until somebody imports them.
_AT_ONCE = re.compile(r"_multiarray_umath|_multiarray_tests|_umath_linalg")


def write(out: Path, stdlib: Path, numpy_wheel: Path, own_wheel: Path) -> None:
    """Write the standard library, the library and NumPy; what `import numpy` loads of NumPy's shared objects as a .wasm each."""
    out.mkdir()
    archive.write(out / "stdlib.zip", _compiled(_wanted_stdlib(archive.read(stdlib)), "/lib/python312.zip"))
    site = "/lib/python3.12/site-packages"
    numpy = {name: data for name, data in archive.read(numpy_wheel).items() if not _NUMPY_UNUSED.search(name)}
    shared = {name: numpy.pop(name) for name in [name for name in numpy if name.endswith(".so")]}
    for name in [name for name in shared if _AT_ONCE.search(name)]:
        (out / _flat(name)).write_bytes(shared.pop(name))
    archive.write_tar(out / "numpy-more.tar.gz", shared)
    archive.write_tar(out / "numpy.tar.gz", _compiled(numpy, site))
    own = {name: data for name, data in archive.read(own_wheel).items() if ".dist-info/" not in name}
    archive.write_tar(out / "engineroom.tar.gz", _compiled(own, site, keep=True))


def _flat(name: str):
    # .wasm, because that is what servers compress and give the right type.
    return name.split(".")[0].replace("/", ".") + ".wasm"


def _wanted_stdlib(files: Mapping[str, bytes]):
    unused = tuple(f"{name}/" for name in _STDLIB_UNUSED) + tuple(f"{name}.py" for name in _STDLIB_UNUSED)
    return {name: data for name, data in files.items() if not name.startswith(unused)}


def _compiled(files: Mapping[str, bytes], prefix: str, keep: bool = False):
    """The files with .pyc in place of each .py, or (keep) beside it in `__pycache__`.

    Compiled by a fresh interpreter with a fixed hash seed: what else a process has loaded changes marshalled bytes.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, data in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        command = [sys.executable, "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", name, "-p", prefix, name]
        done = subprocess.run(
            command[:4] + ([] if keep else ["-b"]) + command[4:], env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeBuildError(f"a file does not compile:\n{done.stdout}{done.stderr}")
        found = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(p.relative_to(folder)): p.read_bytes() for p in found if keep or p.suffix != ".py"}
