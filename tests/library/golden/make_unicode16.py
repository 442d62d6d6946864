"""Write pysrc/engineroom/tokenize/unicode16.py: the character classes that split patterns name, as tiktoken's regex engine has them.

Run again only when tiktoken's Unicode version moves: python tests/library/golden/make_unicode16.py
"""

import sys
import textwrap
from pathlib import Path

import tiktoken

OUT = Path(__file__).parents[3] / "pysrc" / "engineroom" / "tokenize" / "unicode16.py"
CLASSES = ["Lu", "Ll", "Lt", "Lm", "Lo", "M", "N"]
HEAD = '''"""Letters, marks and numbers as of Unicode 16.0, the tables of the regex engines behind tiktoken and `tokenizers`.

Python's `re` has no class for letters, and what `unicodedata` knows depends on the Python at hand. Made by {script};
the test compares every code point there is.
"""

_RANGES = {{
'''
FOOT = '''}


def ranges(category: str) -> list[tuple[int, int]]:
    """The code points of a category such as "Lu", or of all that begin with its letter ("L"): (first, last), ascending.

    Raises KeyError for a category that no split pattern here uses.
    """
    names = [name for name in _RANGES if name.startswith(category)]
    if not names:
        raise KeyError(f"no character class {category!r}; there are {', '.join(_RANGES)}")
    found = sorted(span for name in names for word in _RANGES[name].split() for span in _expand(word))
    merged: list[tuple[int, int]] = []
    for first, last in found:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _expand(word: str) -> list[tuple[int, int]]:
    """"41-5A" is a range; "100-136/2" every second code point of it, as where capital and small letters alternate."""
    span, _, step = word.partition("/")
    first, _, last = span.partition("-")
    first, last = int(first, 16), int(last or first, 16)
    return [(code, code) for code in range(first, last + 1, int(step))] if step else [(first, last)]
'''


def members(category: str) -> list[int]:
    """Every code point of a category, by asking tiktoken to match it."""
    ranks = {bytes([i]): i for i in range(256)}
    encoding = tiktoken.Encoding("probe", pat_str=rf"\p{{{category}}}", mergeable_ranks=ranks, special_tokens={})
    return [code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000 and encoding.encode_ordinary(chr(code))]


def spans(codes: list[int]) -> list[str]:
    words, at = [], 0
    while at < len(codes):
        for step in (1, 2):
            end = at
            while end + 1 < len(codes) and codes[end + 1] == codes[end] + step:
                end += 1
            if end > at and (step == 1 or end > at + 1):
                break
        else:
            end, step = at, 1
        first, last = f"{codes[at]:X}", f"{codes[end]:X}"
        words.append(first if end == at else f"{first}-{last}" + ("/2" if step == 2 else ""))
        at = end + 1
    return words


text = HEAD.format(script=Path(__file__).name)
for category in CLASSES:
    body = textwrap.fill(" ".join(spans(members(category))), 116, initial_indent=" " * 8, subsequent_indent=" " * 8, break_on_hyphens=False)
    text += f'    "{category}": """\n{body}""",\n'
OUT.write_text(text + FOOT, encoding="utf-8")
