"""The folder that Python in a page runs from: Pyodide, NumPy and the library, ready to be served as it is.

Two ways lead to the same interpreter, and the page takes the first that works:

- the fast one, in `fast/`: the standard library and NumPy as compiled code without the parts a page never needs;
- the plain one: `loadPyodide` on the folder, and the wheels that its `pyodide-lock.json` names.

`boot.json` lists every file the page fetches, with its size and hash.
"""

import shutil
import tempfile
from pathlib import Path

from engineroom_site.runtime import boot, fast, plain


def build(out: Path) -> None:
    """Write the runtime into the new or empty directory `out`. The same inputs give the same bytes.

    Raises `RuntimeBuildError` when NumPy's wheel is not the one that Pyodide's lock file names, or a tool fails.
    """
    from engineroom_site.assets import fetch

    assemble(Path(out), fetch.directory("pyodide"), fetch.file("numpy-wheel"))


def assemble(out: Path, pyodide: Path, numpy_wheel: Path) -> None:
    """`build`, from the unpacked npm package `pyodide` and the file `numpy_wheel`."""
    out.mkdir(parents=True, exist_ok=True)
    for name in boot.CORE:
        shutil.copyfile(pyodide / name, out / name)
    with tempfile.TemporaryDirectory() as work:
        wheel = plain.own_wheel(Path(work))
        plain.write(out, pyodide, [numpy_wheel, wheel])
        fast.write(out / "fast", pyodide / "python_stdlib.zip", numpy_wheel, wheel)
    boot.write(out)
