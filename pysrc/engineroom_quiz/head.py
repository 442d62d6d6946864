"""The head of a quiz fence: YAML, each key checked, each mistake with its line."""

import re
from difflib import get_close_matches
from typing import Any

import yaml

from engineroom_quiz.question import TYPES, Tolerance

KEYS = ("id", "type", "topic", "hint", "tolerance", "unit", "confidence", "cell", "tests", "solution", "compute")
ID = re.compile(r"^[a-z][a-z0-9-]*$")


class Wrong(Exception):
    """A mistake, and the file's line that it stands on."""

    def __init__(self, line: int, reason: str):
        self.line, self.reason = line, reason
        super().__init__(f"{line}: {reason}")


class Head:
    """What the head says. `line` is that of the fence; `line_of` finds a key's. Raises Wrong."""

    def __init__(self, lines: list[str], line: int):
        self.line, self._lines = line, lines
        self._values = self._read()
        for key in self._values:
            if key not in KEYS:
                raise Wrong(self.line_of(key), f"a quiz has no key “{key}”{meant(str(key), KEYS)}")
        for key in ("id", "type"):
            if key not in self._values:
                raise Wrong(line, f"a quiz needs “{key}: …” in its head")
        if self["type"] not in TYPES:
            raise Wrong(self.line_of("type"), f"there is no type “{self['type']}”{meant(self['type'], TYPES)}")
        if not ID.match(self["id"]):
            raise Wrong(self.line_of("id"), f"the id “{self['id']}” must be lower-case letters, digits and hyphens, beginning with a letter")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> str:
        """The value as text; empty without one."""
        return str(self._values.get(key, ""))

    @property
    def confidence(self) -> bool:
        return self._values.get("confidence") is True

    @property
    def tolerance(self) -> Tolerance:
        text = str(self._values.get("tolerance", 0)).strip()
        try:
            size = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            size = -1.0
        if not 0 <= size < float("inf"):
            raise Wrong(self.line_of("tolerance"), f"the tolerance “{text}” must be a number such as 0.01, or a share such as 2%")
        return Tolerance(size, text.endswith("%"))

    def code(self, key: str) -> str:
        """A key that holds Python."""
        if not isinstance(self._values.get(key), str):
            raise Wrong(self.line_of(key), f"“{key}” must be Python: write “{key}: |” and indent the code below it")
        return self._values[key]

    def line_of(self, key: Any) -> int:
        """The line of a key; that of the fence when it is not there."""
        return next((number for number, text in enumerate(self._lines, self.line + 1) if text.startswith(f"{key}:")), self.line)

    def _read(self) -> dict[str, Any]:
        try:
            values = yaml.safe_load("\n".join(self._lines)) or {}
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise Wrong(self.line + 1 + (mark.line if mark else 0), f"the head is no YAML: {getattr(error, 'problem', error)}") from None
        if not isinstance(values, dict):
            raise Wrong(self.line + 1, "the head must be lines such as “id: my-question”")
        return values


def meant(word: str, known: tuple[str, ...]) -> str:
    """What the author may have meant, as the end of a sentence."""
    near = get_close_matches(word, known, 1)
    return f"; did you mean “{near[0]}”?" if near else f"; there are {', '.join(known)}"
