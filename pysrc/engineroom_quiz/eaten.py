"""Finds what a plugin for templates has taken out of a quiz: {{ }} and {# } are Jinja's as well."""

import re
from collections.abc import Iterator

from mkdocs.config.defaults import MkDocsConfig

from engineroom_quiz.authoring.fences import Fence, scan

_OURS = re.compile(r"\{\{.+?\}\}|\{#[^}\s]*\}")  # an expression; the id of a choice
_COMPUTED = re.compile(r"^compute:", re.M)
_ID = re.compile(r"^id:.*$", re.M)


def lines(written: str, given: str, whole: bool) -> Iterator[int]:
    """Lines of the quizzes in `written`, a file, of which `given`, its text after other plugins, lacks an expression or the id of a choice.

    `whole`: a quiz that is not there at all counts too.
    """
    there = {_name(fence): _OURS.findall(fence.code) for fence in _quizzes(given)}
    for fence in _quizzes(written):
        ours = [one for one in _OURS.findall(fence.code) if one.startswith("{#") or _COMPUTED.search(fence.code)]
        missing = whole if _name(fence) not in there else any(one not in there[_name(fence)] for one in ours)
        if ours and missing:
            yield fence.line


def by(config: MkDocsConfig) -> list[str]:
    """The plugins that may have done it: macros, or else all that change the text before the questions are read."""
    if "macros" in config.plugins:
        return ["macros"]
    names = {id(plugin): name for name, plugin in config.plugins.items()}
    changing = (getattr(method, "__self__", None) for method in config.plugins.events["page_markdown"])
    return [names[id(plugin)] for plugin in changing if id(plugin) in names and names[id(plugin)] != "engineroom-quiz"]


def _quizzes(text: str) -> list[Fence]:
    return [fence for fence in scan(text) if fence.info == "quiz"]


def _name(fence: Fence) -> str:
    found = _ID.search(fence.code)
    return found[0].rstrip() if found else ""
