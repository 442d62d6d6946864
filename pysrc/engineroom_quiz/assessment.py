"""The head of an assessment page: how many questions are drawn, from which topics, and what passes."""

from collections import Counter
from math import ceil
from typing import Any, NamedTuple

from engineroom_quiz.head import ID, meant
from engineroom_quiz.question import Question

KEYS = ("id", "pass", "draw", "strata")
TAKEN = ("checks", "review", "progress")  # what else the browser keeps under such names


class Assessment(NamedTuple):
    """id: its name in the browser's storage. pass_mark: per cent. draw: how many questions. by_topic: whether each draw spans the topics."""

    id: str
    pass_mark: float
    draw: int
    by_topic: bool

    @property
    def needed(self) -> int:
        """Right answers that pass."""
        return ceil(self.draw * self.pass_mark / 100 - 1e-9)

    @property
    def rule(self) -> str:
        """The pass mark in words; spelt out where no score meets it exactly."""
        exact = abs(self.needed / self.draw * 100 - self.pass_mark) < 1e-9
        return f"{self.pass_mark:g} %, {'that is' if exact else 'which means'} {self.needed} of {self.draw}"


def read(head: Any, questions: list[Question]) -> Assessment:
    """The assessment that a page's `assessment:` describes. Raises ValueError in words for its author."""
    if not isinstance(head, dict):
        raise ValueError("“assessment” must have lines such as “id: module”, “pass: 70” and “draw: 5” below it")
    for key in head:
        if key not in KEYS:
            raise ValueError(f"an assessment has no key “{key}”{meant(str(key), KEYS)}")
    if not isinstance(head.get("id"), str) or not ID.match(head["id"]):
        raise ValueError(f"an assessment needs “id: …” of lower-case letters, digits and hyphens; here it is “{head.get('id')}”")
    if head["id"] in TAKEN:
        raise ValueError(f"the id “{head['id']}” is taken by what the page keeps of its own; choose another")
    mark, draw = head.get("pass", 70), head.get("draw", len(questions))
    if isinstance(mark, bool) or not isinstance(mark, int | float) or not 0 < mark <= 100:
        raise ValueError(f"“pass” is per cent, more than 0 and at most 100, not “{mark}”")
    if isinstance(draw, bool) or not isinstance(draw, int) or draw < 1:
        raise ValueError(f"“draw” is how many questions are asked, 1 or more, not “{draw}”")
    if draw > len(questions):
        raise ValueError(f"{draw} questions cannot be drawn: the page has {len(questions)}")
    strata = head.get("strata")
    if strata not in (None, "topic"):
        raise ValueError(f"“strata” can be “topic” or left out, not “{strata}”")
    if strata:
        topics = Counter(question.topic for question in questions)
        if "" in topics:
            raise ValueError(
                f"with “strata: topic” every question needs a topic; “{next(q.id for q in questions if not q.topic)}” has none"
            )
        least = draw // len(topics)
        short = next((topic for topic, count in topics.items() if count < least), None)
        if short is not None:
            raise ValueError(f"each draw takes at least {least} of every topic; “{short}” has {topics[short]}")
    return Assessment(head["id"], float(mark), draw, strata == "topic")
