"""Pages whose cells have passed on this machine before, with the same cells, runtime, data, client, browser and tests: kept outside the clone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from engineroom_site.assets import cache
from outputs import Cell

ABOUT = re.compile(r'<template id="engineroom">(.*?)</template>', re.S)  # the addresses of runtime, data and client, each with its hash
TESTS = sorted(Path(__file__).parent.glob("*.py"))


def key(html: str, cells: Mapping[str, Cell], browser: str, tests: list[Path] = TESTS) -> str:
    """What a pass holds for: all that decides how the page's cells run and what they are compared with. Prose does not."""
    scripts = re.findall(r'<script[^>]*src="([^"]*assets/client/[^"]*)"', html)
    about = ABOUT.search(html)
    parts = [json.dumps(cells), about[1] if about else html, *scripts, browser, *(path.read_text(encoding="utf-8") for path in tests)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def place(key: str) -> Path:
    return cache.root() / "passes" / key


def passed(key: str) -> bool:
    return place(key).exists()


def record(key: str) -> None:
    place(key).parent.mkdir(parents=True, exist_ok=True)
    place(key).touch()
