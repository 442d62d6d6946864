"""Text as a terminal leaves it, one line at a time: overwritten, moved about in, erased; colours and links are dropped. As terminal.ts.

ECMA-48, and what xterm and tmux do with it; moves from line to line are left out. Columns are cells: a wide character takes two, and
one half of it overwritten takes the other with it.
"""

import re
import unicodedata

FURTHEST = 10_000  # columns: no sequence moves beyond

_PLAIN = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*")
_BROKEN_OFF = re.compile(r"\x1b(?:\][^\x07\x1b\n]*\x1b?|[PX^_][^\x1b\n]*\x1b?|\[[0-?]*[ -/]*|[ -/]*)\Z")
_TOKEN = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b\n]*\x1b\\|\x1b\[(?P<numbers>[0-?]*)[ -/]*(?P<does>[@-~])|\x1b[ -/]*[0-~]|(?P<char>.)",
    re.S,
)


def settled(text: str) -> str:
    """What `text` leaves on the screen. A sequence that breaks off at its end shows nothing."""
    return "\n".join(_line(line) for line in _BROKEN_OFF.sub("", text).split("\n"))


def _line(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    line = _Line()
    for token in _TOKEN.finditer(text):
        if token["does"]:
            line.do(token["does"], token["numbers"])
        elif token["char"]:
            line.put(token["char"])
    return "".join(line.cells)


class _Line:
    """The cells of one line, "" for the second half of a wide character, and the column of the cursor."""

    def __init__(self) -> None:
        self.cells: list[str] = []
        self.at = 0

    def put(self, char: str) -> None:
        if char in _MOVES:
            self.at = _MOVES[char](self.at)
        elif width := _width(char):
            self._write([char, *[""] * (width - 1)])
        elif unicodedata.category(char) in _JOINING:
            self._join(char)

    def do(self, does: str, numbers: str) -> None:
        """A control sequence; those without meaning for one line do nothing."""
        first = numbers.split(";")[0]
        if first and not first.isdigit():
            return
        n = min(int(first or 0), FURTHEST)
        at, count = self.at, max(n, 1)
        if does == "K":
            self._erase(*((at, len(self.cells)), (0, at + 1), (0, len(self.cells)))[n] if n < 3 else (0, 0))
        elif does == "X":
            self._erase(at, at + count)
        elif does == "P":
            self._split(at, at + count)
            del self.cells[at : at + count]
        elif does == "@" and at < len(self.cells):
            self._split(at)
            self.cells[at:at] = [" "] * count
        elif does in "CDG":
            self.at = max(0, min({"C": at + count, "D": at - count, "G": count - 1}[does], FURTHEST))

    def _write(self, cells: list[str]) -> None:
        self.cells += [" "] * (self.at - len(self.cells))
        end = self.at + len(cells)
        self._split(self.at, end)
        self.cells[self.at : end] = cells
        self.at = end

    def _join(self, mark: str) -> None:
        """A mark without width of its own stands on the character before the cursor."""
        before = min(self.at, len(self.cells)) - 1
        before -= before > 0 and not self.cells[before]
        if before >= 0:
            self.cells[before] += mark

    def _erase(self, first: int, end: int) -> None:
        self._split(first, end)
        if end >= len(self.cells):
            del self.cells[first:]
        else:
            self.cells[first:end] = [" "] * (end - first)

    def _split(self, *places: int) -> None:
        for at in places:
            if at < len(self.cells) and not self.cells[at]:
                self.cells[at - 1 : at + 1] = "  "


_MOVES = {"\r": lambda at: 0, "\b": lambda at: max(0, at - 1), "\t": lambda at: (at // 8 + 1) * 8}
_JOINING = ("Mn", "Me", "Cf")


def _width(char: str) -> int:
    """Columns a character takes: none for controls and marks."""
    kind = unicodedata.category(char)
    if kind == "Cc" or (kind in _JOINING and char != "\xad"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
