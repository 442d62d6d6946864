"""The plain way: a folder that `loadPyodide` understands, with a lock file trimmed to what is in it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib import util
from pathlib import Path
from typing import Any

from engineroom_site import wheels
from engineroom_site.paths import ROOT
from engineroom_site.runtime import archive, kernels


class RuntimeBuildError(Exception):
    """The runtime cannot be built; the message says why in a sentence."""


def own_wheel(work: Path) -> Path:
    """Build the project's wheel into `work`, with the page's pretty printer and the compiled kernels in it."""
    wheel = wheels.build(ROOT, work)
    files = archive.read(wheel) | {"ipython_pretty.py": _pretty_printer(), kernels.COMPILED: kernels.compiled()}
    del files[kernels.SOURCE]
    about = next(name for name in files if name.endswith(".dist-info/METADATA"))
    files[about] = files[about].partition(b"\n\n")[0] + b"\n"  # without the README, which is no part of the runtime
    archive.write(wheel, files)
    return wheel


def write(out: Path, pyodide: Path, wheels: Iterable[Path]) -> None:
    """Add the wheels, the standard library and their lock file to `out`.

    The wheels go into the lock before they are compiled: the lock's tool refuses a compiled wheel.
    """
    original = json.loads((pyodide / "pyodide-lock.json").read_text())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        official, ours = [], []
        for wheel in wheels:
            shutil.copyfile(wheel, folder / wheel.name)
            entry = next((e for e in original["packages"].values() if e["file_name"] == wheel.name), None)
            (ours if entry is None else official).append(entry or folder / wheel.name)
        for entry in official:
            _verify(folder / entry["file_name"], entry["sha256"])
        lock, grown = folder / "pyodide-lock.json", folder / "grown.json"
        lock.write_text(json.dumps({"info": original["info"], "packages": {e["name"]: e for e in official}}))
        _run(
            [_tool("pyodide"), "lockfile", "add-wheels", *map(str, ours), "--input", str(lock), "--output", str(grown), "--base-path", name]
        )
        grown.replace(lock)
        shutil.copyfile(pyodide / "python_stdlib.zip", folder / "python_stdlib.zip")
        _run([_tool("pyodide"), "py-compile", "--silent", "--compression-level", "9", name])
        for file in (*folder.glob("*.whl"), *folder.glob("*.zip")):
            archive.rewrite(file)
        _lock(lock, folder, original["info"])
        for file in folder.iterdir():
            shutil.move(file, out / file.name)


def _pretty_printer():
    """IPython's pretty printer as a module of its own, so that the page prints as the build's kernel does.

    The file (BSD-3-Clause) uses nothing else of IPython but a decorator and a constant.
    """
    found = util.find_spec("IPython")
    if found is None or found.origin is None:
        raise RuntimeBuildError("IPython, whose printer the page has, is not installed")
    source = Path(found.origin).with_name("lib") / "pretty.py"
    text, _found = re.subn(
        r"^from IPython\.utils\.decorators import undoc$", "def undoc(function):\n    return function", source.read_text(), flags=re.M
    )
    text, _more = re.subn(r"^from IPython\.utils\.py3compat import PYPY$", "PYPY = False", text, flags=re.M)
    if re.search(r"^\s*(from|import) IPython", text, flags=re.M):
        raise RuntimeBuildError("IPython's pretty.py needs more of IPython than it did: see engineroom_site/runtime/plain.py")
    return text.encode()


def _lock(path: Path, folder: Path, info: Mapping[str, Any]):
    """Write the lock again: sorted, with the hashes of the archives as they are now, and all of Pyodide's own description."""
    lock = json.loads(path.read_text()) | {"info": info}
    for entry in lock["packages"].values():
        entry["sha256"] = hashlib.sha256((folder / entry["file_name"]).read_bytes()).hexdigest()
    path.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n")


def _verify(file: Path, sha256: str):
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != sha256:
        raise RuntimeBuildError(f"{file.name} is not the file Pyodide's lock names: its sha256 is {found}, not {sha256}")


def _tool(name: str):
    return str(Path(sys.executable).with_name(name))


def _run(command: list[str]):
    done = subprocess.run(command, env={**os.environ, **wheels.SAME}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeBuildError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
