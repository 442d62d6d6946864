"""What is built before the pages, from which files: the steps' inputs are all that decides what they make, their own code included."""

from pathlib import Path
from typing import NamedTuple

from engineroom_site import client, data, pipeline, runtime
from engineroom_site.pipeline import Step

_SITE = "pysrc/engineroom_site"
_ALL = (f"{_SITE}/__init__.py", f"{_SITE}/pipeline.py", f"{_SITE}/toolchain", "requirements.lock")
_NPM = (f"{_SITE}/client.py", "overrides/client/package-lock.json")
_DATA = ("data.py", "data_files.py", "models", "vocabularies", "texts.py", "logs.py")
# The library's part in the data: it writes shards and vocabularies with its own formats, and reads what it is given.
_FORMATS = (
    "__init__.py", "arrays.py", "errors.py", "models/__init__.py", "models/ggml.py", "models/gguf.py", "models/safetensors.py",
    "quantise.py", "products.py", "simd", "tokenize", "store.py", "download.py", "ui.py",
    "kernel/__init__.py", "kernel/display.py", "kernel/formats.py",
)  # fmt: skip

RUNTIME = Step(
    "runtime",
    (*_ALL, *_NPM, f"{_SITE}/assets", f"{_SITE}/runtime", f"{_SITE}/wheels.py", "pysrc/engineroom", "pyproject.toml", "LICENSE"),
    runtime.build,
)
DATA = Step(
    "data",
    (*_ALL, f"{_SITE}/assets", *(f"{_SITE}/{name}" for name in _DATA), *(f"pysrc/engineroom/{name}" for name in _FORMATS), "pysrc/checkpoints"),
    data.build,
)
CLIENT = Step("client", (*_ALL, f"{_SITE}/client.py", *client.SOURCES, "overrides/styles", f"{_SITE}/cells/allowed_html.json"), client.build)


class Built(NamedTuple):
    """What prepare() made: folders on disk, and where the site serves them, relative to its root."""

    runtime_dir: Path
    runtime_url: str
    data_dir: Path
    data_url: str
    client_dir: Path
    client_url: str
    client: dict[str, list[str]]  # {"js", "modulepreload", "css", "quiz", "preload", "search": URLs}


def prepare() -> Built:
    """Run the steps whose inputs changed. Raises what a step raises, and then leaves no half-made folder."""
    runtime, data, bundle = (pipeline.folder(step) for step in (RUNTIME, DATA, CLIENT))
    client_url = "assets/client/"
    manifest = client.manifest(bundle)
    urls = {key: [client_url + name for name in manifest[key]] for key in ("js", "modulepreload", "css", "quiz", "preload", "search")}
    return Built(
        runtime, f"assets/runtime/{runtime.name}/",
        data, f"assets/data/{data.name}/",
        bundle, client_url, urls,
    )  # fmt: skip
