"""What is built before this site's pages: the runtime, the data, the client."""

from pathlib import Path
from typing import NamedTuple

from engineroom_site import client, data, runtime
from engineroom_site.pipeline import Step, folder

LOCKED = ("pyproject.toml", "requirements.lock")

RUNTIME = Step("runtime", ("pysrc/engineroom", *LOCKED, "LICENSE", "overrides/client/package-lock.json"), runtime.build)
DATA = Step("data", ("pysrc/checkpoints", *LOCKED), data.build)
CLIENT = Step(
    "client",
    (
        *client.SOURCES,
        "overrides/styles",
        "pysrc/engineroom_site/cells/allowed_html.json",
        "pysrc/engineroom_site/cells/allowed_figure.json",
        "requirements.lock",
    ),
    client.build,
)
ALL = (RUNTIME, DATA, CLIENT)


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
    """Take the steps whose inputs changed. Raises what a step raises, and then leaves no half-made folder."""
    runtime_dir, data_dir, bundle = map(folder, ALL)
    client_url = "assets/client/"
    manifest = client.manifest(bundle)
    urls = {key: [client_url + name for name in manifest[key]] for key in ("js", "modulepreload", "css", "quiz", "preload", "search")}
    return Built(
        runtime_dir, f"assets/runtime/{runtime_dir.name}/",
        data_dir, f"assets/data/{data_dir.name}/",
        bundle, client_url, urls,
    )  # fmt: skip
