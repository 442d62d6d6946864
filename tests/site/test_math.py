"""Formulas are drawn at build, by KaTeX, for eyes and for screen readers."""
import pytest
from bs4 import BeautifulSoup

from engineroom_site import math


def test_inline_and_display_become_html_with_mathml():
    html = math.render(r'<p><span class="arithmatex">\(a &lt; b\)</span></p><div class="arithmatex">\[\sqrt{d_k}\]</div>')
    soup = BeautifulSoup(html, "html.parser")
    assert [a.get_text() for a in soup.find_all("annotation")] == ["a < b", r"\sqrt{d_k}"]
    assert len(soup.select(".katex")) == 2 and len(soup.select(".katex-display")) == 1 and soup.find("msqrt")
    assert "arithmatex" not in html


def test_a_wrong_formula_names_itself():
    with pytest.raises(math.MathError, match=r"the formula '\\\\sqrt\{' cannot be read: ") as caught:
        math.render(r'<span class="arithmatex">\(\sqrt{\)</span>')
    assert caught.value.tex == r"\sqrt{"
    assert "katex" in math.formula("x", False)  # and KaTeX goes on
