"""The Markdown extension: quiz fences become forms, and their answers a section at the end of the page."""

import re
from collections.abc import Callable, Collection
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from engineroom_quiz import assessment, form
from engineroom_quiz.authoring import fences
from engineroom_quiz.authoring.errors import AuthorError, AuthorErrors
from engineroom_quiz.authoring.fences import Fence
from engineroom_quiz.authoring.page import Page
from engineroom_quiz.head import Wrong
from engineroom_quiz.host import Host
from engineroom_quiz.parse import question
from engineroom_quiz.question import Question, revision

MARK = "\x02quiz:{}\x03"
_MARKED = re.compile(r"\x02quiz:(\d+)\x03")
_ALMOST = re.compile(r"\W*quiz(?![\w-])|\{.*[\s{.]quiz[\s}.]", re.I)  # Quiz, {.quiz}, {#id .quiz}, quiz id=x


class Quizzes(Extension):
    """Set `page` before each page. `wrong(errors)` hears of an author's mistakes. `found` and `assessments` have what every page has, by its address.

    `host` is the site that has live cells; None where pages have none.
    """

    def __init__(self, wrong: Callable[[AuthorErrors], None], host: Host | None = None):
        super().__init__()
        self.wrong, self.host, self.page = wrong, host, Page()
        self.taken: dict[str, tuple[str, int]] = {}
        self.found: dict[str, list[Question]] = {}
        self.assessments: dict[str, assessment.Assessment] = {}

    def extendMarkdown(self, md: Markdown) -> None:
        md.block_level_elements += ["quiz-form", "legend"]
        # Before live cells (27) and placeholders (28); the number of lines stays, for their authors' sake.
        quizzes = _Fences(md, self)
        md.preprocessors.register(quizzes, "engineroom_quiz_fences", 29)
        md.parser.blockprocessors.register(_Forms(md.parser, self, quizzes), "engineroom_quiz_forms", 200)
        # Before text in the tree is read for emphasis and links (20).
        md.treeprocessors.register(_Answers(md, quizzes), "engineroom_quiz_answers", 25)


class _Fences(Preprocessor):
    """Puts a mark in place of each quiz. `questions` has them: other plugins read texts of their own while a page is being read."""

    def __init__(self, md: Markdown, extension: Quizzes):
        super().__init__(md)
        self.extension = extension
        self.questions: list[Question] = []
        self.drawn: set[int] = set()

    def run(self, lines: list[str]) -> list[str]:
        extension, page, errors = self.extension, self.extension.page, []
        self.questions, self.drawn, done = [], set(), list(lines)
        found, host = fences.scan("\n".join(lines), page.first_line), extension.host
        cells = host.cells(found) if host else ()
        for fence in found:
            if not _ALMOST.match(fence.info):
                continue
            try:
                _refused(fence)
                self._take(question(fence, host), cells)
            except Wrong as error:
                errors.append(AuthorError(page.file, error.line, error.reason))
                continue
            fences.replaced(done, fence, MARK.format(len(self.questions) - 1))
        head = page.meta.get("assessment")
        if head is not None and not errors and page.address not in extension.assessments:
            try:
                extension.assessments[page.address] = assessment.read(head, self.questions)
            except ValueError as error:
                errors.append(AuthorError(page.file, 1, str(error)))
        if errors:
            extension.wrong(AuthorErrors(errors))
            self.questions = []
            return lines
        if self.questions:
            extension.found[page.address] = self.questions
        return done

    def check(self) -> None:
        """Every question must have become a form by now."""
        page, lost = self.extension.page, [asked for number, asked in enumerate(self.questions) if number not in self.drawn]
        reason = "this quiz cannot be shown where it stands: in raw HTML, give the element around it the attribute markdown (with md_in_html), or move it out"
        if lost:
            self.extension.wrong(AuthorErrors([AuthorError(page.file, asked.line, reason) for asked in lost]))

    def _take(self, found: Question, cells: Collection[str]) -> None:
        extension, page = self.extension, self.extension.page
        if found.tests and page.meta.get("assessment") is not None:
            raise Wrong(found.line, "a code question answers at once, so it cannot stand in an assessment")
        if found.cell and found.cell not in cells:
            raise Wrong(found.line, f"this page has no live cell “{found.cell}”, which the question names")
        here = (page.file, found.line)
        if extension.taken.setdefault(found.id, here) != here:
            file, line = extension.taken[found.id]
            raise Wrong(found.line, f"the id “{found.id}” is taken by the quiz in {file}, line {line}")
        self.questions.append(found)


def _refused(fence: Fence) -> None:
    """What only looks like a quiz would stay a block of code, with its answers in it."""
    if fence.quoted:
        raise Wrong(fence.line, "a quiz cannot stand in a quotation")
    if fence.info != "quiz":
        raise Wrong(fence.line, f"a quiz begins with “```quiz”, in lower case and with nothing else on the line; here it is “{fence.info}”")


class _Forms(BlockProcessor):
    def __init__(self, parser: BlockParser, extension: Quizzes, fences: _Fences):
        super().__init__(parser)
        self.extension, self.fences = extension, fences

    def test(self, parent: Element, block: str) -> bool:
        return _MARKED.search(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        found = _MARKED.search(block)
        assert found is not None  # as `test` has seen
        before, after = block[: found.start()].rstrip(), block[found.end() :].strip("\n")
        if before:  # words right above the fence
            self.parser.parseBlocks(parent, [before])
        self._draw(parent, int(found[1]))
        if after:
            blocks.insert(0, after)

    def _draw(self, parent: Element, number: int) -> None:
        self.fences.drawn.add(number)
        extension, page, questions = self.extension, self.extension.page, self.fences.questions
        if page.meta.get("assessment") is None:
            asked = [questions[number]]
            about = {"data-kind": "code" if asked[0].tests else "check", "data-id": asked[0].id}
        elif number:
            return  # on an assessment's page the first form holds all questions
        else:
            rules, asked = extension.assessments[page.address], questions
            about = {
                "data-kind": "assessment", "data-id": rules.id, "data-draw": str(rules.draw), "data-needed": str(rules.needed),
                "data-rule": rules.rule, "data-by-topic": "yes" if rules.by_topic else "no",
            }  # fmt: skip
        about |= {"data-page": page.address, "data-revision": revision(asked)}
        parent.append(form.form(asked, about, lambda element, text: read(self.parser.md, element, text)))


class _Answers(Treeprocessor):
    def __init__(self, md: Markdown, fences: _Fences):
        super().__init__(md)
        self.fences = fences

    def run(self, root: Element) -> None:
        self.fences.check()
        if not self.fences.questions:
            return
        section = SubElement(root, "section", {"class": "quiz-answers"})
        SubElement(section, "div", {"class": "quiz-answers-title", "role": "heading", "aria-level": "2"}).text = "Answers"
        SubElement(section, "p").text = form.NOTE
        for asked in self.fences.questions:
            section.append(form.answers(asked, lambda element, text: read(self.md, element, text)))


def read(md: Markdown, element: Element, text: str) -> None:
    """Markdown into an element, with code in fences and raw HTML, which are read before blocks are; live cells are for the page only."""
    lines = text.split("\n")
    for name in ("fenced_code_block", "html_block"):
        if name in md.preprocessors:
            lines = md.preprocessors[name].run(lines)
    md.parser.parseChunk(element, "\n".join(lines))
