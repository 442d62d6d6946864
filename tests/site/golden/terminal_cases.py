"""Writes tests/site/terminal_cases.json: what tmux leaves on its screen of each text. Needs tmux and a UTF-8 locale.

    python tests/site/golden/terminal_cases.py

Texts of one line each: those that a rule is known by, and random ones. `shown` has no spaces at its end, and spaces for tabs.
"""

import json
import os
import random
import shlex
import subprocess
import tempfile
import time
from pathlib import Path

NAMED = [
    "load 10 %\rload 100%",
    "abcdef\rxy",
    "abc\r",
    "a\r\r\rb",
    "abc\b\bX",
    "\b\bab",
    "ab\b",
    "working\r\x1b[Kdone",
    "abcdef\r\x1b[3C\x1b[K",
    "abcdef\b\b\x1b[1KX",
    "abc\x1b[2KX",
    "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\ after",
    "\x1b]8;;https://example.org\x07link\x1b]8;;\x07!",
    "\x1b]0;title\x07text",
    "\x1b[1;31mred\x1b[0m <eos>",
    "😀abc\rx",
    "a😀b\r\x1b[Cx",
    "a😀b\r\x1b[2Cx",
    "😀😀\b\bz",
    "中文字\rab",
    "ab\r中",
    "abc\r中",
    "e\u0301abc\rX",
    "e\u0301\bX",
    "ab中\u0301\bX",
    "ab\r\u0301",
    "a\tb\rXY",
    "abc\r\tX",
    "a\tb\x1b[1K|",
    "abcdef\x1b[3D\x1b[P",
    "abcdef\x1b[4D\x1b[2P",
    "abcdef\x1b[4D\x1b[2@X",
    "abcdef\x1b[4D\x1b[2XY",
    "abc\x1b[10Gx",
    "abc\x1b[Gx",
    "abc\x1b[0Gx",
    "\x1b[5Cx",
    "abc\x1b(B|",
    "a\x07b\x00c",
    "100%|█████▌    |\r 55%|██████████|",
    "\x1bPq#0\x1b\\sixel",
    "中\x1b[2D\x1b[Kx",
]
PARTS = ["a", "b", "xyz", " ", "é", "中", "😀", "█", "\r", "\b", "\b\b", "\t", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[C", "\x1b[2C", "\x1b[D", "\x1b[3D", "\x1b[G", "\x1b[4G",
    "\x1b[P", "\x1b[2P", "\x1b[X", "\x1b[3X", "\x1b[@", "\x1b[2@", "\x1b[31m", "\x1b]8;;u\x1b\\", "0123456789"]  # fmt: skip
WIDTH = 300


def main() -> None:
    rng = random.Random(15)
    erasing = [part for part in PARTS if part.isascii()]
    # What blanks half of a wide character, terminals do each in their own way, and tmux forgets its first half in the first column.
    moving = ["\x1b[52G", "\x1b[55G", *(part for part in PARTS if part[-1] not in "KPX@G\r \t")]
    texts = NAMED + [
        start + "".join(rng.choices(parts, k=rng.randint(2, 14)))
        for start, parts in (("", erasing), ("." * 50, moving))
        for _ in range(200)
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "texts")
        file.write_text("".join(f"{text}\x1b[0m\n" for text in texts) + "end\n")
        tmux = ["tmux", "-u", "-f", "/dev/null", "-S", str(Path(folder, "socket"))]
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        ask = lambda *command: subprocess.run([*tmux, *command], check=True, capture_output=True, text=True, env=environment).stdout
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", str(WIDTH), "-y", str(len(texts) + 5), f"cat {shlex.quote(str(file))}; sleep 60"],
            check=True,
            env=environment,
        )
        while "end" not in (screen := ask("capture-pane", "-p")).split("\n"):
            time.sleep(0.1)
        ask("kill-server")
    shown = screen.split("\n")[: len(texts)]
    cases = ",\n".join(
        json.dumps({"text": text, "shown": line.rstrip(" ")}, ensure_ascii=True) for text, line in zip(texts, shown, strict=True)
    )
    Path(__file__).parents[1].joinpath("terminal_cases.json").write_text(f"[\n{cases}\n]\n")


if __name__ == "__main__":
    main()
