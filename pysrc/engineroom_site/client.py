"""The browser side: npm's packages as locked, then esbuild."""

import hashlib
import json
import subprocess
from pathlib import Path

from filelock import FileLock

from engineroom_site.paths import BUILD, ROOT
from engineroom_site.toolchain import node

CLIENT = ROOT / "overrides" / "client"
SOURCES = tuple(f"overrides/client/{name}" for name in ("src", "build.mjs", "package.json", "package-lock.json", "tsconfig.json"))


class ClientError(Exception):
    """The page's scripts cannot be built. The message ends with what the tool said."""


def install() -> Path:
    """overrides/client/node_modules as package-lock.json describes it; no package's own scripts are run. Raises ClientError.

    Several steps want it, in processes that know nothing of one another: they wait for the first.
    """
    modules = CLIENT / "node_modules"
    lock = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    stamp = modules / ".engineroom-lock"
    BUILD.mkdir(exist_ok=True)
    with FileLock(BUILD / "npm.lock"):
        if not stamp.exists() or stamp.read_text() != lock:
            run([*node.npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"])
            stamp.write_text(lock)
    return modules


def build(out: Path, only: str = "") -> None:
    """Write the bundle, or `only` its part "quiz", and its manifest.json into `out`. Raises ClientError."""
    install()
    run([*node.node(), "build.mjs", "--out", str(out), *(["--only", only] if only else [])])


def manifest(built: Path) -> dict:
    """What build.mjs made: {"js", "css", "quiz", "preload", "search", "packages": [names]}; of the quiz alone {"js", "quiz", "packages"}."""
    return json.loads((built / "manifest.json").read_text(encoding="utf-8"))


def run(command: list[str]) -> None:
    """Run Node or npm among the client's files. Raises ClientError."""
    done = subprocess.run(command, cwd=CLIENT, env=node.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise ClientError(f"{' '.join(Path(part).name for part in command[:3])} failed:\n{(done.stderr or done.stdout).strip()}")
