"""Formulas are drawn at build, by KaTeX, for eyes and for screen readers."""

import pytest
from bs4 import BeautifulSoup

from engineroom_site import math


def test_inline_and_display_become_html_with_mathml():
    html = math.render(
        r'<p><span class="arithmatex">\(a &lt; b\)</span></p><div class="arithmatex">\[\sqrt{d_k}\]</div>', wrong=pytest.fail
    )
    soup = BeautifulSoup(html, "html.parser")
    assert [a.get_text() for a in soup.find_all("annotation")] == ["a < b", r"\sqrt{d_k}"]
    assert len(soup.select(".katex")) == 2 and len(soup.select(".katex-display")) == 1 and soup.find("msqrt")
    assert "arithmatex" not in html


def test_every_wrong_formula_is_told_and_the_others_are_drawn():
    told = []
    marked = r'<span class="arithmatex">\(\sqrt{\)</span>'
    html = math.render(rf'{marked} <span class="arithmatex">\(x\)</span> <span class="arithmatex">\(\frac{{\)</span>', told.append)
    assert [error.tex for error in told] == [r"\sqrt{", r"\frac{"] and marked in html and html.count('class="katex"') == 1
    assert str(told[0]).startswith(r"the formula '\\sqrt{' cannot be read: ")


def test_a_search_finds_a_formula_once():
    for display in (False, True):
        soup = BeautifulSoup(math.formula("d_k", display), "html.parser")
        assert len(soup.contents) == 1 and len(soup.select(".katex > .katex-mathml + .katex-html")) == 1
        for part in soup.select("[data-search-exclude]"):
            assert not part.find(part.name)  # the index would stop excluding there
            part.extract()
        assert soup.get_text() == "dk"
