"""SmolLM2-135M-Instruct: the decoder of the chapters, 134.5 million parameters, as its GGUF file has them."""

from pathlib import Path
from typing import Any

from engineroom_site import data_files
from engineroom_site.assets import fetch, manifest

NAME = "models/SmolLM2-135M-Instruct"
LIMIT = 20_000_000  # bytes of a part: what hosts of static files take


def convert(out: Path) -> dict[str, Any]:
    """Write the file's bytes below `out`, in parts; the model's entry for the index. Put together they are the file, unchanged."""
    data = fetch.file("smollm2").read_bytes()
    parts = [data[at : at + LIMIT] for at in range(0, len(data), LIMIT)]
    return {
        "files": [data_files.write(out, f"{NAME}/part-{i}-of-{len(parts)}", ".gguf", part) for i, part in enumerate(parts, 1)],
        "vocabulary": "smollm2",
        "licence": manifest.entry("smollm2").licence,
    }
