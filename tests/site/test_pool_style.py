"""The book's choices give nothing away: who goes by their looks does no better than who guesses.

Each strategy takes the choice that scores highest, and ties at random. What it hits is held against pools of the same choices in which
the right ones are drawn at random: exactly, by mean and variance, question by question; and by passes, over draws of the real assessment.
"""

import json
import math
import re
import subprocess

import numpy as np
import pytest
import yaml

from engineroom import grading
from engineroom_quiz import assessment, form, parse
from engineroom_quiz.authoring.fences import scan
from engineroom_quiz.host import Host
from engineroom_site import answers, client, pipeline, steps
from engineroom_site.cells import options
from engineroom_site.paths import ROOT
from engineroom_site.toolchain import node

POOL = ROOT / "docs" / "assessment.md"
HOST = Host(grading.results, options.ids, answers.answered)
PAGES = [*sorted((ROOT / "docs" / "chapters").glob("*.md")), POOL]
DRAWS = 4000

ABSOLUTE = r"always|never|all|only|every|none|nothing|no|any|at once|whatever|exactly|must|cannot|impossible|entirely"
HEDGE = r"may|might|can|could|often|usually|mostly|most|nearly|about|roughly|hardly|some|tend|tends|in part|partly|likely|seldom|mainly"
NEGATION = r"no|not|never|none|nothing|cannot|without|neither|nor"
COMMON = {
    "a",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "by",
    "do",
    "does",
    "for",
    "from",
    "has",
    "have",
    "how",
    "in",
    "is",
    "it",
    "its",
    "of",
    "on",
    "one",
    "or",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "they",
    "this",
    "to",
    "was",
    "what",
    "when",
    "which",
    "who",
    "why",
    "with",
    "you",
}


def plain(text):
    """A text as it is read, near enough: formulas and emphasis without their signs."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"\\(?:sqrt|times|frac|infty)|[*`$\\{}_^]", "", text)).strip()


def words(text):
    return re.findall(r"[\w'’]+", plain(text).lower())


def counted(pattern):
    return lambda question, choice, place: len(re.findall(rf"\b(?:{pattern})\b", plain(choice.text).lower()))


def echoed(question, choice, place):
    """The share of a choice's telling words that the question has as well."""
    own = set(words(choice.text)) - COMMON
    return round(len(own & set(words(question.prompt))) / max(len(own), 1), 6)


LOOKS = {
    "longest": lambda question, choice, place: len(plain(choice.text)),
    "most words": lambda question, choice, place: len(words(choice.text)),
    "first in the source": lambda question, choice, place: -place,
    "first on the page": lambda question, choice, place: -[one.id for one in form.shuffled(question)].index(choice.id),
    "most absolute": counted(ABSOLUTE),
    "most hedged": counted(HEDGE),
    "most negative": counted(NEGATION),
    "nearest to the question": echoed,
    "most specific": lambda question, choice, place: len(re.findall(r"\d[\d,.]*|[:;,(]|\$", choice.text)),
}  # fmt: skip
OPPOSITES = {f"not {name}": lambda question, choice, place, look=look: -look(question, choice, place) for name, look in LOOKS.items()}
STRATEGIES = LOOKS | OPPOSITES


@pytest.fixture(scope="module", autouse=True)
def data():
    """What computed answers are computed from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENGINEROOM_DATA", str(pipeline.folder(steps.DATA)))
        yield


@pytest.fixture(scope="module")
def book(data):
    """Every question, by page."""
    fences = {page: [fence for fence in scan(page.read_text(encoding="utf-8")) if fence.info.split()[:1] == ["quiz"]] for page in PAGES}
    return {page: [parse.question(fence, HOST) for fence in found] for page, found in fences.items()}


def chosen(questions):
    return [question for question in questions if question.asked_as in ("single", "multiple")]


def top(question, strategy):
    """Which choices it would take."""
    scores = [strategy(question, choice, place) for place, choice in enumerate(question.choices)]
    return [score == max(scores) for score in scores]


def excess(questions, strategy):
    """By how many standard deviations it hits more often than chance: hypergeometric, for each question."""
    over = variance = 0.0
    for question in questions:
        taken, k, r = top(question, strategy), len(question.choices), sum(choice.right for choice in question.choices)
        t = sum(taken)
        over += sum(choice.right for choice, yes in zip(question.choices, taken) if yes) / t - r / k
        variance += r / k * (1 - r / k) * (k - t) / (k - 1) / t
    return over / math.sqrt(variance) if variance else 0.0


@pytest.mark.parametrize("which", ["assessment", "self-checks"])
def test_no_look_tells_the_right_choice(book, which):
    asked = chosen(q for page, questions in book.items() for q in questions if (page == POOL) == (which == "assessment"))
    told = {name: round(excess(asked, look), 1) for name, look in STRATEGIES.items()}
    assert len(asked) > 30 and {name: by for name, by in told.items() if abs(by) > 2} == {}


@pytest.mark.parametrize("which", ["assessment", "self-checks"])
def test_right_and_wrong_are_as_long_as_each_other(book, which):
    asked = chosen(q for page, questions in book.items() for q in questions if (page == POOL) == (which == "assessment"))
    more = []
    for question in asked:
        lengths = {right: [len(plain(choice.text)) for choice in question.choices if choice.right == right] for right in (True, False)}
        more.append(np.mean(lengths[True]) / np.mean(lengths[False]) - 1)
    assert abs(np.mean(more)) < 0.03, f"right choices are longer by {np.mean(more):.1%}"


def test_every_choice_is_of_the_length_of_its_neighbours(book):
    uneven = []
    for question in (q for questions in book.values() for q in chosen(questions)):
        lengths = [len(plain(choice.text)) for choice in question.choices]
        if max(lengths) - min(lengths) > max(4, 0.35 * max(lengths)):
            uneven.append((question.id, lengths))
    assert uneven == []


def test_no_choice_speaks_of_the_others(book):
    others = re.compile(r"of the (above|others|these)\b|\bboth of|\b[a-d] and [a-d]\b", re.IGNORECASE)
    assert [
        (q.id, choice.text) for questions in book.values() for q in chosen(questions) for choice in q.choices if others.search(choice.text)
    ] == []


def test_how_many_are_right_varies(book):
    several = [q for questions in book.values() for q in questions if q.asked_as == "multiple"]
    assert len({(sum(choice.right for choice in q.choices), len(q.choices)) for q in several}) > 2


def test_no_strategy_passes_oftener_than_guessing(book, tmp_path):
    pool, (_, head, _) = book[POOL], POOL.read_text(encoding="utf-8").split("---\n", 2)
    rules = assessment.read(yaml.safe_load(head)["assessment"], pool)
    draws, needed = drawn(pool, rules, tmp_path), math.ceil(rules.pass_mark / 100 * rules.draw)
    rng = np.random.default_rng(0)
    passes = lambda hits: float(at_least(needed, np.asarray(hits)[draws]).mean())
    guessing = passes([guessed(q) for q in pool])
    told = {}
    for name, look in STRATEGIES.items():
        tops = [top(q, look) if q.asked_as == "single" else None for q in pool]
        rights = [[choice.right for choice in q.choices].index(True) for q in pool]
        hit = lambda places: [guessed(q) if taken is None else taken[place] / sum(taken) for q, taken, place in zip(pool, tops, places)]
        fair = [passes(hit([rng.integers(len(q.choices)) for q in pool])) for _ in range(200)]
        told[name] = passes(hit(rights)), float(np.quantile(fair, 0.95))
    assert 0.001 < guessing < 0.05
    assert {name: both for name, both in told.items() if both[0] > both[1]} == {}, f"guessing passes {guessing:.2%}"


def guessed(question):
    """How often a guess is right; where something has to be typed, never."""
    k = len(question.choices)
    return {"single": 1 / k, "multiple": 1 / (2**k - 1), "order": 1 / math.factorial(k)}.get(question.asked_as, 0.0)


def at_least(n, hits):
    """The probability of n hits or more in each row of independent ones."""
    ways = np.zeros((hits.shape[0], hits.shape[1] + 1))
    ways[:, 0] = 1
    for p in hits.T[:, :, None]:
        ways = ways * (1 - p) + np.pad(ways[:, :-1], ((0, 0), (1, 0))) * p
    return ways[:, n:].sum(axis=1)


def drawn(pool, rules, folder):
    """What the page's own rule draws, as indices."""
    client.install()
    made = folder / "draw.mjs"
    script = f"""
        import {{ buildSync }} from "esbuild";
        buildSync({{ entryPoints: ["src/quiz/draw.ts"], outfile: {json.dumps(str(made))}, format: "esm" }});
        const {{ draw }} = await import({json.dumps(made.as_uri())});
        const pool = {json.dumps([{"id": q.id, "topic": q.topic} for q in pool])};
        let state = 1;  // Park and Miller 1988: the same draws each time
        const random = () => (state = state * 48271 % 2147483647) / 2147483647;
        console.log(JSON.stringify(Array.from({{ length: {DRAWS} }}, () => draw(pool, {rules.draw}, {json.dumps(rules.by_topic)}, random))));
    """
    done = subprocess.run(
        [*node.node(), "--input-type=module", "-e", script], cwd=client.CLIENT, env=node.environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    at = {q.id: place for place, q in enumerate(pool)}
    return np.array([[at[id] for id in one] for one in json.loads(done.stdout)])
