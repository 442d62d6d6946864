"""The browser side of the questions by itself, for sites that have no other client of ours."""

from pathlib import Path
from typing import NamedTuple

from engineroom_site import client, pipeline
from engineroom_site.pipeline import Step

_CLIENT = ("src", "build.mjs", "package.json", "package-lock.json", "tsconfig.json")
STEP = Step("quiz", (*(f"overrides/client/{name}" for name in _CLIENT), "overrides/styles/quiz.css"), lambda out: client.build(out, "quiz"))


class Bundle(NamedTuple):
    """A folder to be served, and the names in it of what a page with questions asks for."""

    folder: Path
    script: str
    style: str


def made() -> Bundle:
    """The bundle, built if need be. Raises ClientError, NodeError."""
    folder = pipeline.folder(STEP)
    manifest = client.manifest(folder)
    return Bundle(folder, manifest["js"][0], manifest["quiz"][0])
