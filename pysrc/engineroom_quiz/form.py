"""A question as elements: a form that is complete without a script, and its answers for the end of the page."""

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from engineroom_quiz import numbers
from engineroom_quiz.authoring.markup import verbatim
from engineroom_quiz.question import Choice, Question, digest

type Blocks = Callable[[Element, str], None]  # reads Markdown into an element

NOTE = "This is for yourself: the answers stand in the page's source, and nothing is sent anywhere."


def form(questions: list[Question], attributes: dict[str, str], blocks: Blocks) -> Element:
    """<quiz-form> with all `questions`; `attributes` say what it is to its script."""
    top = Element("quiz-form", attributes | {"data-search-exclude": ""})  # a search must not give choices away
    if attributes["data-kind"] == "assessment":
        spanning = ", from all its topics" if attributes["data-by-topic"] == "yes" else ""
        asked = f"{attributes['data-draw']} questions are drawn from {len(questions)}{spanning}. You pass with {attributes['data-rule']}."
        SubElement(top, "p", {"class": "quiz-rule"}).text = f"{asked} Take it as often as you like: the best counts. {NOTE}"
    inside = SubElement(top, "form", {"class": "quiz", "novalidate": "novalidate"})
    for question in questions:
        inside.append(fieldset(question, blocks))
    return top


def fieldset(question: Question, blocks: Blocks) -> Element:
    """One question with its controls. Its key stands in attributes, its feedback at the end of the page."""
    about = {
        "class": "quiz-question",
        "id": f"quiz-{question.id}",
        "data-question": question.id,
        "data-type": question.asked_as,
        "data-topic": verbatim(question.topic),
        "data-key": verbatim((" " if question.asked_as in ("single", "multiple", "order") else "\n").join(question.key)),
    }
    if question.cell:
        about["data-cell"] = question.cell
    if question.asked_as == "numeric":
        about["data-tolerance"] = str(question.tolerance)
    top = Element("fieldset", about)
    said, _, rest = question.prompt.partition("\n\n")
    SubElement(top, "legend").text = " ".join(said.split())
    if rest.strip():
        blocks(SubElement(top, "div", {"class": "quiz-prompt"}), rest)
    {"single": _options, "multiple": _options, "order": _order, "code": _code}.get(question.asked_as, _typed)(top, question)
    if question.hint:
        hint = SubElement(top, "details", {"class": "quiz-hint"})
        SubElement(hint, "summary").text = "Hint"
        blocks(SubElement(hint, "div"), question.hint)
    if question.confidence:
        label = SubElement(top, "label", {"class": "quiz-confidence"})
        SubElement(label, "span").text = "How sure are you? (Never scored.)"
        select = SubElement(label, "select", {"name": f"{_name(question)}:confidence"})
        for value, text in (("", "—"), ("1", "guessing"), ("2", "rather sure"), ("3", "certain")):
            SubElement(select, "option", {"value": value}).text = text
    return top


def answers(question: Question, blocks: Blocks) -> Element:
    """What is right and why, for the end of the page; the script takes the feedback from here."""
    top = Element("div", {"class": "quiz-answer", "data-answer": question.id})
    SubElement(top, "p", {"class": "quiz-asked"}).text = " ".join(question.prompt.partition("\n\n")[0].split())
    listed = SubElement(top, "ol" if question.type == "order" else "ul") if question.choices else top
    for choice in question.choices:
        about = {"data-choice": choice.id, "data-right": "yes" if choice.right else "no"}
        if question.asked_as in ("numeric", "text"):
            about["data-value"] = verbatim(choice.typed)
        item = SubElement(listed, "li", about)
        SubElement(item, "p").text = (
            choice.text if question.type == "order" else f"**{'Right' if choice.right else 'Wrong'}:** {choice.text}"
        )
        if choice.feedback:
            blocks(SubElement(item, "div", {"class": "quiz-feedback"}), choice.feedback)
    if question.tests:
        SubElement(top, "p").text = "The tests:"
        SubElement(SubElement(top, "pre", {"class": "quiz-tests", "tabindex": "0"}), "code").text = verbatim(question.tests)
    if question.explanation:
        blocks(SubElement(top, "div", {"class": "quiz-explanation"}), question.explanation)
    return top


def _name(question: Question) -> str:
    """No property of a form is called so: a control's name would hide it from the page's script."""
    return f"quiz-{question.id}"


def _options(top: Element, question: Question) -> None:
    kind = "checkbox" if question.asked_as == "multiple" else "radio"
    if question.asked_as == "multiple":
        SubElement(top, "p", {"class": "quiz-how"}).text = "Choose all that are right."
    listed = SubElement(top, "ul", {"class": "quiz-choices"})
    for choice in shuffled(question):
        label = SubElement(SubElement(listed, "li", {"data-choice": choice.id}), "label")
        SubElement(label, "input", {"type": kind, "name": _name(question), "value": choice.id})
        SubElement(label, "span").text = choice.text


def _order(top: Element, question: Question) -> None:
    SubElement(top, "p", {"class": "quiz-how"}).text = "Put these in order."
    listed = SubElement(top, "ol", {"class": "quiz-order"})
    for choice in shuffled(question):
        item = SubElement(listed, "li", {"data-choice": choice.id})
        SubElement(item, "span").text = choice.text


def _code(top: Element, question: Question) -> None:
    how = SubElement(top, "p", {"class": "quiz-how"})
    how.text = "Write your answer in the cell "
    link = SubElement(how, "a", {"href": f"#{question.cell}"})
    link.text = question.cell
    link.tail = ", then run the tests."


def _typed(top: Element, question: Question) -> None:
    label = SubElement(top, "label", {"class": "quiz-typed"})
    SubElement(label, "span").text = "Your guess" if question.cell else "Your answer"
    numeric, rule = question.asked_as == "numeric", f"quiz-{question.id}:numbers"  # no other question can be called so
    mode = {"inputmode": "decimal", "aria-describedby": rule} if numeric else {}
    SubElement(label, "input", {"type": "text", "name": _name(question), "autocomplete": "off", "spellcheck": "false", **mode})
    if question.unit:
        SubElement(label, "span", {"class": "quiz-unit"}).text = question.unit
    if numeric:
        within = f" Within {question.tolerance} is right." if question.tolerance.size else ""
        SubElement(top, "p", {"class": "quiz-how quiz-numbers", "id": rule}).text = numbers.RULE + within


def shuffled(question: Question) -> list[Choice]:
    """The choices as the page first shows them, the same in every build; of things to order, never in the right order."""
    items = sorted(question.choices, key=lambda choice: digest(question.id + choice.id))
    return [*items[1:], items[0]] if question.type == "order" and items == list(question.choices) else items
