"""The site as a folder: built beside the old one, which stays until the new one is whole."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from filelock import FileLock

from engineroom_site import pipeline
from engineroom_site.paths import BUILD, ROOT, files

SITE = ROOT / "site"
INPUTS = ("docs", "pysrc", "overrides", "mkdocs.yml", "pyproject.toml", "requirements.lock", "LICENSE", "tests/library/measured.json")
STAMP = BUILD / "site.stamp"


class BuildError(Exception):
    """The site was not built; the reasons are on standard error, and the old site is still there."""


def up_to_date() -> bool:
    """Whether site/ was built from the files as they are now."""
    return SITE.is_dir() and STAMP.exists() and STAMP.read_text() == state()


def state() -> str:
    """What site/ is made from: the files, and the address that goes into its sitemap and canonical links."""
    return f"{pipeline.digest(files(INPUTS, ROOT))} {os.environ.get('SITE_URL', '')}"


def ensure() -> None:
    """Build site/ unless it is up to date. Raises BuildError."""
    with _alone():
        if not up_to_date():
            _build()


def build() -> None:
    """Build site/. Raises BuildError."""
    with _alone():
        _build()


def over(change: Callable[[], bool]) -> bool:
    """Change site/ where it stands; until the next build it then counts as out of date."""
    with _alone():
        STAMP.unlink(missing_ok=True)
        return change()


def _alone() -> FileLock:
    """One build at a time: `make test` may start while `make serve` rebuilds."""
    BUILD.mkdir(exist_ok=True)
    return FileLock(BUILD / "site.lock")


def _build() -> None:
    before = state()
    fresh, old = BUILD / "site-new", BUILD / "site-old"
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "engineroom_site.pages", str(ROOT / "mkdocs.yml"), str(fresh)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment).returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise BuildError("The site was not built.")
    if SITE.exists():
        SITE.rename(old)
    fresh.rename(SITE)
    shutil.rmtree(old, ignore_errors=True)
    STAMP.write_text(before)
