"""What stays of HTML that a cell made."""

import pytest

from engineroom_site.cells.sanitise import clean


@pytest.mark.parametrize(
    "attribute", ['fill="url(http://x/y)"', "fill=\"url( 'http://x/y#a' )\"", 'mask="URL(//x)"', 'clip-path="url(data:x)"']
)
def test_a_drawing_refers_to_nothing_outside_itself(attribute):
    assert clean(f"<svg><rect {attribute}></rect></svg>") == "<svg><rect></rect></svg>"


@pytest.mark.parametrize("attribute", ['fill="url(#a)"', "fill=\"url('#a')\"", 'title="see url(x)"'])
def test_a_drawing_may_refer_to_itself_and_words_are_words(attribute):
    assert clean(f"<svg><rect {attribute}></rect></svg>") == f"<svg><rect {attribute}></rect></svg>"
