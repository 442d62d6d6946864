"""Assets as files on this machine: downloaded once, from the first source that has the right bytes."""

import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engineroom_site.assets import cache, manifest, receiving, sources
from engineroom_site.assets.errors import AssetError, Unavailable
from engineroom_site.assets.manifest import Entry, Source


def file(name: str) -> Path:
    """The verified file of the asset `name`, downloaded if the cache does not have it. Raises AssetError."""
    entry = manifest.entry(name)
    if not entry.file:
        raise AssetError(f"asset {name!r} is a folder, not a file")
    return cache.kept(
        f"files/{entry.sha256}/{entry.file}", lambda folder: _first(entry, lambda source: _file(entry, source, folder)), entry.sha256
    )


def directory(name: str) -> Path:
    """The verified unpacked folder of the asset `name`, downloaded if the cache does not have it. Raises AssetError."""
    entry = manifest.entry(name)
    if entry.file:
        raise AssetError(f"asset {name!r} is a file, not a folder")
    key = f"folders/{entry.sha256}"
    return cache.kept(key, lambda folder: _first(entry, lambda source: _folder(entry, source, folder)), entry.sha256)


def everything() -> Iterator[Path]:
    """Every asset of the manifest, one after another. Raises AssetError."""
    for entry in manifest.entries().values():
        yield file(entry.name) if entry.file else directory(entry.name)


def _first(entry: Entry, get: Callable[[Source], Path]) -> Path:
    reasons = []
    for source in entry.sources:
        try:
            return get(source)
        except Unavailable as reason:
            reasons.append(f"{source} ({reason})")
    raise AssetError(f"{entry.name} ({entry.title} {entry.version}) could not be fetched; tried {', then '.join(reasons)}.")


def _file(entry: Entry, source: Source, folder: Path) -> Path:
    if source.kind == "pyodide-cdn":
        _say(entry, source)
        got = sources.pyodide_cdn(entry, directory(source.package), folder)
    else:
        got = _member(_archive(entry, source), source.member, folder / entry.file)
    return _verified(got, entry.sha256)


def _folder(entry: Entry, source: Source, folder: Path) -> Path:
    with tarfile.open(_archive(entry, source)) as archive:
        archive.extractall(folder, filter="data")
    return _verified(folder / source.directory, entry.sha256)


def _archive(entry: Entry, source: Source) -> Path:
    def get(folder: Path) -> Path:
        _say(entry, source)
        client = sources.npm if source.kind == "npm" else sources.pypi
        return _verified(client(source, folder), source.archive_sha256)

    return cache.kept(f"archives/{source.archive_sha256}", get, source.archive_sha256)


def _member(archive: Path, member: str, to: Path) -> Path:
    try:
        with _inside(archive, member) as inside, to.open("wb") as out:
            shutil.copyfileobj(inside, out, receiving.CHUNK)
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise Unavailable(f"no {member} in it: {error}") from None
    return to


@contextmanager
def _inside(archive: Path, member: str) -> Iterator[IO[bytes]]:
    """A member of a wheel or of a .tar.gz, open to read."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped, zipped.open(member) as file:
            yield file
    else:
        with tarfile.open(archive) as packed:
            file = packed.extractfile(member)
            if file is None:
                raise KeyError(f"{member} is a folder")
            with file:
                yield file


def _verified(path: Path, sha256: str) -> Path:
    if (got := cache.sha256(path)) != sha256:
        raise Unavailable(f"its sha256 is {got[:12]}…, not {sha256[:12]}…")
    return path


def _say(entry: Entry, source: Source) -> None:
    print(f"Fetching {entry.title} {entry.version} from {source}", file=sys.stderr, flush=True)
