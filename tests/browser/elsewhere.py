"""A Python environment that is not this one: some packages with what they need, and wheels installed beside them by pip."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def environment(folder: Path, wheel: Path, *names: str) -> Path:
    """Its Python, which has `names` as they are here, and `wheel`, which pip installs only if these satisfy it: there is no index."""
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    for package in with_needs(*names):
        for name in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
            if not (packages / name).exists():
                (packages / name).symlink_to(package.locate_file(name))
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel],
        check=True,
    )
    return python


def with_needs(*names: str) -> list[Distribution]:
    found, wanted = {}, list(names)
    while wanted:
        package = distribution(wanted.pop())
        if package.name not in found:
            found[package.name] = package
            needs = map(Requirement, package.requires or ())
            wanted += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return list(found.values())
