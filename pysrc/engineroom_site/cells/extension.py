"""The Markdown extension: live fences become cells that have run."""

from collections.abc import Callable
from typing import NamedTuple

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from engineroom_site.cells import notebook, options, render
from engineroom_site.cells.errors import AuthorErrors
from engineroom_site.cells.execute import Executor


class Page(NamedTuple):
    """The page being read. `first_line` is the file's line where its Markdown begins; `address` and `root` as render.cell has them."""

    file: str
    first_line: int
    address: str
    root: str


class LiveCells(Extension):
    """Set `page` before each page. `kept(page, ids, notebook)` receives its cells' ids and the page as a notebook, `wrong(errors)`
    an author's mistakes."""

    def __init__(self, executor: Executor, kept: Callable[[Page, list[str], str], None], wrong: Callable[[AuthorErrors], None]):
        super().__init__()
        self.executor, self.kept, self.wrong = executor, kept, wrong
        self.page = Page("", 1, "", "")

    def extendMarkdown(self, md: Markdown) -> None:
        md.block_level_elements.append("live-cell")  # else the cell would stand inside a <p>
        # After white space is made regular and before superfences takes the fences.
        md.preprocessors.register(_Preprocessor(md, self), "engineroom_cells", 27)


class _Preprocessor(Preprocessor):
    def __init__(self, md: Markdown, extension: LiveCells):
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        page, text = self.extension.page, "\n".join(lines)
        try:
            cells = options.cells(text, page.file, page.first_line)
            results = self.extension.executor.run(cells, page.file)
        except AuthorErrors as errors:
            self.extension.wrong(errors)
            return lines
        if not cells:
            return lines
        self.extension.kept(page, [cell.id for cell in cells], notebook.write(text, cells, results))
        done, at = [], 0
        for index, (cell, result) in enumerate(zip(cells, results)):
            html = render.cell(cell, result, index, page.address, page.root)
            done += [*lines[at:cell.fence.start], cell.fence.indent + self.md.htmlStash.store(html)]
            at = cell.fence.end
        return done + lines[at:]
