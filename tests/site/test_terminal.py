"""Text as tmux leaves it on its screen: the cases the client's terminal is held to as well."""

import json
import re
import unicodedata
from pathlib import Path

from engineroom_site.cells import terminal
from engineroom_site.pipeline import ROOT

CASES = json.loads((Path(__file__).parent / "terminal_cases.json").read_text(encoding="utf-8"))


def test_as_tmux():
    found = [(case, terminal.settled(case["text"]).expandtabs(8).rstrip(" ")) for case in CASES]
    assert [(case, shown) for case, shown in found if shown != case["shown"]] == []


def test_lines_are_apart_and_plain_text_is_left_alone():
    text = "".join(case["text"] + "\n" for case in CASES)
    assert terminal.settled(text) == "".join(terminal.settled(case["text"]) + "\n" for case in CASES)
    assert terminal.settled("a\tb  \n  c é中😀\u2028 ") == "a\tb  \n  c é中😀\u2028 "
    assert terminal.settled("one\r\ntwo") == "one\ntwo"


def test_what_breaks_off_or_never_ends_is_bounded():
    assert [terminal.settled(f"a{end}") for end in ("\x1b", "\x1b[", "\x1b[3", "\x1b]8;;https://x", "\x1b]8;;x\x1b", "\x1bP1")] == ["a"] * 6
    assert terminal.settled("\x1b]8;;never\nshown").endswith("\nshown")
    for inserts in ("\x1b[999999999Cx", "a\r\x1b[999999999@"):
        assert len(terminal.settled(inserts)) == terminal.FURTHEST + 1


def test_the_client_knows_the_same_wide_characters():
    source = (ROOT / "overrides/client/src/output/wide.ts").read_text(encoding="utf-8")
    ranges = [[int(code, 16) for code in part.split("-")] for part in re.search("`\\s([^`]*)`", source)[1].split()]
    wide = {code for first, *last in ranges for code in range(first, (last or [first])[0] + 1)}
    assert wide == {code for code in range(0x110000) if unicodedata.east_asian_width(chr(code)) in "WF"}
