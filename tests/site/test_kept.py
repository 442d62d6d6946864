"""Results kept on disk: the same as made anew, and made anew when arguments or code change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
