"""What there is to do on the site, counted at build, for the page that shows what was done."""

import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from engineroom_quiz.extension import Quizzes

_ELEMENT = Markup(
    '<div><link rel="stylesheet" href="{style}"><{name}></{name}>'
    "<noscript><p>This page needs JavaScript: what you have done is kept by your browser.</p></noscript></div>"
)


def element(name: str, style: str) -> Markup:
    """<reader-progress> or <quiz-review>; `style` is the address of the quiz's style sheet."""
    return _ELEMENT.format(name=name, style=style)


def on_map() -> str:
    """<reader-map>: puts what was done into the last column of the table that follows. Without a script nothing is there."""
    return '<div class="reader-map"><reader-map></reader-map></div>'


def totals(site: str, titles: Mapping[str, str], cells: Mapping[str, Sequence[str]], quizzes: Quizzes) -> str:
    """JSON: {"site", "pages": [{"address", "title", "cells", "checks"}], "assessments": [{"address", "title", "id", "needed", "draw"}]}.

    `titles` has every page by its address, in the order of the navigation; the home page does not count.
    """
    pages, assessments = [], []
    for address, title in titles.items():
        questions = quizzes.found.get(address, [])
        if rules := quizzes.assessments.get(address):
            assessments.append({"address": address, "title": title, "id": rules.id, "needed": rules.needed, "draw": rules.draw})
        elif address and (cells.get(address) or questions):
            checks = [question.id for question in questions]
            pages.append({"address": address, "title": title, "cells": list(cells.get(address, [])), "checks": checks})
    return json.dumps({"site": site, "pages": pages, "assessments": assessments}, ensure_ascii=False)
