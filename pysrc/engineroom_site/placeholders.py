"""Words in braces, alone on a line, that the build replaces: {checked: attention}, {credits}, {source: engineroom/norm.py}."""

import re
from collections.abc import Callable, Mapping

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from engineroom_quiz.authoring.fences import code_lines
from engineroom_quiz.authoring.markup import stash

_LINE = re.compile(r"^(?P<indent> *)\{(?P<name>[a-z]+)(?:: *(?P<argument>[^{}]+?))? *\}\s*$")


class Placeholders(Extension):
    """`renderers` maps a name to a function from its argument ("" without one) to HTML; ValueError says what is wrong.

    `wrong(line, reason)` hears of mistakes; lines count from 1 in the text given to the Markdown library.
    """

    def __init__(self, renderers: Mapping[str, Callable[[str], str]], wrong: Callable[[int, str], None]):
        super().__init__()
        self.renderers, self.wrong = renderers, wrong

    def extendMarkdown(self, md: Markdown) -> None:
        # After white space is made regular, before fences are read: lines are still the author's.
        md.preprocessors.register(_Preprocessor(md, self.renderers, self.wrong), "engineroom_placeholders", 28)


class _Preprocessor(Preprocessor):
    def __init__(self, md: Markdown, renderers: Mapping[str, Callable[[str], str]], wrong: Callable[[int, str], None]):
        super().__init__(md)
        self.renderers, self.wrong = renderers, wrong

    def run(self, lines: list[str]) -> list[str]:
        if not any(map(_LINE.match, lines)):
            return lines
        code = code_lines("\n".join(lines))
        return [line if number in code else self._line(number + 1, line) for number, line in enumerate(lines)]

    def _line(self, number: int, line: str) -> str:
        found = _LINE.match(line)
        if not found or found["name"] not in self.renderers:
            return line
        try:
            html = self.renderers[found["name"]](found["argument"] or "")
        except ValueError as error:
            self.wrong(number, str(error))
            return line
        return found["indent"] + stash(self.md, html)
