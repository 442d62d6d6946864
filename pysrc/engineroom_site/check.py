"""What an editor or a commit wants to know within two minutes: `make check`. `make test` proves the rest."""

import os
import subprocess
import sys
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from engineroom_site import client
from engineroom_site.paths import ROOT
from engineroom_site.toolchain import node

CLIENT = "overrides/client"


class Check(NamedTuple):
    """A tool and where it is run."""

    says: str  # what is held to it
    command: list[str]
    folder: str = "."  # below the root


class Outcome(NamedTuple):
    """How a check went."""

    passed: bool
    seconds: float
    said: str  # by the tool, when it did not pass


def checks() -> dict[str, Check]:
    """Every check by its name, those that take longest first. Raises ClientError, NodeError."""
    return {
        "library": Check(
            "the library's tests that need no model (pytest)",
            python("pytest", "-q", "-n0", "-m", "not model and not slow", "tests/library"),
        ),
        "pyright": Check("Python's types (pyright)", [*script("pyright"), "--pythonpath", sys.executable]),
        "vitest": Check("the client's unit tests (vitest)", [*script("vitest"), "run"], CLIENT),
        "tsc": Check("TypeScript's types (tsc)", [*script("tsc"), "--noEmit"], CLIENT),
        "rooms": Check(
            "what may depend on what (import-linter)",
            [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache", "pyproject.toml"],
        ),
        "biome": Check("TypeScript's and CSS's form and lint (biome)", [*script("biome"), "check"], "overrides"),
        "lint": Check("Python's lint (ruff check)", python("ruff", "check", "--quiet", ".")),
        "format": Check("Python's form (ruff format)", python("ruff", "format", "--check", "--quiet", ".")),
    }


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def script(name: str) -> list[str]:
    """The command of an npm package. Node runs the file, so that it need not be on the path. Raises ClientError, NodeError."""
    return [*node.node(), str(client.install() / ".bin" / name)]


def run(check: Check, root: Path = ROOT) -> Outcome:
    """Run one check to its end, on the project in `root`. Raises NodeError."""
    start = monotonic()
    done = subprocess.run(
        check.command, cwd=root / check.folder, env=node.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return Outcome(done.returncode == 0, monotonic() - start, (done.stdout + done.stderr).strip() if done.returncode else "")


def everything(only: Collection[str] = ()) -> bool:
    """Run the checks, or `only` those named, as many at a time as there are processors, and say of each how it went.

    Raises ClientError, NodeError, ValueError for a name that is none.
    """
    known = checks()
    if unknown := set(only) - set(known):
        raise ValueError(f"No check called {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    wanted = {name: check for name, check in known.items() if not only or name in only}
    print(f"Checking {', '.join(wanted)}", flush=True)
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run, check): name for name, check in wanted.items()}
        try:
            for future in as_completed(running):
                name, outcome = running[future], future.result()
                print(f"{'ok  ' if outcome.passed else 'FAIL'} {outcome.seconds:5.1f} s  {name}: {wanted[name].says}", flush=True)
                if not outcome.passed:
                    failed.append(name)
                    print(outcome.said, end="\n\n", flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    if failed:
        print(f"Failed: {', '.join(failed)}. One alone: make check ARGS={failed[0]}; make format mends what can be mended by itself.")
    return not failed


def mend() -> None:
    """Write Python, TypeScript and CSS as the formatters have it, and mend the lint that mends itself. Raises ClientError, NodeError."""
    biome = checks()["biome"]
    for command, folder in (
        (python("ruff", "check", "--quiet", "--fix-only", "."), "."),
        (python("ruff", "format", "--quiet", "."), "."),
        ([*biome.command, "--fix"], biome.folder),
    ):
        subprocess.run(command, cwd=ROOT / folder, env=node.environment(), check=False)
