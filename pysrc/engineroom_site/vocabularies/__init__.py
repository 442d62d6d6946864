"""The vocabularies the site ships: converted once per build, from what was published to one compact file each."""

from pathlib import Path
from typing import Any

from engineroom_site import data_files
from engineroom_site.assets import manifest
from engineroom_site.vocabularies import mistral, sentencepiece, smollm2, tiktoken, wordpiece

# By the name that tokenize.load takes: the converter, and the asset whose licence holds.
CONVERTERS = {
    "gpt2": (tiktoken.convert, "tiktoken-gpt2"),
    "cl100k_base": (tiktoken.convert, "tiktoken-cl100k_base"),
    "o200k_base": (tiktoken.convert, "tiktoken-o200k_base"),
    "smollm2": (smollm2.convert, "smollm2"),
    "bert": (wordpiece.convert, "minilm-vocab"),
    "mistral": (mistral.convert, "mistral-vocabulary"),
    "botchan-unigram": (sentencepiece.convert, "botchan-unigram"),
    "botchan-bpe": (sentencepiece.convert, "botchan-bpe"),
}


def build(out: Path) -> dict[str, Any]:
    """Write every vocabulary below `out`; their entries for the index. Raises AssetError."""
    return {f"vocabularies/{name}": _entry(out, name) for name in CONVERTERS}


def _entry(out: Path, name: str) -> dict[str, Any]:
    convert, asset = CONVERTERS[name]
    file = data_files.write(out, f"vocabularies/{name}", ".vocabulary", convert(name))
    return {"files": [file], "licence": manifest.entry(asset).licence}
