"""Reads a quiz fence: below its head a question, its choices with their feedback, and an explanation."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import cast

from engineroom_quiz import compute, numbers
from engineroom_quiz.authoring import fences
from engineroom_quiz.authoring.fences import Fence
from engineroom_quiz.authoring.markup import unmarked
from engineroom_quiz.head import ID, Head, Wrong
from engineroom_quiz.host import Grade, Host
from engineroom_quiz.question import Choice, Question, Type, digest

FOR = {"tolerance": "numeric", "unit": "numeric", "cell": "predict", "tests": "code", "solution": "code"}  # keys of one kind only
_BOX = re.compile(r"^[-*+] \[(?P<mark>[^\]]*)\](?P<text>(?: .*)?)$")
_NUMBERED = re.compile(r"^\d+[.)] +(?P<text>.*)$")
_OWN_ID = re.compile(r"\s*\{#(?P<id>[^}\s]*)\}$")


def question(fence: Fence, host: Host | None = None) -> Question:
    """The question in a fence; `host` where there are live cells, which some are answered in. Raises Wrong."""
    if not fence.closed:
        raise Wrong(fence.line, "this quiz is never closed: end it with as many backticks as it begins with")
    lines = fence.code.split("\n")
    cut = next((at for at, line in enumerate(lines) if line.rstrip() == "---"), None)
    if cut is None:
        raise Wrong(fence.line, "a quiz needs a line “---” between its head and the question")
    head, first = Head(lines[:cut], fence.line), fence.line + cut + 2
    if head["type"] in ("predict", "code") and not host:
        raise Wrong(fence.line, f"a {head['type']} question needs the live-cell extension, which this site does not have")
    body = _computed(head, "\n".join(lines[cut + 1 :]), first, host.answered if host else compute.answered).split("\n")
    return _code(head, body, first, host.grade) if head["type"] == "code" and host else _chosen(head, body, first)


def _computed(head: Head, body: str, first: int, answered: Callable[[str, str], str]) -> str:
    if "compute" not in head:
        return body
    try:
        return unmarked(answered(head.code("compute"), body))
    except compute.ComputeError as error:
        if error.in_text:
            raise Wrong(first + error.line - 1, f"an expression in {{{{ }}}}: {error}") from None
        raise Wrong(head.line_of("compute") + error.line, f"compute: {error}") from None


def _chosen(head: Head, body: list[str], first: int) -> Question:
    """A question with choices, of whatever kind."""
    type = head["type"]
    item = _NUMBERED if type == "order" else _BOX
    items = [at for at, text in _outside_code(body) if item.match(text)]
    prompt = "\n".join(body[: items[0]] if items else body).strip()
    if not prompt:
        raise Wrong(first, "a quiz needs a question before its choices")
    if not items:
        wanted = "a numbered list in the right order" if type == "order" else "choices: lines such as “- [x] right” and “- [ ] wrong”"
        raise Wrong(head.line, f"this quiz has no {wanted}")
    ends = [*items[1:], _closing(body, items[-1])]
    choices = tuple(_choice(body[start:end], first + start, type) for start, end in zip(items, ends))
    found = _question(head, prompt, choices, _unquoted(body[ends[-1] :], first + ends[-1]))
    for key, kind in FOR.items():
        if key in head and kind not in (type, found.asked_as):
            raise Wrong(head.line_of(key), f"“{key}” is for {kind} questions; this one is {type}")
    if type == "predict" and not found.cell:
        raise Wrong(head.line, "a prediction needs “cell: …”, the id of the live cell that shows what happens")
    _check(found)
    return found


def _code(head: Head, body: list[str], first: int, grade: Grade) -> Question:
    """A question that is answered in a live cell. Its solution must pass its tests."""
    for key in ("cell", "tests", "solution"):
        if key not in head:
            raise Wrong(
                head.line,
                f"a code question needs “{key}: …”: the id of the cell, Python with functions called test_…, and Python that passes them",
            )
    closing = _closing(body, -1)
    prompt = "\n".join(body[:closing]).strip()
    if not prompt:
        raise Wrong(first, "a quiz needs a question")
    try:
        results = list(grade(head.code("tests"), compute.run(head.code("solution"))))
    except compute.ComputeError as error:
        raise Wrong(head.line_of("solution") + error.line, f"solution: {error}") from None
    except Exception as error:
        raise Wrong(head.line_of("tests"), f"tests: {type(error).__name__}: {error}") from None
    if not results:
        raise Wrong(head.line_of("tests"), "there is no test: name a function test_…")
    if failed := next((result for result in results if not result["passed"]), None):
        raise Wrong(head.line_of("solution"), f"the solution fails the test “{failed['name']}”: {failed['said']}")
    return _question(head, prompt, (), _unquoted(body[closing:], first + closing))


def _question(head: Head, prompt: str, choices: tuple[Choice, ...], explanation: str) -> Question:
    return Question(
        id=head["id"], type=cast(Type, head["type"]), topic=head["topic"], prompt=prompt, choices=choices, explanation=explanation, hint=head["hint"],
        tolerance=head.tolerance, unit=head["unit"], confidence=head.confidence, cell=head["cell"], tests=head["tests"], line=head.line,
    )  # fmt: skip


def _choice(lines: list[str], line: int, type: str) -> Choice:
    marked = (_NUMBERED if type == "order" else _BOX).match(lines[0])
    assert marked is not None  # it is where a choice begins
    right = True
    if type != "order":
        mark = marked["mark"].strip().lower()
        if mark not in ("", "x"):
            raise Wrong(line, f"a choice begins with “- [x]” when it is right, “- [ ]” when not; here it is “[{marked['mark']}]”")
        right = mark == "x"
    text, feedback = [marked["text"].strip()], []
    for number, below in enumerate(lines[1:], line + 1):
        if below.strip() and not below.startswith("  "):
            raise Wrong(number, "what belongs to a choice is indented by two spaces, its feedback begins with “  > ”")
        stripped = below.strip()
        if stripped.startswith(">"):
            feedback.append(stripped[1:].removeprefix(" "))
        elif stripped and feedback:
            raise Wrong(number, "after a choice's feedback comes the next choice: begin this line with “> ” or put it before the feedback")
        elif stripped:
            text.append(stripped)
    said, own = " ".join(text).strip(), ""
    if given := _OWN_ID.search(said):
        own, said = given["id"], said[: given.start()]
        if not ID.match(own):
            raise Wrong(line, f"the id “{own}” of a choice must be lower-case letters, digits and hyphens, beginning with a letter")
    choice = Choice(own or f"c{digest(said)}", said, right, "\n".join(feedback), line)
    if not choice.typed:
        raise Wrong(line, "this choice is empty")
    return choice


def _check(found: Question) -> None:
    right = [choice for choice in found.choices if choice.right]
    if not right:
        raise Wrong(found.line, f"no choice of “{found.id}” is marked right: write “- [x]” before one")
    if found.asked_as in ("single", "numeric") and len(right) > 1:
        raise Wrong(right[1].line, f"a {found.type} question has one right answer; line {right[0].line} is marked right as well")
    if found.asked_as in ("single", "multiple", "order") and len(found.choices) < 2:
        raise Wrong(found.line, "one choice is no choice: write two or more")
    for what, values in (("choice", [choice.text for choice in found.choices]), ("id", [choice.id for choice in found.choices])):
        twice = next((value for value, count in Counter(values).items() if count > 1), None)
        if twice is not None:
            first, second, *_ = (choice.line for choice in found.choices if twice in (choice.text, choice.id))
            raise Wrong(second, f"the {what} “{twice}” is there already, on line {first}")
    if found.asked_as == "numeric":
        for choice in found.choices:
            if numbers.read(choice.typed) is None:
                raise Wrong(
                    choice.line, f"“{choice.text}” is no number that a reader can type, and this question is numeric. {numbers.RULE}"
                )


def _closing(body: list[str], last: int) -> int:
    """Where the explanation begins: the first line after the last choice that is quoted and not indented."""
    return next((at for at in range(last + 1, len(body)) if body[at].startswith(">")), len(body))


def _unquoted(lines: list[str], line: int) -> str:
    for number, text in enumerate(lines, line):
        if text.strip() and not text.startswith(">"):
            raise Wrong(number, "after the closing explanation nothing more may stand: begin this line with “> ”, or move it up")
    return "\n".join(text[1:].removeprefix(" ") for text in lines).strip()


def _outside_code(body: list[str]) -> Iterator[tuple[int, str]]:
    code = {line for fence in fences.scan("\n".join(body)) for line in range(fence.start, fence.end)}
    yield from ((at, text) for at, text in enumerate(body) if at not in code)
