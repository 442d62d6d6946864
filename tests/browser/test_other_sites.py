"""The questions in sites that are not this one: their wheel, MkDocs's own themes, nothing else of ours."""

from __future__ import annotations

import re
import subprocess

import pytest
from playwright.sync_api import expect

from answering import again, answer, asked, take
from elsewhere import environment
from engineroom_site import wheels
from reader import violations

QUIZ = """```quiz
id: {id}
type: single
hint: Count them.
---
How many legs has {who}?

- [{six}] six {{#six}}
  > Six, as *{id}* has.
- [{eight}] eight {{#eight}}
  > Eight, as a spider has.
```

"""
HEAD = "---\nassessment:\n  id: animals\n  pass: 70\n  draw: 5\n---\n# Test\n\n"
ANIMALS = dict.fromkeys(("ant", "bee", "beetle", "moth", "louse"), "six")


def quiz(id: str, key: str = "six") -> str:
    return QUIZ.format(id=id, who=f"the {id}", **{"six": " ", "eight": " ", key: "x"})


@pytest.mark.parametrize("theme", ["readthedocs", "mkdocs"])
def test_one_plugin_brings_questions_to_a_plain_site(small, theme):
    page = small.page
    pool = HEAD + "".join(map(quiz, ANIMALS))
    assert small.build(theme, index="# Home\n\nWords.\n", insects=f"# Insects\n\n{quiz('fly')}", test=pool) == ""
    assert small.asked_for("/") == []
    loaded = small.asked_for("/insects/")
    assert {re.sub("-.*", "", name) for name in loaded} == {"quiz", "check", "chunk"} and not page.locator(".quiz-answer:visible").count()
    form = page.locator("quiz-form")
    assert form.locator("form").evaluate("f => getComputedStyle(f).borderLeftWidth") == "3px"
    check = form.get_by_role("button", name="Check", exact=True)
    for right in (False, True):
        answer(form.locator("fieldset"), right)
        check.click()
        expect(form.locator(".quiz-said")).to_have_text("Right." if right else "Not right.")
        expect(form.locator(".quiz-feedback").first).to_be_visible()
        assert violations(page, "quiz") == []
    assert small.kept("checks")["items"]["fly"]["right"] is True
    page.goto("/test/")
    take(page, 3)
    expect(page.locator(".quiz-score")).to_have_text("3 of 5 right. Not passed: the mark is 70 %, which means 4 of 5.")
    again(page)
    take(page, 4)
    page.reload()
    expect(page.locator(".quiz-best")).to_contain_text("Best so far: 4 of 5")
    assert [attempt["score"] for attempt in small.kept("animals")["attempts"]] == [3, 4]
    index = page.request.get("/search/search_index.json").text()
    assert "Words." in index and "How many legs has the fly" in index and "Eight, as a spider" not in index


def test_the_wheel_needs_mkdocs_and_nothing_of_this_checkout(elsewhere):
    ask = """if True:
        from importlib import metadata, util
        print(*[name for name in ("engineroom", "engineroom_site", "numpy", "material") if util.find_spec(name)])
        points = {point.value for point in metadata.entry_points(group="mkdocs.plugins", name="engineroom-quiz")}
        print(*points, util.find_spec("engineroom_quiz").origin)"""
    others, ours = subprocess.run([elsewhere, "-I", "-c", ask], check=True, capture_output=True, text=True).stdout.splitlines()
    assert others == "" and ours.split()[0] == "engineroom_quiz.plugin:QuizPlugin" and ours.split()[1].startswith(str(elsewhere.parents[1]))


def test_where_pages_change_without_being_loaded(small, tmp_path):
    page = small.page
    small.python = environment(tmp_path / "material", wheels.quiz(), "mkdocs-material", "markdown-it-py")
    theme = "material, font: false, palette: {scheme: slate}, features: [navigation.instant]"
    assert (
        small.build(theme, index="# Home\n\nWords.\n", insects=f"# Insects\n\n{quiz('fly')}", test=HEAD + "".join(map(quiz, ANIMALS))) == ""
    )
    assert small.asked_for("/") == []
    page.evaluate("window.same = true")
    for right in range(3, 6):
        page.get_by_role("link", name="Insects").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Insects")
        answer(page.locator("quiz-form fieldset"), right % 2)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator(".quiz-said")).to_have_text("Right." if right % 2 else "Not right.")
        page.get_by_role("link", name="Test").first.click()
        take(page, right)
        assert violations(page, "quiz") == []
    assert page.evaluate("window.same") and page.locator("quiz-form").count() == 1
    assert small.kept("checks")["items"]["fly"]["right"] is True
    assert [attempt["score"] for attempt in small.kept("animals")["attempts"]] == [3, 4, 5]


def test_its_authors_hear_of_their_mistakes(small):
    told = small.build(
        index="# Home\n\n```quiz\nid: q\ntype: singel\n---\nWhy?\n\n- [x] yes\n- [ ] no\n```\n",
        more="# More\n\n```quiz\nid: p\ntype: predict\ncell: c\n---\nWhich?\n\n- [x] 1\n- [ ] 2\n```\n",
    )
    assert "docs/index.md:5: there is no type “singel”; did you mean “single”?" in told
    assert "docs/more.md:3: a predict question needs the live-cell extension, which this site does not have" in told
    assert "needs “site: …”" in small.build(plugins="[{engineroom-quiz: {site: A b}}]", index="# Home\n")


MACROS = """from jinja2 import Template
from mkdocs.plugins import BasePlugin


class Macros(BasePlugin):
    def on_page_markdown(self, markdown, **_):
        try:
            return Template(markdown).render()
        except Exception as error:
            return f"# Macro Rendering Error\\n\\n{error}"
"""


def test_a_plugin_that_takes_the_expressions_is_named(small, tmp_path):
    small.python = environment(tmp_path / "macros", wheels.quiz(), "mkdocs", "markdown-it-py")
    installed = next((tmp_path / "macros" / "lib").glob("python*/site-packages"))
    (installed / "macros.py").write_text(MACROS)
    about = installed / "macros-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: macros\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[mkdocs.plugins]\nmacros = macros:Macros\n")
    computed = "```quiz\nid: {}\ntype: single\ncompute: |\n  n = 3\n---\nHow many are {{{{ n }}}}?\n\n- [x] {{{{ n }}}}\n- [ ] {}\n```\n"
    plugins = "[macros, engineroom-quiz]"
    kept = "# Kept\n\n{% raw %}\n" + computed.format("kept", 4) + "{% endraw %}\n"
    told = small.build(
        plugins=plugins, index="# Home\n\n" + computed.format("a", 4), more="# More\n\n" + computed.format("b", "{{ 1 / 0 }}"), kept=kept
    )
    for place in ("docs/index.md:3", "docs/more.md:3"):
        assert f"{place}: the plugin “macros” has taken {{{{ }}}} or {{#…}} out of this quiz: put a line {{% raw %}} before it" in told
    assert "docs/kept.md" not in told
    assert small.build(plugins=plugins, index="# Home\n", more="# More\n") == ""
    small.page.goto("/kept/")
    expect(small.page.locator("legend")).to_have_text("How many are 3?")


def test_two_sites_of_one_name_at_one_address_keep_their_answers_apart(small):
    page = small.page
    for folder in ("one", "two"):
        assert small.build(folder=folder, index=f"# Home\n\n{quiz('fly')}") == ""
    page.goto("/one/")
    answer(page.locator("fieldset"), True)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".quiz-said")).to_have_text("Right.")
    page.goto("/two/")
    expect(page.get_by_role("button", name="Check", exact=True)).to_be_visible()
    assert page.locator(".quiz-said, input:checked").count() == 0
    assert page.evaluate("Object.keys(localStorage)") == ["six-more-legs/one:quiz:1:checks"]


def test_built_anew_with_other_questions_it_gives_no_false_verdict(small):
    """One is put in first, one goes, and of one the key is another: what was kept is read for what it is."""
    page = small.page
    assert small.build(check=f"# Check\n\n{quiz('a')}{quiz('b')}{quiz('c')}", test=HEAD + "".join(map(quiz, ANIMALS))) == ""
    page.goto("/check/")
    for form in page.locator("quiz-form").all():
        answer(form.locator("fieldset"), True)
        form.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".quiz-said")).to_have_text(["Right."] * 3)
    page.goto("/test/")
    take(page, 5)
    again(page)
    for fieldset in asked(page).all()[:3]:
        answer(fieldset, True)
    first = small.kept("animals")
    assert len(first["draft"]["answers"]) == 5 and first["best"]["score"] == 5

    changed = ANIMALS | {"wasp": "six", "bee": "eight"}
    del changed["moth"]
    texts = [quiz("wasp"), *(quiz(id, key) for id, key in changed.items() if id != "wasp")]
    assert small.build(check=f"# Check\n\n{quiz('d')}{quiz('a')}{quiz('b', 'eight')}", test=HEAD + "".join(texts)) == ""
    page.goto("/check/")
    said = {id: page.locator(f"fieldset[data-question={id}] .quiz-said") for id in "dab"}
    expect(said["a"]).to_have_text("Right.")
    assert said["d"].count() == said["b"].count() == 0 and page.locator("input:checked").count() == 1
    page.goto("/test/")
    expect(page.get_by_role("button", name="Submit all answers")).to_be_visible()
    expect(page.locator(".quiz-best")).to_have_text(
        re.compile("^Best so far: 5 of 5, .*, on an earlier version of the questions, passed.$")
    )
    assert page.locator("[data-verdict], [data-mark], .quiz-said, fieldset:not([hidden]) input:checked, [data-question=moth]").count() == 0
    take(page, 4)
    second = small.kept("animals")
    assert second["revision"] != first["revision"] and second["attempts"][0] == first["attempts"][0] and second["best"] == first["best"]
    assert [(attempt["score"], attempt["max"]) for attempt in second["attempts"]] == [(5, 5), (4, 5)]
    again(page)
    take(page, 5)
    expect(page.locator(".quiz-best")).to_contain_text("5 of 5")
    page.get_by_text("3 attempts").click()
    expect(page.locator(".quiz-attempts li")).to_have_text(
        [re.compile("^5 of 5, (?!.*earlier)"), re.compile("^4 of 5, (?!.*earlier)"), re.compile("^5 of 5, .*earlier version")]
    )
