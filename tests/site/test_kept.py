"""Results kept on disk: the same as made anew, and made anew when arguments or code change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom_site import answers
from engineroom_site import kept as room

VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.tuples(inner, inner))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "FOLDER", tmp_path)
    room._results.cache_clear()
    room._code.cache_clear()
    yield tmp_path
    room._results.cache_clear()
    room._code.cache_clear()


def test_a_result_is_made_once_for_each_argument(folder):
    made = []

    @room.kept
    def same(value, other=0):
        made.append((value, other))
        return value, other

    @given(VALUES, VALUES)
    def check(value, other):
        fresh = same.__wrapped__(value, other)
        assert same(value, other) == same(value, other) == fresh and same(value, other=other) == fresh

    check()
    before = len(made)
    assert same(None) == same(None) == (None, 0) and len(made) <= before + 1


def test_what_is_raised_is_not_kept(folder):
    tries = []

    @room.kept
    def second():
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        return "done"

    with pytest.raises(ValueError, match="not yet"):
        second()
    assert second() == second() == "done" and len(tries) == 2


def test_changed_code_makes_it_anew(folder, tmp_path, monkeypatch):
    made, code = [], tmp_path / "code.py"
    monkeypatch.setattr(room.imports, "closure", lambda modules: [code])

    @room.kept
    def work():
        made.append(1)

    for text in ("x = 1", "x = 2", "x = 1"):
        code.write_text(text)
        room._code.cache_clear()
        work()
    assert len(made) == 2


def test_a_computed_answer_is_kept_for_its_code_text_and_library(folder, tmp_path, monkeypatch):
    ran, library = [], ["one"]
    monkeypatch.setattr(answers.cache, "imported", lambda code, data: library[0])
    monkeypatch.setattr(answers.compute, "answered", lambda code, text: ran.append(1) or f"{code} {text} {library[0]}")
    assert [answers.answered("a", "b") for _ in range(3)] == ["a b one"] * 3 and len(ran) == 1
    assert answers.answered("a", "c") == "a c one" and answers.answered("c", "b") == "c b one"
    library[0] = "two"
    assert answers.answered("a", "b") == "a b two" and len(ran) == 4


def test_what_an_answer_depends_on_is_the_library_that_its_code_imports():
    rope = answers.cache.imported("from engineroom import rope", answers.DATA)
    assert (
        rope == answers.cache.imported("x = 1\nfrom engineroom import rope", answers.DATA) != answers.cache.imported("x = 1", answers.DATA)
    )
