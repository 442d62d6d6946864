"""The models the site ships: converted once per build, from the published checkpoint to small verified files."""

from pathlib import Path
from typing import Any

from engineroom_site.models import minilm, smollm2, trained


def build(out: Path) -> dict[str, Any]:
    """Write every model below `out`; their entries for the index. Raises engineroom_site.assets.AssetError."""
    return {model.NAME: model.convert(out) for model in (minilm, smollm2)} | trained.build(out)
