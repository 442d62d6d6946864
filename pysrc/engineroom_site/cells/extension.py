"""The Markdown extension: live fences become cells that have run."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from engineroom_quiz.authoring.errors import AuthorError, AuthorErrors
from engineroom_quiz.authoring.fences import replaced
from engineroom_quiz.authoring.markup import stash
from engineroom_quiz.authoring.page import Page
from engineroom_site.cells import notebook, options, render
from engineroom_site.cells.cache import Result
from engineroom_site.cells.execute import Executor


class LiveCells(Extension):
    """Set `page` before each page. `kept(page, ids, notebook)` receives its cells' ids and the page as a notebook, `wrong(errors)`
    an author's mistakes."""

    def __init__(self, executor: Executor, kept: Callable[[Page, list[str], str], None], wrong: Callable[[AuthorErrors], None]):
        super().__init__()
        self.executor, self.kept, self.wrong = executor, kept, wrong
        self.page = Page()
        self.written = ""

    def ahead(self, pages: Iterable[tuple[str, str]]) -> None:
        """Run what the cells of many pages, (file, text) each, have not run yet, several pages at a time."""
        read = []
        for file, text in pages:
            with suppress(AuthorErrors):  # they are found again, with their lines, when the page is read
                read.append((options.cells(written(text), file, 1), file))
        self.executor.ahead(read)

    def extendMarkdown(self, md: Markdown) -> None:
        md.block_level_elements.append("live-cell")  # else the cell would stand inside a <p>
        # Before white space is made regular (30), which changes tabs in strings; placeholders (28) change words.
        md.preprocessors.register(_Written(md, self), "engineroom_written", 35)
        # After both, which keep the lines, and before superfences (25) takes the fences.
        md.preprocessors.register(_Preprocessor(md, self), "engineroom_cells", 27)


def written(text: str, tab_length: int = 4) -> str:
    """The text as its author wrote it, but for tabs that indent, and for line ends."""
    return re.sub(r"^[ \t]+", lambda found: found[0].expandtabs(tab_length), re.sub("\r\n?", "\n", text), flags=re.MULTILINE)


class _Written(Preprocessor):
    """Remembers the text as its author wrote it."""

    def __init__(self, md: Markdown, extension: LiveCells):
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        self.extension.written = written("\n".join(lines), self.md.tab_length)
        return lines


class _Preprocessor(Preprocessor):
    def __init__(self, md: Markdown, extension: LiveCells):
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        page, text = self.extension.page, self.extension.written
        try:
            cells = options.cells(text, page.file, page.first_line)
            results = self.extension.executor.run(cells, page.file)
        except AuthorErrors as errors:
            self.extension.wrong(errors)
            return lines
        if not cells:
            return lines
        self.extension.kept(page, [cell.id for cell in cells], notebook.write(text, cells, results))
        done = list(lines)
        for index, (cell, result) in enumerate(zip(cells, results)):
            replaced(done, cell.fence, stash(self.md, self._cell(cell, result, index)))
        return done

    def _cell(self, cell: options.Cell, result: Result, index: int) -> str:
        page = self.extension.page
        try:
            return render.cell(cell, result, index, page.address, page.root)
        except ValueError as error:  # an output that cannot be drawn
            self.extension.wrong(AuthorErrors([AuthorError(page.file, cell.line, str(error))]))
            return ""
