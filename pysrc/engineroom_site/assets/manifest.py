"""The manifest: one entry for each downloaded thing."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engineroom_site.assets.errors import AssetError

PATH = Path(__file__).with_name("manifest.toml")


class Source(NamedTuple):
    """Where an asset can be had: a package of a registry, or the runtime's own CDN."""

    kind: str  # "npm", "pypi", "pypi-source", "pyodide-cdn"
    package: str
    version: str = ""
    archive_sha256: str = ""
    member: str = ""  # the path inside the archive, for an asset that is one file
    directory: str = ""  # the folder inside the archive, for an asset that is a folder

    def __str__(self) -> str:
        return {"npm": "npm", "pypi": "PyPI", "pypi-source": "PyPI's sources of", "pyodide-cdn": "the CDN of"}[
            self.kind
        ] + f" {self.package} {self.version}".rstrip()


class Entry(NamedTuple):
    """One asset. Of a folder `file` and `bytes` are empty, and `sha256` is as cache.sha256 has it of folders."""

    name: str
    title: str
    version: str
    licence: str  # SPDX
    attribution: str
    ships: bool
    sources: tuple[Source, ...]
    file: str = ""
    sha256: str = ""
    bytes: int = 0


@cache
def entries() -> dict[str, Entry]:
    """Every entry by name, in the manifest's order. Raises AssetError for a manifest that does not say enough."""
    try:
        return {
            name: Entry(name=name, **(fields | {"sources": tuple(Source(**source) for source in fields["sources"])}))
            for name, fields in tomllib.loads(PATH.read_text(encoding="utf-8")).items()
        }
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise AssetError(f"{PATH.name} is wrong: {error}") from None


def entry(name: str) -> Entry:
    """The entry called `name`. Raises AssetError listing the names there are."""
    if name not in entries():
        raise AssetError(f"there is no asset {name!r}; the manifest has {', '.join(entries())}")
    return entries()[name]
