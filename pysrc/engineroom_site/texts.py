"""The texts the site ships, to train and to measure on."""

import json
import zlib
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from engineroom_site import data_files
from engineroom_site.assets import fetch, manifest

SIZE = 1_000_000  # characters: a megabyte, as it is ASCII
END = 100_000  # characters at the end that none of this project's checkpoints was trained on: they hold out the last 3 %
LANGUAGES = {
    "English": "eng",
    "Spanish": "spa",
    "German": "deu_1996",
    "Finnish": "fin",
    "Russian": "rus",
    "Arabic": "arb",
    "Hindi": "hin",
    "Chinese": "cmn_hans",
    "Japanese": "jpn",
    "Yoruba": "yor",
}


def build(out: Path) -> dict[str, Any]:
    """Write every text below `out`; their entries for the index. Raises AssetError."""
    bible = king_james()
    return {
        "texts/king-james": _entry(out, "king-james", bible[: bible.rindex("\n", 0, SIZE) + 1]),
        "texts/king-james-end": _entry(out, "king-james-end", bible[bible.index("\n", len(bible) - END) + 1 :]),
        "texts/declarations": _entry(
            out, "declarations", json.dumps({name: declaration(code) for name, code in LANGUAGES.items()}, ensure_ascii=False)
        ),
    }


def king_james() -> str:
    """The whole Bible of 1769, a verse a line; without the signs that mark paragraphs and words added by the translators."""
    verses = json.loads(fetch.file("king-james").read_text(encoding="utf-8"))
    signs = str.maketrans("", "", "#[]")
    return "".join(f"{verse.translate(signs).strip()}\n" for verse in verses.values())


def declaration(code: str) -> list[str]:
    """The Universal Declaration of Human Rights in one language, by its file's name: a list of paragraphs, headings among them."""
    page = (fetch.directory("declarations") / f"{code}.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    parts = (soup.body or soup).find_all(["h1", "h2", "h3", "p", "li"])
    return [" ".join(part.get_text().split()) for part in parts if part.get_text().strip()]


def _entry(out: Path, name: str, text: str) -> dict[str, Any]:
    file = data_files.write(out, f"texts/{name}", ".deflate", zlib.compress(text.encode(), 9))
    return {"files": [file], "licence": manifest.entry(name.removesuffix("-end")).licence}
