"""The Markdown extension: quiz fences become forms, and their answers a section at the end of the page."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from engineroom_site.cells.errors import AuthorError, AuthorErrors
from engineroom_site.cells.fences import scan
from engineroom_site.quiz import assessment, form
from engineroom_site.quiz.head import Wrong
from engineroom_site.quiz.parse import question
from engineroom_site.quiz.question import Question, revision

MARK = "\x02quiz:{}\x03"
_LIVE = re.compile(r"""\S+ live\b.*?\bid=["']?([\w-]+)""")


class Page:
    """The page being read. `head`: the `assessment:` of its front matter, or None. `style`: the address of the quiz's style sheet."""

    def __init__(self, file: str = "", first_line: int = 1, address: str = "", head: Any = None, style: str = ""):
        self.file, self.first_line, self.address, self.head, self.style = file, first_line, address, head, style


class Quizzes(Extension):
    """Set `page` before each page. `wrong(errors)` hears of an author's mistakes. `found` and `assessments` have what every page has, by its address."""

    def __init__(self, wrong: Callable[[AuthorErrors], None]):
        super().__init__()
        self.wrong, self.page = wrong, Page()
        self.taken: dict[str, tuple[str, int]] = {}
        self.found: dict[str, list[Question]] = {}
        self.assessments: dict[str, assessment.Assessment] = {}
        self.questions: list[Question] = []

    def extendMarkdown(self, md: Markdown) -> None:
        md.block_level_elements += ["quiz-form", "legend"]
        # Before live cells (27) and placeholders (28); the number of lines stays, for their authors' sake.
        md.preprocessors.register(_Fences(md, self), "engineroom_quiz_fences", 29)
        md.parser.blockprocessors.register(_Forms(md.parser, self), "engineroom_quiz_forms", 200)
        # Before text in the tree is read for emphasis and links (20).
        md.treeprocessors.register(_Answers(md, self), "engineroom_quiz_answers", 25)

    def read(self, lines: list[str]) -> list[str]:
        """The page's lines with a mark in place of each quiz."""
        page, errors = self.page, []
        self.questions, done = [], list(lines)
        fences = scan("\n".join(lines), page.first_line)
        cells = {found[1] for fence in fences if (found := _LIVE.match(fence.info))}
        for fence in fences:
            if fence.info.split()[:1] != ["quiz"]:
                continue
            try:
                self._take(question(fence), cells)
            except Wrong as error:
                errors.append(AuthorError(page.file, error.line, error.reason))
                continue
            done[fence.start : fence.end] = [fence.indent + MARK.format(len(self.questions) - 1)] + [""] * (fence.end - fence.start - 1)
        if page.head is not None and not errors:
            try:
                self.assessments[page.address] = assessment.read(page.head, self.questions)
            except ValueError as error:
                errors.append(AuthorError(page.file, 1, str(error)))
        if errors:
            self.wrong(AuthorErrors(errors))
            self.questions = []
            return lines
        self.found[page.address] = self.questions
        return done

    def _take(self, found: Question, cells: set[str]) -> None:
        if found.tests and self.page.head is not None:
            raise Wrong(found.line, "a code question answers at once, so it cannot stand in an assessment")
        if found.cell and found.cell not in cells:
            raise Wrong(found.line, f"this page has no live cell “{found.cell}”, which the question names")
        here = (self.page.file, found.line)
        if self.taken.setdefault(found.id, here) != here:
            file, line = self.taken[found.id]
            raise Wrong(found.line, f"the id “{found.id}” is taken by the quiz in {file}, line {line}")
        self.questions.append(found)


class _Fences(Preprocessor):
    def __init__(self, md: Markdown, extension: Quizzes):
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        return self.extension.read(lines)


class _Forms(BlockProcessor):
    def __init__(self, parser, extension: Quizzes):
        super().__init__(parser)
        self.extension = extension

    def test(self, parent: Element, block: str) -> bool:
        return block.strip().startswith("\x02quiz:")

    def run(self, parent: Element, blocks: list[str]) -> None:
        number = int(blocks.pop(0).strip()[len("\x02quiz:") : -1])
        extension, page = self.extension, self.extension.page
        questions = extension.questions
        if page.head is None:
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
        if page.style and parent.find("link") is None:
            SubElement(parent, "link", {"rel": "stylesheet", "href": page.style})
        parent.append(form.form(asked, about, self._blocks))

    def _blocks(self, element: Element, text: str) -> None:
        read(self.parser.md, element, text)


class _Answers(Treeprocessor):
    def __init__(self, md: Markdown, extension: Quizzes):
        super().__init__(md)
        self.extension = extension

    def run(self, root: Element) -> None:
        if not self.extension.questions:
            return
        # A section, and none within: the search index ends an exclusion at the first end tag of the same name.
        section = SubElement(root, "section", {"class": "quiz-answers", "data-search-exclude": ""})
        SubElement(section, "div", {"class": "quiz-answers-title", "role": "heading", "aria-level": "2"}).text = "Answers"
        SubElement(section, "p").text = form.NOTE
        for asked in self.extension.questions:
            section.append(form.answers(asked, lambda element, text: read(self.md, element, text)))


def read(md: Markdown, element: Element, text: str) -> None:
    """Markdown into an element, with code in fences and raw HTML, which are read before blocks are; live cells are for the page only."""
    lines = text.split("\n")
    for name in ("fenced_code_block", "html_block"):
        if name in md.preprocessors:
            lines = md.preprocessors[name].run(lines)
    md.parser.parseChunk(element, "\n".join(lines))
