"""The training logs that chapters show, as the scripts of pysrc/checkpoints wrote them."""

import json
from pathlib import Path
from typing import Any

from engineroom_site import data_files
from engineroom_site.models.trained import TRAINED

LOGS = {
    "activations": {path.stem: path for path in sorted((TRAINED / "activations").glob("*.jsonl"))},
    "heads": {path.name.split(".")[0]: path for path in sorted((TRAINED / "heads").glob("*.log.jsonl"))},
    "mixture": {path.name.split(".")[0]: path for path in sorted((TRAINED / "mixture").glob("*.log.jsonl"))}
    | {"dense": TRAINED / "positions" / "rope.log.jsonl"},
}


def build(out: Path) -> dict[str, Any]:
    """Write every log below `out`; their entries for the index."""
    return {f"logs/{name}": _entry(out, name, runs) for name, runs in LOGS.items()}


def _entry(out: Path, name: str, runs: dict[str, Path]) -> dict[str, Any]:
    lines = {run: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for run, path in runs.items()}
    file = data_files.write(out, f"logs/{name}", ".json", json.dumps(lines).encode())
    return {"files": [file], "licence": "Apache-2.0"}
