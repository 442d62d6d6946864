"""all-MiniLM-L6-v2: the encoder of the chapters, 22.7 million parameters."""

import json
from pathlib import Path
from typing import Any

from engineroom.models import safetensors
from engineroom_site.assets import fetch, manifest
from engineroom_site.models import shards

NAME = "models/all-MiniLM-L6-v2"


def convert(out: Path) -> dict[str, Any]:
    """Write the model's files below `out`; its entry for the index."""
    weights = fetch.file("minilm-weights")
    tensors = safetensors.read(weights.read_bytes(), weights.name)
    del tensors["embeddings.position_ids"]  # 0, 1, 2, …: a buffer, no parameter
    return {
        "files": shards.write(out, NAME, tensors, fetch.file("minilm-vocab").read_bytes()),
        "config": json.loads(fetch.file("minilm-config").read_text(encoding="utf-8")),
        "licence": manifest.entry("minilm-weights").licence,
    }
