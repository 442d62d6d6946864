"""Strings to compare tokenizers on, the same every time: prose, code, 500 languages, emoji, marks, spaces, controls, anything."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
from functools import cache
from html import unescape

from engineroom_site import texts
from engineroom_site.assets import fetch

EMOJI = ["😀", "👩‍👩‍👧‍👦", "🇩🇪", "❤️", "☎︎", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "✨", "1️⃣", "🫠", "⌚", "™"]
SPACES = [
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\r\n",
    "\n\n",
    "\u00a0",
    "\u3000",
    "\u2009",
    "\u200b",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\x1c",
    "\u180e",
]
CONTRACTIONS = ["'s", "'T", "'re", "'VE", "'m", "'ll", "'D", "'ſ", "’s", "n't", "I'm", "THEY'LL", "o'clock", "'", "''", "rock'n'roll"]
SNIPPETS = ["<|endoftext", "|>", "</s>", "<s>", "<0x41>", "▁", "##ing", "[UNK]", "<unk>", "Ġ", "0", "12", "123", "1234567", "3.14", "½", "Ⅷ", "²", "http://a.b/c?d=e", "==", "!==", "//", "--", "...", "…", "_", "__init__", "camelCase", "HTTPServer", "ǅ", "ﬁ", "İ", "ß", "ẞ", "Σς"]  # fmt: skip


@cache
def strings(n: int = 20_000) -> tuple[str, ...]:
    """`n` different strings; every kind is there from the first few hundred on."""
    rng = random.Random(2017)
    makers = [_prose, _code, _world, _world, _world, _emoji, _marks, _spaces, _controls, _anything, _mixture, _mixture]
    found: dict[str, None] = dict.fromkeys(
        [
            "",
            " ",
            "a",
            "Tokenization is fascinating!",
            "unhappiness",
            "strawberry",
            " strawberry",
            "a" * 1000,
            "ab" * 700,
            " " * 300,
            "\n" * 50,
        ]
    )
    while len(found) < n:
        found[rng.choice(makers)(rng)] = None
    return tuple(found)


@cache
def _verses() -> list[str]:
    return texts.king_james().splitlines()


@cache
def _sources() -> list[str]:
    """Python's own sources."""
    return [line for module in (asyncio.base_events, json.decoder, random) for line in _read(module.__file__)]


def _read(path: str) -> list[str]:
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    return ["\n".join(lines[at : at + 3]) for at in range(0, len(lines), 3)]


@cache
def _paragraphs() -> list[str]:
    names = sorted(path.stem for path in fetch.directory("declarations").glob("*.html"))
    return [part for name in names for part in _declaration(name)[:12]]


def _declaration(name: str) -> list[str]:
    page = (fetch.directory("declarations") / f"{name}.html").read_text(encoding="utf-8")
    return [unescape(part) for part in re.findall(r"<(?:p|h\d)[^>]*>([^<]+)<", page)]


def _prose(rng: random.Random) -> str:
    return rng.choice(_verses())


def _code(rng: random.Random) -> str:
    return rng.choice(_sources())


def _world(rng: random.Random) -> str:
    text = rng.choice(_paragraphs())
    at = rng.randrange(len(text))
    return text[at : at + rng.randrange(1, 120)]


def _emoji(rng: random.Random) -> str:
    return "".join(rng.choice([*EMOJI, " ", "a"]) for _ in range(rng.randrange(1, 9)))


def _marks(rng: random.Random) -> str:
    return "".join(
        rng.choice("aeiouAEn한कสקعe")
        + "".join(chr(rng.choice([0x300, 0x301, 0x308, 0x323, 0x327, 0x20DD, 0x5B0, 0x64B, 0x93C, 0xE31])) for _ in range(rng.randrange(4)))
        for _ in range(rng.randrange(1, 9))
    )


def _spaces(rng: random.Random) -> str:
    return "".join(rng.choice([*SPACES, "word", "a", "7", ".", "'s"]) for _ in range(rng.randrange(1, 14)))


def _controls(rng: random.Random) -> str:
    return "".join(
        rng.choice([chr(rng.randrange(0x20)), chr(rng.randrange(0x7F, 0xA1)), "x", " ", "\u202e", "\u2066", "\ufeff", "\ufffd", "\ufffe"])
        for _ in range(rng.randrange(1, 10))
    )


def _anything(rng: random.Random) -> str:
    planes = [0x80, 0x800, 0x10000, 0x20000, sys.maxunicode + 1]
    codes = (rng.randrange(rng.choice(planes)) for _ in range(rng.randrange(1, 20)))
    return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)


def _mixture(rng: random.Random) -> str:
    makers = [
        _prose,
        _world,
        _emoji,
        _marks,
        _spaces,
        lambda r: r.choice(CONTRACTIONS),
        lambda r: r.choice(SNIPPETS),
        lambda r: str(r.randrange(10**9)),
    ]
    parts = (rng.choice(makers)(rng)[: rng.randrange(1, 30)] for _ in range(rng.randrange(2, 7)))
    return rng.choice(["", " ", "\n"]).join(parts)
