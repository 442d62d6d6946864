"""The files of the data folder: each named by its content, all of them listed in index.json."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(out: Path, stem: str, suffix: str, content: bytes) -> dict[str, Any]:
    """Write `out`/`stem`-HASH`suffix`; its entry for the index."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = out / f"{stem}-{sha256[:12]}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"path": path.relative_to(out).as_posix(), "sha256": sha256, "bytes": len(content)}


def write_index(out: Path, entries: Mapping[str, Any]) -> None:
    """Write `out`/index.json."""
    (out / "index.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
