"""What a question is, once it has been read."""

import hashlib
import re
from typing import Literal, NamedTuple

Type = Literal["single", "multiple", "numeric", "text", "order", "predict", "code"]
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
TYPES: tuple[Type, ...] = ("single", "multiple", "numeric", "text", "order", "predict", "code")


class Choice(NamedTuple):
    """One thing to choose, type or put in order. `id` is the author's own, or a hash of the text; `line` is the file's."""

    id: str
    text: str
    right: bool
    feedback: str
    line: int

    @property
    def typed(self) -> str:
        """What a reader types to give it: the text without the backticks of its code."""
        return " ".join(_CODE.sub(lambda found: found[2], self.text).split())


class Tolerance(NamedTuple):
    """How far a number may be off: `size` in the answer's own unit, or as a share of it."""

    size: float
    relative: bool

    def __str__(self) -> str:
        return f"{self.size * 100:.15g}%" if self.relative else f"{self.size:.15g}"


class Question(NamedTuple):
    """A question as its author wrote it; texts are Markdown. In `order`, `choices` stand in the right order.

    `cell` is the live cell that answers a `predict`, which is a number when its right choice is one and it has a tolerance; or the
    one in which the reader answers a `code` question, whose `tests` are Python.
    """

    id: str
    type: Type
    topic: str
    prompt: str
    choices: tuple[Choice, ...]
    explanation: str
    hint: str
    tolerance: Tolerance
    unit: str
    confidence: bool
    cell: str
    tests: str
    line: int

    @property
    def asked_as(self) -> Type:
        """The type of its controls."""
        if self.type != "predict":
            return self.type
        return "numeric" if self.tolerance.size or len(self.choices) == 1 else "single"

    @property
    def key(self) -> list[str]:
        """The right answer: ids of choices in `single`, `multiple` and `order`; what may be typed in `numeric` and `text`."""
        typed = self.asked_as in ("numeric", "text")
        return [choice.typed if typed else choice.id for choice in self.choices if choice.right]


def digest(text: str) -> str:
    """Names a text: eight hexadecimal digits of its sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def revision(questions: list[Question]) -> str:
    """Names what is asked and what is right: changed when either changes."""
    return digest(
        repr(sorted((q.id, q.type, q.prompt, str(q.tolerance), q.key, [(c.id, c.text) for c in q.choices], q.tests) for q in questions))
    )
