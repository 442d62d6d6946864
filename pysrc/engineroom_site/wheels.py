"""Wheels of this repository: of the library, which the page runs, and of the questions, for other MkDocs sites."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from engineroom_site import client, pipeline
from engineroom_site.paths import IGNORED, ROOT
from engineroom_site.pipeline import Step

SAME = {"SOURCE_DATE_EPOCH": "315532800", "PYTHONHASHSEED": "0"}  # the same inputs give the same bytes
_QUIZ = "pysrc/engineroom_quiz"


class WheelError(Exception):
    """A wheel cannot be built. The message ends with what the tool said."""


def build(project: Path, out: Path) -> Path:
    """The wheel of the folder `project`, written into `out`. Raises WheelError."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(project)]
    done = subprocess.run(command, env=os.environ | SAME, capture_output=True, text=True)
    if done.returncode:
        raise WheelError(f"the wheel of {project.name} was not built:\n{done.stdout}{done.stderr}")
    return next(out.glob("*.whl"))


def quiz() -> Path:
    """The questions' wheel, built if need be. Raises WheelError, ClientError, NodeError."""
    return next(pipeline.folder(QUIZ).glob("*.whl"))


def _quiz(out: Path) -> None:
    """With what a checkout does not have: the browser side, so that nobody who installs it needs Node."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name, "engineroom_quiz")
        shutil.copytree(ROOT / _QUIZ, project, ignore=shutil.ignore_patterns(*IGNORED))
        shutil.copy(ROOT / "LICENSE", project)
        client.build(project / "browser", "quiz")
        build(project, out)


QUIZ = Step("quiz", (*client.SOURCES, "overrides/styles/quiz.css", _QUIZ, "requirements.lock", "LICENSE"), _quiz)
