"""Reads a quiz fence: a YAML head, a line of dashes, a question, its choices with their feedback, and an explanation."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import yaml

from engineroom import grading
from engineroom_site.cells.fences import Fence
from engineroom_site.quiz import compute
from engineroom_site.quiz.question import TYPES, Choice, Question, Tolerance, digest

KEYS = ("id", "type", "topic", "hint", "tolerance", "unit", "confidence", "cell", "tests", "solution", "compute")
ID = re.compile(r"^[a-z][a-z0-9-]*$")
_BOX = re.compile(r"^[-*+] \[(?P<mark>[^\]]*)\](?P<text>(?: .*)?)$")
_NUMBERED = re.compile(r"^\d+[.)] +(?P<text>.*)$")
_OWN_ID = re.compile(r"\s*\{#(?P<id>[^}\s]*)\}$")
_MARKS = re.compile(r"^ *(`{3,}|~{3,})")


class Wrong(Exception):
    """A mistake, and the file's line that it stands on."""

    def __init__(self, line: int, reason: str):
        self.line, self.reason = line, reason
        super().__init__(f"{line}: {reason}")


def question(fence: Fence) -> Question:
    """The question in a fence. Raises Wrong."""
    if not fence.closed:
        raise Wrong(fence.line, "this quiz is never closed: end it with as many backticks as it begins with")
    lines = fence.code.split("\n")
    if "---" not in (line.rstrip() for line in lines):
        raise Wrong(fence.line, "a quiz needs a line “---” between its head and the question")
    cut = next(at for at, line in enumerate(lines) if line.rstrip() == "---")
    head = _head(lines[:cut], fence.line)
    body, first = "\n".join(lines[cut + 1 :]), fence.line + cut + 2
    if "compute" in head:
        body = _computed(head["compute"], lines, body, fence.line, first)
    return _read(head, body.split("\n"), first, lambda key: _line_of(key, lines, fence.line), fence.line)


def _head(lines: list[str], line: int) -> dict[str, Any]:
    try:
        head = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Wrong(line + 1 + (mark.line if mark else 0), f"the head is no YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(head, dict):
        raise Wrong(line + 1, "the head must be lines such as “id: my-question”")
    for key in head:
        if key not in KEYS:
            raise Wrong(_line_of(key, lines, line), f"a quiz has no key “{key}”{_meant(str(key), KEYS)}")
    for key in ("id", "type"):
        if key not in head:
            raise Wrong(line, f"a quiz needs “{key}: …” in its head")
    if head["type"] not in TYPES:
        raise Wrong(_line_of("type", lines, line), f"there is no type “{head['type']}”{_meant(str(head['type']), TYPES)}")
    if not isinstance(head["id"], str) or not ID.match(head["id"]):
        raise Wrong(_line_of("id", lines, line), f"the id “{head['id']}” must be lower-case letters, digits and hyphens, beginning with a letter")
    return head


def _computed(code: Any, lines: list[str], body: str, line: int, first: int) -> str:
    at = _line_of("compute", lines, line)
    if not isinstance(code, str):
        raise Wrong(at, "“compute” must be Python: write “compute: |” and indent the code below it")
    try:
        names = compute.run(code)
    except compute.ComputeError as error:
        raise Wrong(at + error.line, f"compute: {error}") from None
    try:
        return compute.filled(body, names)
    except compute.ComputeError as error:
        raise Wrong(first + error.line - 1, f"an expression in {{{{ }}}}: {error}") from None


def _read(head, body, first, line_of, line) -> Question:
    type = head["type"]
    if type == "code":
        return _code(head, body, first, line_of, line)
    for key in ("tests", "solution"):
        if key in head:
            raise Wrong(line_of(key), f"“{key}” is for code questions; this one is {type}")
    items = [at for at, text in _outside_code(body) if (_NUMBERED if type == "order" else _BOX).match(text)]
    prompt = "\n".join(body[: items[0]] if items else body).strip()
    if not prompt:
        raise Wrong(first, "a quiz needs a question before its choices")
    if not items:
        wanted = "a numbered list in the right order" if type == "order" else "choices: lines such as “- [x] right” and “- [ ] wrong”"
        raise Wrong(line, f"this quiz has no {wanted}")
    ends = [*items[1:], _closing(body, items[-1])]
    choices = tuple(_choice(body[start:end], first + start, type) for start, end in zip(items, ends))
    explanation = _unquoted(body[ends[-1] :], first + ends[-1])
    found = Question(
        head["id"], type, str(head.get("topic", "")), prompt, choices, explanation, str(head.get("hint", "")),
        _tolerance(head.get("tolerance", 0), line_of), str(head.get("unit", "")), head.get("confidence") is True, str(head.get("cell", "")), "", line,
    )  # fmt: skip
    for key in ("tolerance", "unit"):
        if key in head and found.asked_as != "numeric":
            raise Wrong(line_of(key), f"“{key}” is for numeric questions; this one is {type}")
    if type == "predict" and not found.cell:
        raise Wrong(line, "a prediction needs “cell: …”, the id of the live cell that shows what happens")
    if type != "predict" and found.cell:
        raise Wrong(line_of("cell"), f"“cell” is for predictions; this question is {type}")
    _check(found)
    return found


def _code(head, body, first, line_of, line) -> Question:
    """A question that is answered in a live cell. Its solution must pass its tests."""
    for key in ("cell", "tests", "solution"):
        if not isinstance(head.get(key), str):
            raise Wrong(line, f"a code question needs “{key}: …”: the id of the cell, Python with functions called test_…, and Python that passes them")
    closing = _closing(body, -1)
    prompt = "\n".join(body[:closing]).strip()
    if not prompt:
        raise Wrong(first, "a quiz needs a question")
    try:
        results = list(grading.results(head["tests"], compute.run(head["solution"])))
    except compute.ComputeError as error:
        raise Wrong(line_of("solution") + error.line, f"solution: {error}") from None
    except Exception as error:
        raise Wrong(line_of("tests"), f"tests: {type(error).__name__}: {error}") from None
    if not results:
        raise Wrong(line_of("tests"), "there is no test: name a function test_…")
    if failed := next((result for result in results if not result["passed"]), None):
        raise Wrong(line_of("solution"), f"the solution fails the test “{failed['name']}”: {failed['said']}")
    return Question(
        head["id"], "code", str(head.get("topic", "")), prompt, (), _unquoted(body[closing:], first + closing), str(head.get("hint", "")),
        Tolerance(0.0, False), "", False, head["cell"], head["tests"], line,
    )  # fmt: skip


def _choice(lines: list[str], line: int, type: str) -> Choice:
    marked = (_NUMBERED if type == "order" else _BOX).match(lines[0])
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
    if not said:
        raise Wrong(line, "this choice is empty")
    return Choice(own or f"c{digest(said)}", said, right, "\n".join(feedback), line)


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
            try:
                float(choice.text.replace(",", ""))
            except ValueError:
                raise Wrong(choice.line, f"“{choice.text}” is no number, and this question is numeric") from None


def _tolerance(value: Any, line_of) -> Tolerance:
    text = str(value).strip()
    try:
        size = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        size = -1.0
    if not 0 <= size < float("inf"):
        raise Wrong(line_of("tolerance"), f"the tolerance “{text}” must be a number such as 0.01, or a share such as 2%")
    return Tolerance(size, text.endswith("%"))


def _closing(body: list[str], last: int) -> int:
    """Where the explanation begins: the first line after the last choice that is quoted and not indented."""
    return next((at for at in range(last + 1, len(body)) if body[at].startswith(">")), len(body))


def _unquoted(lines: list[str], line: int) -> str:
    for number, text in enumerate(lines, line):
        if text.strip() and not text.startswith(">"):
            raise Wrong(number, "after the closing explanation nothing more may stand: begin this line with “> ”, or move it up")
    return "\n".join(text[1:].removeprefix(" ") for text in lines).strip()


def _outside_code(body: list[str]) -> Iterator[tuple[int, str]]:
    marks = ""
    for at, text in enumerate(body):
        found = _MARKS.match(text)
        if found and (not marks or text.strip().startswith(marks)):
            marks = "" if marks else found[1]
        elif not marks:
            yield at, text


def _line_of(key: Any, lines: list[str], line: int) -> int:
    return next((number for number, text in enumerate(lines, line + 1) if text.startswith(f"{key}:")), line)


def _meant(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, 1)
    return f"; did you mean “{near[0]}”?" if near else f"; there are {', '.join(known)}"
