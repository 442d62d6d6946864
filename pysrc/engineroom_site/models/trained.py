"""The checkpoints of pysrc/checkpoints, as they were trained."""

import json
from pathlib import Path
from typing import Any

from engineroom_site import data_files
from engineroom_site.paths import ROOT

TRAINED = ROOT / "pysrc" / "checkpoints"
POSITIONS = ("rope", "sinusoidal", "alibi", "none")


def build(out: Path) -> dict[str, Any]:
    """Write the checkpoints below `out`; their entries for the index. The decoders share one vocabulary file."""
    twins = TRAINED / "positions"
    vocabulary = data_files.write(out, "models/positions/tokens", ".vocabulary", (twins / "tokens.vocabulary").read_bytes())
    entries = {
        f"models/positions-{name}": _entry(out, f"positions/{name}", twins / f"{name}.safetensors", twins / f"{name}.json", [vocabulary])
        for name in POSITIONS
    }
    mixture = TRAINED / "mixture"
    entries["models/mixture"] = _entry(out, "mixture/weights", mixture / "balanced.safetensors", mixture / "balanced.json", [vocabulary])
    folder = TRAINED / "spelling_to_phonemes"
    spelling = _entry(out, "spelling-to-phonemes/weights", folder / "weights.safetensors", folder / "config.json", [])
    spelling["held_out"] = json.loads((folder / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    return entries | {"models/spelling-to-phonemes": spelling}


def _entry(out: Path, stem: str, weights: Path, config: Path, more: list[dict[str, Any]]) -> dict[str, Any]:
    written = data_files.write(out, f"models/{stem}", weights.suffix, weights.read_bytes())
    return {"files": [written, *more], "config": json.loads(config.read_text(encoding="utf-8")), "licence": "Apache-2.0"}
