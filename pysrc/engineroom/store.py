"""Where models and other data live: in the page beside the site, elsewhere in a folder. Every byte is verified.

The folder holds index.json: {"KIND/NAME": {"files": [{"path", "sha256", "bytes"}], "licence", …}}; the kinds are models,
vocabularies, texts and logs.
"""

import hashlib
import json
import os
import sys
import zlib
from pathlib import Path
from typing import Any

from engineroom.errors import CorruptAsset, UnknownAsset

IN_PAGE = sys.platform == "emscripten"


async def index() -> dict[str, Any]:
    """The contents of index.json. Raises UnknownAsset when there is no data folder, CorruptAsset for bad JSON."""
    try:
        found = json.loads(await _content("index.json"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CorruptAsset(f"the data folder's index.json cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise CorruptAsset(f"the data folder's index.json cannot be read: it holds a {type(found).__name__}, not an object")
    return found


async def model(name: str) -> dict[str, Any]:
    """The index's entry for models/`name`: files, config, licence. Raises UnknownAsset listing the models there are."""
    return await _entry("models", "model", name)


async def vocabulary(name: str) -> dict[str, Any]:
    """The index's entry for vocabularies/`name`: files, licence. Raises UnknownAsset listing the vocabularies there are."""
    return await _entry("vocabularies", "vocabulary", name)


async def text(name: str) -> str:
    """The text called `name`, such as "king-james". Raises UnknownAsset listing the texts there are, CorruptAsset, DownloadError."""
    file = (await _entry("texts", "text", name))["files"][0]
    try:
        return zlib.decompress(await read(file["path"])).decode("utf-8")
    except (zlib.error, UnicodeDecodeError) as error:
        raise CorruptAsset(f"{file['path']} cannot be read: {error}") from None


async def log(name: str) -> dict[str, list[dict[str, Any]]]:
    """The training log called `name`, such as "activations": for each run its entries. Raises UnknownAsset, CorruptAsset, DownloadError."""
    file = (await _entry("logs", "log", name))["files"][0]
    try:
        return json.loads(await read(file["path"]))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CorruptAsset(f"{file['path']} cannot be read: {error}") from None


async def read(path: str) -> bytes:
    """The bytes of the file at `path`, as index.json spells it, verified by sha256.

    In the page it is downloaded once, with progress, and kept by the browser. Elsewhere it is read from the folder
    $ENGINEROOM_DATA, else from .build/data/current of the project one is in.
    Raises UnknownAsset for a path that is not in the index, CorruptAsset for other bytes than promised, DownloadError.
    """
    entries = await index()
    files = {file["path"]: file for entry in entries.values() for file in entry["files"]}
    if path not in files:
        raise UnknownAsset(f"there is no file {path!r} in the data folder; known: {', '.join(files)}")
    if IN_PAGE:
        from engineroom import download

        of = [name for name, entry in entries.items() if any(file["path"] == path for file in entry["files"])]
        name = (of[0] if len(of) == 1 else path.rpartition("-")[0]).rpartition("/")[2]
        parts = download.Parts(name, entries[of[0]]["files"] if len(of) == 1 else [files[path]])
        return await download.verified(_url(), files[path], keep=files, parts=parts)
    data = await _content(path)
    if hashlib.sha256(data).hexdigest() != files[path]["sha256"]:
        raise CorruptAsset(f"{_folder() / path} is damaged: its sha256 is not the index's; build the data again")
    return data


async def _entry(kind: str, one: str, name: str) -> dict[str, Any]:
    entries = await index()
    if f"{kind}/{name}" not in entries:
        known = ", ".join(key.removeprefix(f"{kind}/") for key in entries if key.startswith(f"{kind}/")) or "none"
        raise UnknownAsset(f"there is no {one} {name!r}; known: {known}")
    return entries[f"{kind}/{name}"]


async def _content(path: str) -> bytes:
    if IN_PAGE:
        from engineroom import download

        return await download.plain(_url() + path)
    try:
        return (_folder() / path).read_bytes()
    except OSError as error:
        raise UnknownAsset(f"{_folder() / path} cannot be read: {error.strerror}; build the data again") from None


def _url() -> str:
    return os.environ["ENGINEROOM_DATA_URL"]  # set by the page's kernel, ends with a slash


def _folder() -> Path:
    if given := os.environ.get("ENGINEROOM_DATA"):
        return Path(given)
    near = (Path.cwd(), *Path.cwd().parents, *Path(__file__).resolve().parents)
    built = (root / ".build" / "data" / "current" for root in near)
    folder = next((path for path in built if path.is_dir()), None)
    if folder is None:
        raise UnknownAsset("no data folder: run `make build`, or name one in $ENGINEROOM_DATA")
    return folder
