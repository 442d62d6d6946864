"""The models the site ships: converted once per build, from the published checkpoint to small verified files."""

from pathlib import Path

from engineroom_site.models import minilm, shards


def build(out: Path) -> None:
    """Write every model below `out`, and `out`/index.json, which names each file with its sha256 and size.

    Raises engineroom_site.assets.AssetError when a checkpoint cannot be fetched.
    """
    shards.write_index(out, {minilm.NAME: minilm.convert(out)})
