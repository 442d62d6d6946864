"""Addresses of pages: whatever MkDocs makes of a file's name, the page that brings missed questions back reads it."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page

from typescript import Module

NAME = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\\0"), min_size=1, max_size=12).filter(
    lambda name: name.strip(". ")
)


@pytest.fixture(scope="module")
def schedule():
    module = Module("quiz/schedule.ts")
    yield module
    module.close()


@cache
def config(directories: bool) -> MkDocsConfig:
    made = MkDocsConfig()
    made.load_dict({"site_name": "x", "use_directory_urls": directories})
    made.validate()
    return made


def address(parts: list[str], directories: bool) -> str:
    """What the plugin writes for docs/PARTS.md."""
    return Page(None, File("/".join(parts) + ".md", "docs", "site", directories), config(directories)).url


@settings(max_examples=300, deadline=None)
@given(st.lists(NAME, min_size=1, max_size=3), st.booleans())
@example(["v1.2"], True)
@example(["v1.2"], False)
@example(["a b"], True)
@example(["a+b", "c%20d"], True)
@example(["über"], False)
@example(["index"], True)
@example(["a:b"], True)
@example(["c#", "what?"], True)
@example(["(1)'!*~", "&=;,@$"], True)
def test_every_address_that_the_plugin_writes_is_read(schedule, parts, directories):
    assume(not any(part.startswith("..") for part in parts))
    assert schedule("within", address(parts, directories))


@pytest.mark.parametrize(
    "page",
    [
        "https://x",
        "//x/",
        "/x/",
        "../x/",
        "a/../../x/",
        "%2e%2e/x/",
        "\\\\x/",
        "javascript:alert(1)",
        "data:text/html,x",
        "a?b",
        "a#b",
        "?",
        "#",
        "a b/",
        "ü/",
        "\tx/",
        "x/ ",
        "http:x",
    ],
)
def test_what_leads_elsewhere_is_not_read(schedule, page):
    assert not schedule("within", page)
