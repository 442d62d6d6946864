"""What cells fetch: models, vocabularies, texts, logs. One folder with one index."""

from pathlib import Path

from engineroom_site import data_files, logs, models, texts, vocabularies


def build(out: Path) -> None:
    """Write the data folder: every file, and `out`/index.json, which names each with its sha256 and size.

    Raises engineroom_site.assets.AssetError when something cannot be fetched.
    """
    data_files.write_index(out, models.build(out) | vocabularies.build(out) | texts.build(out) | logs.build(out))
