"""Numbers as people type them. The browser reads the same in quiz/numbers.ts: tests/site/number_cases.json is what both must agree on."""

import re

# Told below every field for a number, so that nobody has to guess.
RULE = "Decimals with a point or a comma: 0.849 or 0,849. But 1,250 is 1250."

_WIDE = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})  # full-width forms
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f\u3000]")
_MINUS = re.compile("[\u2010-\u2013\u2212]")
_GROUPED = re.compile(r"([-+]?)([1-9][0-9]{0,2}(?:([ ,_'])[0-9]{3})(?:\3[0-9]{3})*)(?:([.,])([0-9]*))?")
_PLAIN = re.compile(r"[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?")
_UNCLEAR = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}[eE].*")  # a group or decimals, times a power?


def read(text: str) -> float | None:
    """What `text` says, or None when it is no finite number that a reader's answer could be.

    1,024 and 1 024 and 1'024 are one thousand and twenty-four: a comma groups when each has three digits behind it and the first
    group does not begin with 0. Any other comma is a decimal one: 0,849 and 1,25.
    """
    bare = _SPACES.sub(" ", text.translate(_WIDE)).strip(" \t\n\r").replace("\u2019", "'")
    bare = _MINUS.sub("-", bare)
    if (found := _GROUPED.fullmatch(bare)) and not (found[3] == "," == found[4]):
        plain = f"{found[1]}{re.sub('[^0-9]', '', found[2])}.{found[5] or ''}0"
    elif _PLAIN.fullmatch(bare) and not _UNCLEAR.fullmatch(bare):
        plain = bare.replace(",", ".")
    else:
        return None
    value = float(plain)
    vanished = value == 0 and re.search("[1-9]", re.split("[eE]", plain)[0])
    return None if value in (float("inf"), float("-inf")) or vanished else value + 0.0
