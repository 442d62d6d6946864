"""Quiz fences: read whole, drawn whole, and every mistake named with its line."""

import re
import textwrap
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions import Extension

from engineroom import grading
from engineroom_quiz import assessment, eaten, form, numbers, parse
from engineroom_quiz.authoring.fences import scan
from engineroom_quiz.authoring.page import Page
from engineroom_quiz.extension import Quizzes
from engineroom_quiz.host import Host
from engineroom_quiz.question import revision
from engineroom_site.cells import options

GOOD = """\
```quiz
id: why
type: single
topic: t
hint: Think of *variance*.
confidence: true
---
Why divide by $\\sqrt{d_k}$?

- [x] It keeps the `variance` {#keeps}
  > Near **one**.
- [ ] It makes the weights
  sum to one
  > The softmax does.

> Because of <b>this</b>.
```
"""


def questions(text: str) -> list:
    return [parse.question(fence) for fence in scan(text)]


def page(text: str, live_cells: bool = True, head: object = None, **about) -> tuple[BeautifulSoup, list[str]]:
    """The page as HTML, and what its author was told."""
    told: list[str] = []
    quizzes = Quizzes(lambda errors: told.extend(map(str, errors.errors)), Host(grading.results, options.ids) if live_cells else None)
    quizzes.page = Page("docs/x.md", meta={"assessment": head}, **about)
    extensions = ["attr_list", "md_in_html", "admonition", "tables", "toc", "pymdownx.superfences", "pymdownx.arithmatex", quizzes]
    return BeautifulSoup(Markdown(extensions=extensions).convert(text), "html.parser"), told


def test_a_question_is_read_whole():
    (found,) = questions(GOOD)
    assert (found.id, found.type, found.topic, found.hint, found.confidence) == ("why", "single", "t", "Think of *variance*.", True)
    assert found.prompt == "Why divide by $\\sqrt{d_k}$?" and found.explanation == "Because of <b>this</b>."
    assert [(c.text, c.right, c.feedback, c.line) for c in found.choices] == [
        ("It keeps the `variance`", True, "Near **one**.", 10), ("It makes the weights sum to one", False, "The softmax does.", 12)
    ]  # fmt: skip
    assert found.choices[0].id == "keeps" and re.fullmatch("c[0-9a-f]{8}", found.choices[1].id) and found.key == ["keeps"]


def test_a_question_is_drawn_whole():
    html, told = page(f"# Title\n\nBefore.\n\n{GOOD}\nAfter.\n", address="x/")
    assert not told
    quiz = html.select_one("quiz-form")
    assert quiz["data-kind"] == "check" and quiz["data-page"] == "x/"
    assert quiz.select_one("legend .arithmatex") and quiz.select_one("label code").text == "variance"
    assert [box["type"] for box in quiz.select("input")] == ["radio", "radio"] and len({box["name"] for box in quiz.select("input")}) == 1
    assert all(box.find_parent("label") for box in quiz.select("input")) and quiz.select_one(".quiz-hint em")
    assert "Near" not in quiz.text and quiz.select_one("fieldset")["data-key"] == "keeps"
    answers = html.select_one("section.quiz-answers")
    assert answers.select_one("[data-choice=keeps] strong") and [item["data-right"] for item in answers.select("li")] == ["yes", "no"]
    assert not answers.select("section, h1, h2, h3")
    assert [p.text for p in html.find_all("p", recursive=False)] == ["Before.", "After."]


def test_code_maths_and_lists_stand_everywhere():
    text = (
        GOOD.replace("```", "````")
        .replace("?\n\n-", "?\n\nLook:\n\n```python\nx = [1]\n- [x] no choice\n```\n\n-")
        .replace("  > The softmax does.", "  > One:\n  >\n  > - a\n  > - b")
    )
    html, told = page(text)
    assert not told and html.select_one(".quiz-prompt pre").text.strip() == "x = [1]\n- [x] no choice"
    assert len(html.select(".quiz-feedback li")) == 2


def test_answers_are_computed():
    text = """\
        ```quiz
        id: n
        type: numeric
        tolerance: 2%
        unit: tokens
        compute: |
          from engineroom.tokenize import bpe
          n = len(bpe.train("aaaa", 1).encode("aaaa"))
        ---
        How many for {{ "a" * 4 }}?

        - [x] {{ n }}
          > {{ n }}, not {{ 2 * n }}.
        - [ ] {{ 2 * n }}
        ```
        """
    (found,) = questions(textwrap.dedent(text))
    assert found.prompt == "How many for aaaa?" and found.key == ["2"] and found.choices[0].feedback == "2, not 4."
    assert (found.tolerance.size, found.tolerance.relative, found.unit) == (0.02, True, "tokens")


def test_a_prediction_names_its_cell():
    cell = '```python live id="one"\n1\n```\n\n'
    html, told = page(cell + "```quiz\nid: a\ntype: predict\ncell: one\ntolerance: 5%\n---\nHow many?\n\n- [x] 1\n```\n")
    assert not told and html.select_one("fieldset[data-cell=one][data-type=numeric] input[inputmode=decimal]")
    html, told = page(cell + "```quiz\nid: a\ntype: predict\ncell: one\n---\nWhich?\n\n- [x] 1\n- [ ] 2\n```\n")
    assert not told and html.select_one("fieldset[data-cell=one][data-type=single] input[type=radio]")


@pytest.mark.parametrize(
    "text", ["type: predict\ncell: one\n---\nWhich?\n\n- [x] 1\n- [ ] 2\n", "type: code\ncell: one\n{tests}---\nWrite f.\n"]
)
def test_without_live_cells_what_needs_one_is_refused(text):
    _, told = page("# X\n\n```quiz\nid: a\n" + text.format(tests=TESTS + SOLVED) + "```\n", live_cells=False)
    assert len(told) == 1 and re.match(
        "docs/x.md:3: a (predict|code) question needs the live-cell extension, which this site does not have", told[0]
    )


def test_a_text_that_another_plugin_reads_meanwhile_is_left_alone():
    told: list[str] = []
    quizzes = Quizzes(lambda errors: told.extend(map(str, errors.errors)))

    class Meanwhile(Extension):
        def extendMarkdown(self, md):
            md.treeprocessors.register(self, "meanwhile", 30)

        def run(self, root):
            self.html = Markdown(extensions=[quizzes]).convert("Words of a docstring.")

    meanwhile = Meanwhile()
    for head in (None, {"id": "m", "draw": 1}):
        quizzes.page = Page("docs/x.md", address=f"{head}/", meta={"assessment": head})
        html = Markdown(extensions=["fenced_code", quizzes, meanwhile]).convert(GOOD.replace("id: why", f"id: {'b' if head else 'a'}"))
        assert (
            not told and html.count("quiz-answer ") + html.count('"quiz-answer"') == 1 and meanwhile.html == "<p>Words of a docstring.</p>"
        )
        assert len(quizzes.found[f"{head}/"]) == 1


def test_a_code_question_brings_its_tests():
    html, told = page(CELL + CODE.format(TESTS + SOLVED))
    assert not told and html.select_one("quiz-form[data-kind=code] fieldset[data-cell=one]")
    assert html.select_one(
        ".quiz-answer .quiz-tests"
    ).text == "def test_f():\n    assert f() == 1, 'f gives 1'\n" and "return 1" not in str(html)
    _, told = page(CELL + CODE.format(TESTS + SOLVED), head={"id": "m"})
    assert told == ["docs/x.md:5: a code question answers at once, so it cannot stand in an assessment"]


def test_things_to_order_are_never_shown_in_order():
    for n in range(2, 6):
        (found,) = questions("```quiz\nid: o\ntype: order\n---\nOrder.\n\n" + "".join(f"1. item {i}\n" for i in range(n)) + "```\n")
        shown = [choice.id for choice in form.shuffled(found)]
        assert shown != found.key and sorted(shown) == sorted(found.key) and shown == [choice.id for choice in form.shuffled(found)]


def test_the_right_choice_is_shown_in_any_place():
    places = Counter()
    for n in range(600):
        (found,) = questions(f"```quiz\nid: q{n}\ntype: single\n---\nWhich?\n\n- [x] right\n- [ ] wrong\n- [ ] wrong too\n```\n")
        places[[choice.right for choice in form.shuffled(found)].index(True)] += 1
    assert all(abs(places[place] - 200) < 50 for place in range(3)), places


CODE = "```quiz\nid: a\ntype: code\ncell: one\n{}---\nWrite f.\n```"
TESTS = "tests: |\n  def test_f():\n      assert f() == 1, 'f gives 1'\n"
SOLVED = "solution: |\n  def f():\n      return 1\n"
CELL = '```python live id="one"\n1\n```\n\n'


HEAD = "```quiz\nid: a\ntype: single\n"
BODY = "---\nWhy?\n\n- [x] yes\n- [ ] no\n"


@pytest.mark.parametrize(
    "text, line, words",
    [
        (HEAD + BODY, 1, "never closed"),
        ("```quiz\nid: a\n```", 1, "a line “---”"),
        (HEAD + "hnt: x\n" + BODY + "```", 4, "no key “hnt”; did you mean “hint”?"),
        (HEAD + "colour: x\n" + BODY + "```", 4, "no key “colour”; there are id, type"),
        ("```quiz\nid: a\ntype: singel\n" + BODY + "```", 3, "no type “singel”; did you mean “single”?"),
        ("```quiz\ntype: single\n" + BODY + "```", 1, "needs “id: …”"),
        ("```quiz\nid: A b\ntype: single\n" + BODY + "```", 2, "the id “A b” must be"),
        ("```quiz\nid: [a\ntype: single\n" + BODY + "```", 3, "the head is no YAML"),
        ("```quiz\njust words\n" + BODY + "```", 2, "must be lines such as"),
        (HEAD + "---\n- [x] yes\n- [ ] no\n```", 5, "a question before its choices"),
        (HEAD + "---\nWhy?\n```", 1, "no choices"),
        (HEAD + "---\nWhy?\n\n- [ ] yes\n- [ ] no\n```", 1, "no choice of “a” is marked right"),
        (HEAD + "---\nWhy?\n\n- [x] yes\n- [x] no\n```", 8, "one right answer; line 7 is marked right as well"),
        (HEAD + "---\nWhy?\n\n- [x] yes\n```", 1, "one choice is no choice"),
        (HEAD + "---\nWhy?\n\n- [x] yes\n- [ ] yes\n```", 8, "the choice “yes” is there already, on line 7"),
        (HEAD + "---\nWhy?\n\n- [x] yes {#k}\n- [ ] no {#k}\n```", 8, "the id “k” is there already, on line 7"),
        (HEAD + "---\nWhy?\n\n- [x] yes {#K!}\n- [ ] no\n```", 7, "the id “K!” of a choice"),
        (HEAD + "---\nWhy?\n\n- [x] yes\n- [y] no\n```", 8, "here it is “[y]”"),
        (HEAD + "---\nWhy?\n\n- [x]\n- [ ] no\n```", 7, "this choice is empty"),
        (HEAD + "---\nWhy?\n\n- [x] yes\n> said\nmore\n```", 9, "nothing more may stand"),
        (HEAD + "---\nWhy?\n\n- [x] yes\nno indent\n- [ ] no\n```", 8, "indented by two spaces"),
        (HEAD + "---\nWhy?\n\n- [x] yes\n  > a\n  b\n- [ ] no\n```", 9, "after a choice's feedback"),
        (HEAD + "tolerance: 1\n" + BODY + "```", 4, "“tolerance” is for numeric questions; this one is single"),
        ("```quiz\nid: a\ntype: numeric\ntolerance: much\n---\nHow?\n\n- [x] 1\n```", 4, "the tolerance “much”"),
        ("```quiz\nid: a\ntype: numeric\n---\nHow?\n\n- [x] one\n```", 7, "“one” is no number"),
        ("```quiz\nid: a\ntype: order\n---\nOrder.\n\n1. one\n```", 1, "one choice is no choice"),
        (HEAD + "compute: |\n  x = 1\n  y = 1 / 0\n" + BODY + "```", 6, "compute: ZeroDivisionError"),
        (HEAD + "compute: |\n  x = (\n" + BODY + "```", 5, "compute: '(' was never closed"),
        (HEAD + "compute: 3\n" + BODY + "```", 4, "“compute” must be Python"),
        (HEAD + "compute: |\n  x = 1\n---\nWhy?\n\n- [x] {{ y }}\n- [ ] no\n```", 9, "an expression in {{ }}: NameError"),
        ("```quiz\nid: a\ntype: predict\n" + BODY + "```", 1, "a prediction needs “cell: …”"),
        ("```quiz\nid: a\ntype: predict\ncell: one\n" + BODY + "```", 1, "no live cell “one”"),
        (CODE.format(""), 1, "a code question needs “tests: …”"),
        (CODE.format(TESTS), 1, "a code question needs “solution: …”"),
        (CODE.format(TESTS + SOLVED), 1, "no live cell “one”"),
        (CODE.format(TESTS + SOLVED.replace("1", "2")), 8, "the solution fails the test “f”: f gives 1"),
        (CODE.format(TESTS + SOLVED.replace("return 1", "return (")), 10, "solution: '(' was never closed"),
        (CODE.format(TESTS.replace("test_f", "f") + SOLVED), 5, "there is no test"),
        (HEAD + TESTS + BODY + "```", 4, "“tests” is for code questions"),
        (HEAD + "hint:\n" + BODY + "```", 4, "“hint” is empty"),
        (HEAD + "hint: ~\n" + BODY + "```", 4, "“hint” is empty"),
        (HEAD + "topic: t\nunit: null\n" + BODY + "```", 5, "“unit” is empty"),
        (HEAD + "hint: a\nhint: b\n" + BODY + "```", 5, "“hint” is there already, on line 4"),
        (HEAD + "hint: [a]\n" + BODY + "```", 4, "“hint” must be text"),
        (HEAD + "confidence: perhaps\n" + BODY + "```", 4, "“confidence” is true or false, not “perhaps”"),
        ("```quiz\nid: a\ntype: numeric\ntolerance: .nan\n---\nHow?\n\n- [x] 1\n```", 4, "the tolerance “.nan”"),
        ("```quiz\nid: a\ntype: numeric\ntolerance: 1e400\n---\nHow?\n\n- [x] 1\n```", 4, "the tolerance “1e400”"),
        (HEAD + "cell: one\n" + BODY + "```", 4, "“cell” is for predict questions"),
        (HEAD + BODY + "```\n\n" + HEAD + BODY + "```", 11, "the id “a” is taken by the quiz in docs/x.md, line 1"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, line, words):
    for first in (1, 7):
        _, told = page(text, first_line=first)
        assert len(told) == 1 and told[0].startswith(f"docs/x.md:{line + first - 1}: ")
        assert re.sub(r"line (\d+)", lambda found: f"line {int(found[1]) + first - 1}", words) in told[0]


ASKED = HEAD + BODY + "```\n"


@pytest.mark.parametrize("opening", ["Quiz", "QUIZ", " {.quiz}", "{ #x .quiz }", "quiz id=x", "quiz {.wide}", "{quiz}", "quiz:"])
def test_what_only_looks_like_a_quiz_is_no_block_of_code(opening):
    for mark in ("```", "~~~"):
        _, told = page("# X\n\n" + ASKED.replace("```quiz", f"```{opening}").replace("```", mark))
        assert len(told) == 1 and told[0].startswith("docs/x.md:3: a quiz begins with “```quiz”") and f"“{opening.strip()}”" in told[0]
    assert page('```quiz-results\n1\n```\n\n```python title="quiz"\n1\n```\n')[1] == []


@pytest.mark.parametrize(
    "text", ["<div>\n\n{}\n</div>\n", "<pre>\n{}</pre>\n", "<p>words\n{}</p>\n", "<table><tr><td>\n\n{}\n</td></tr></table>\n"]
)
def test_a_quiz_in_raw_html_is_named_with_its_line(text):
    for head in (None, {"id": "m", "draw": 1}):
        _, told = page(text.format(ASKED), head=head)
        assert len(told) == 1 and told[0].startswith(
            f"docs/x.md:{text[: text.index('{')].count(chr(10)) + 1}: this quiz cannot be shown where it stands: in raw HTML"
        )


@pytest.mark.parametrize(
    "text", ["<div markdown>\n\n{}\n</div>\n", "words\n{}more words\n", "# Title\n{}## More\n", "- item\n\n{in}\n", "!!! note\n\n{in}\n"]
)
def test_a_quiz_is_drawn_wherever_blocks_may_stand(text):
    html, told = page(text.format(ASKED, **{"in": textwrap.indent(ASKED, "    ")}))
    assert not told and len(html.select("quiz-form")) == 1 and "\x02" not in str(html) and not html.select("p quiz-form")
    _, told = page(textwrap.indent(ASKED, "> "))
    assert told == ["docs/x.md:1: a quiz cannot stand in a quotation"]


@pytest.mark.parametrize(
    "value",
    ["no", "yes", "on", "off", "NO", "12:30", "010", "1_000", "0x10", "1e3", "2024-01-01", ".inf", ".nan", "true", "3.10", "=", "<<"],
)
def test_words_of_a_head_are_what_their_author_wrote(value):
    (found,) = questions(f"```quiz\nid: n\ntype: numeric\ntopic: {value}\nhint: {value}\nunit: {value}\n---\nHow many?\n\n- [x] 1\n```\n")
    assert (found.topic, found.hint, found.unit) == (value,) * 3


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=12))
def test_a_quoted_word_of_a_head_is_any_text(value):
    written = "'" + value.replace("'", "''") + "'"
    (found,) = questions(f"```quiz\nid: a\ntype: single\nhint: {written}\n{BODY}```\n")
    assert found.hint == value


@pytest.mark.parametrize(
    "key",
    [
        "no",
        "inf",
        "-inf",
        "nan",
        "NaN",
        "1,2,3",
        "1.000,5",
        "1e400",
        "1e-400",
        "\u0661\u0662",
        "\u00bd",
        "0x10",
        "1,250e3",
        "{{ float('nan') }}",
        "{{ 10.0 ** 400 if False else float('inf') }}",
        "{{ 1j }}",
    ],
)
def test_a_number_that_no_reader_can_type_is_no_key(key):
    for other in ("[x]", "[ ]"):
        _, told = page(
            f"```quiz\nid: n\ntype: numeric\ncompute: |\n  x = 1\n---\nHow many?\n\n- [x] 5\n- {other} {key}\n```\n".replace(
                "- [x] 5\n- [x]", "- [x]"
            )
        )
        assert (
            len(told) == 1
            and "is no number that a reader can type" in told[0]
            and told[0].startswith(f"docs/x.md:{9 if other == '[x]' else 10}: ")
        )


def test_a_word_written_as_code_is_compared_as_text():
    html, told = page("```quiz\nid: w\ntype: text\n---\nWhich?\n\n- [x] `softmax`\n- [x] the `` a`b `` of *it*\n- [ ] `x\n```\n")
    assert not told and html.select_one("fieldset")["data-key"] == "softmax\nthe a`b of *it*"
    assert [item["data-value"] for item in html.select("li[data-value]")] == ["softmax", "the a`b of *it*", "`x"] and html.select_one(
        "li code"
    ).text == "softmax"


def test_the_rule_of_numbers_stands_below_their_field():
    html, _ = page("```quiz\nid: n\ntype: numeric\ntolerance: 5%\n---\nHow many?\n\n- [x] 1\n```\n")
    rule = html.find(id=html.select_one(".quiz-typed input")["aria-describedby"])
    assert rule.text == f"{numbers.RULE} Within 5% is right." and numbers.read("1,250") == 1250 and numbers.read("0,849") == 0.849


JINJA = "```quiz\nid: {}\ntype: single\ncompute: |\n  n = 3\n---\nHow {{{{ n }}}}?\n\n- [x] {{{{ n + 1 }}}} {{#k}}\n- [ ] no\n```\n"


def test_what_a_plugin_took_out_of_a_quiz_is_found():
    one, two = JINJA.format("a"), JINJA.format("b")
    written = f"---\ntitle: x\n---\n# X\n\n{one}\nBetween.\n\n{two}"
    for whole in (False, True):
        assert [*eaten.lines(written, f"# X\n\n{one}\n{two}", whole)] == []
        assert [*eaten.lines(written, f"# X\n\n{one}\n" + two.replace("{{ n }}", "3"), whole)] == [20]
        assert [*eaten.lines(written, f"# X\n\n{one}\n" + two.replace("{#k}", ""), whole)] == [20]
        assert [*eaten.lines(written, "# An error of theirs\n", whole)] == ([6, 20] if whole else [])
    without = "```quiz\nid: c\ntype: single\n---\nOn {{ site }}?\n\n- [x] yes\n- [ ] no\n```\n"  # theirs, and meant
    assert [*eaten.lines(without, without.replace("{{ site }}", "bees"), True)] == []


def pool(*topics: str) -> list:
    return questions("".join(f"```quiz\nid: q{n}\ntype: single\ntopic: {topic}\n{BODY}```\n" for n, topic in enumerate(topics)))


@pytest.mark.parametrize(
    "head, words",
    [
        ("module", "must have lines such as"),
        ({"id": "checks"}, "the id “checks” is taken"),
        ({"id": "M"}, "needs “id: …”"),
        ({"id": "m", "drawn": 1}, "no key “drawn”; did you mean “draw”?"),
        ({"id": "m", "draw": 5}, "5 questions cannot be drawn: the page has 3"),
        ({"id": "m", "draw": 0}, "not “0”"),
        ({"id": "m", "draw": True}, "not “True”"),
        ({"id": "m", "pass": 0}, "not “0”"),
        ({"id": "m", "pass": "most"}, "not “most”"),
        ({"id": "m", "strata": "difficulty"}, "not “difficulty”"),
    ],
)
def test_an_impossible_assessment_is_named(head, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        assessment.read(head, pool("a", "b", "b"))


def test_a_draw_needs_enough_of_every_topic():
    with pytest.raises(ValueError, match="at least 2 of every topic; “a” has 1"):
        assessment.read({"id": "m", "draw": 4, "strata": "topic"}, pool("a", "b", "b", "b"))
    with pytest.raises(ValueError, match="needs a topic; “q1” has none"):
        assessment.read({"id": "m", "draw": 1, "strata": "topic"}, pool("a", '""'))


@given(st.integers(1, 40), st.integers(1, 100))
def test_what_passes_is_the_least_score_that_reaches_the_mark(draw, mark):
    rules = assessment.Assessment("m", float(mark), draw, False)
    assert rules.needed * 100 >= mark * draw > (rules.needed - 1) * 100
    assert ("which means" in rules.rule) == (rules.needed * 100 != mark * draw) and f"{rules.needed} of {draw}" in rules.rule


def test_an_assessment_is_one_form():
    text = "".join(f"```quiz\nid: q{n}\ntype: single\ntopic: t\n{BODY}```\n\nBetween.\n\n" for n in range(5))
    html, told = page(text, head={"id": "m", "pass": 70, "draw": 4})
    assert not told and len(html.select("quiz-form")) == 1 and len(html.select("fieldset")) == 5
    assert html.select_one("quiz-form")["data-needed"] == "3" and "70 %, which means 3 of 4" in html.select_one(".quiz-rule").text
    _, told = page(text, head={"id": "m", "draw": 6})
    assert told == ["docs/x.md:1: 6 questions cannot be drawn: the page has 5"]


def test_the_revision_changes_with_what_is_asked_and_what_is_right():
    first = revision(questions(GOOD))
    assert revision(questions(GOOD.replace("Near", "Around"))) == first  # feedback only
    for changed in (
        GOOD.replace("Why", "Why not"),
        GOOD.replace("[x]", "[y]").replace("[ ]", "[x]").replace("[y]", "[ ]"),
        GOOD.replace("sum to one", "sum to two"),
    ):
        assert revision(questions(changed)) != first


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z][a-z ,*`$]{0,20}[a-z]", fullmatch=True),
            st.booleans(),
            st.from_regex(r"[a-z][a-z -]{0,20}", fullmatch=True),
        ),
        min_size=2,
        max_size=6,
        unique_by=lambda c: c[0],
    )
)
def test_what_is_written_is_what_is_read(choices):
    choices = [(text, right or not at, said.strip()) for at, (text, right, said) in enumerate(choices)]
    listed = "".join(f"- [{'x' if right else ' '}] {text}\n  > {said}\n\n" for text, right, said in choices)
    (found,) = questions(f"```quiz\nid: a\ntype: multiple\n---\nWhy?\n\n{listed}```\n")
    assert [(c.text, c.right, c.feedback) for c in found.choices] == choices
