"""The head of a quiz fence: YAML, each key checked, each mistake with its line."""

import re
from difflib import get_close_matches

import yaml

from engineroom_quiz import numbers
from engineroom_quiz.authoring.markup import unmarked
from engineroom_quiz.question import TYPES, Tolerance

KEYS = ("id", "type", "topic", "hint", "tolerance", "unit", "confidence", "cell", "tests", "solution", "compute")
ID = re.compile(r"[a-z][a-z0-9-]*\Z")
_EMPTY = ("", "~", "null", "Null", "NULL")
_SAID = {"true": True, "false": False}


class Wrong(Exception):
    """A mistake, and the file's line that it stands on."""

    def __init__(self, line: int, reason: str):
        self.line, self.reason = line, reason
        super().__init__(f"{line}: {reason}")


class Head:
    """What the head says. `line` is that of the fence; `line_of` finds a key's. Raises Wrong."""

    def __init__(self, lines: list[str], line: int):
        self.line, self._lines = line, lines
        self._at: dict[str, int] = {}
        self._written: set[str] = set()
        self._values = self._read()
        for key in ("id", "type"):
            if key not in self._values:
                raise Wrong(line, f"a quiz needs “{key}: …” in its head")
        if self["type"] not in TYPES:
            raise Wrong(self.line_of("type"), f"there is no type “{self['type']}”{meant(self['type'], TYPES)}")
        if not ID.match(self["id"]):
            raise Wrong(
                self.line_of("id"), f"the id “{self['id']}” must be lower-case letters, digits and hyphens, beginning with a letter"
            )

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> str:
        """The value as text; empty without one."""
        return self._values.get(key, "")

    @property
    def confidence(self) -> bool:
        said = self._values.get("confidence", "false")
        if said not in _SAID:
            raise Wrong(self.line_of("confidence"), f"“confidence” is true or false, not “{said}”")
        return _SAID[said]

    @property
    def tolerance(self) -> Tolerance:
        text = self._values.get("tolerance", "0").strip()
        size = numbers.read(text.removesuffix("%"))
        if size is None or size < 0:
            raise Wrong(self.line_of("tolerance"), f"the tolerance “{text}” must be a number such as 0.01, or a share such as 2%")
        return Tolerance(size / 100 if text.endswith("%") else size, text.endswith("%"))

    def code(self, key: str) -> str:
        """A key that holds Python."""
        if key not in self._written:
            raise Wrong(self.line_of(key), f"“{key}” must be Python: write “{key}: |” and indent the code below it")
        return self._values[key]

    def line_of(self, key: str) -> int:
        """The line of a key; that of the fence when it is not there."""
        return self._at.get(key, self.line)

    def _read(self) -> dict[str, str]:
        """Every value as its author wrote it: what YAML 1.1 takes for a boolean, a date or a number in base 60 stays the text it is."""
        try:
            root = yaml.compose("\n".join(self._lines), yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise Wrong(self.line + 1 + (mark.line if mark else 0), f"the head is no YAML: {getattr(error, 'problem', error)}") from None
        if root is None:
            return {}
        if not isinstance(root, yaml.MappingNode):
            raise Wrong(self.line + 1, "the head must be lines such as “id: my-question”")
        values: dict[str, str] = {}
        for name, value in root.value:
            key, line = str(name.value), self.line + 1 + name.start_mark.line
            if key not in KEYS:
                raise Wrong(line, f"a quiz has no key “{key}”{meant(key, KEYS)}")
            if key in values:
                raise Wrong(line, f"“{key}” is there already, on line {self._at[key]}")
            if not isinstance(value, yaml.ScalarNode):
                raise Wrong(line, f"“{key}” must be text, not a list or a mapping: put it in quotes")
            if value.style is None and value.value in _EMPTY:
                raise Wrong(line, f"“{key}” is empty: write something behind it, or leave it out")
            if value.style == "|":
                self._written.add(key)
            values[key], self._at[key] = unmarked(value.value), line
        return values


def meant(word: str, known: tuple[str, ...]) -> str:
    """What the author may have meant, as the end of a sentence."""
    near = get_close_matches(word, known, 1)
    return f"; did you mean “{near[0]}”?" if near else f"; there are {', '.join(known)}"
