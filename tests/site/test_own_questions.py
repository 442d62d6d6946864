"""The book's own questions: every chapter asks, the pool is large, and of every choice it is said why."""

from collections import Counter

import pytest
import yaml

from engineroom import grading
from engineroom_quiz import assessment, parse
from engineroom_quiz.authoring.fences import scan
from engineroom_quiz.host import Host
from engineroom_site import answers, pipeline, steps
from engineroom_site.cells import options
from engineroom_site.paths import ROOT

HOST = Host(grading.results, options.ids, answers.answered)
PAGES = [*sorted((ROOT / "docs" / "chapters").glob("*.md")), ROOT / "docs" / "assessment.md"]


@pytest.fixture(scope="module", autouse=True)
def data():
    """What computed answers are computed from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENGINEROOM_DATA", str(pipeline.folder(steps.DATA)))
        yield


def asked(page):
    fences = [fence for fence in scan(page.read_text(encoding="utf-8")) if fence.info.split()[:1] == ["quiz"]]
    return [parse.question(fence, HOST) for fence in fences]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_it_asks_and_says_why(page):
    questions = asked(page)
    assert questions
    unsaid = [(q.id, choice.text) for q in questions if q.type not in ("order", "code") for choice in q.choices if not choice.feedback]
    assert unsaid == [] and not [q.id for q in questions if q.type in ("order", "code") and not q.explanation]


def test_the_pool_is_large_and_every_draw_spans_it():
    questions, (_, head, _) = asked(PAGES[-1]), PAGES[-1].read_text(encoding="utf-8").split("---\n", 2)
    rules = assessment.read(yaml.safe_load(head)["assessment"], questions)
    topics = Counter(question.topic for question in questions)
    assert (rules.pass_mark, rules.draw, rules.by_topic) == (70, 5, True) and len(questions) >= 30
    assert len(topics) >= 4 and min(topics.values()) >= 5
