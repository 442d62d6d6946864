"""What needs a download is marked `model` by itself, and what is not marked is given none."""

import pytest

import marking
from engineroom_site.assets import cache

SOURCE = '''
import pytest
import tokenize_corpus
from engineroom_site import texts as site_texts
from engineroom_site.assets import AssetError, fetch
from engineroom_site.vocabularies import CONVERTERS

def direct():
    return fetch.file("smollm2")

def through():
    return direct()

@pytest.mark.parametrize("name", CONVERTERS)
def test_by_its_parameters(name):
    pass

def test_inside():
    from engineroom_site.data import build
    build()

async def test_by_another_name():
    return site_texts.king_james(), tokenize_corpus.strings()

def test_free():
    with pytest.raises(AssertError):
        """fetch.file"""

def test_errors_are_no_download():
    return AssetError
'''


def test_what_fetches_is_found_and_what_uses_it(tmp_path):
    file = tmp_path / "test_some.py"
    file.write_text(SOURCE)
    assert marking.needing(str(file)) == {"direct", "through", "test_by_its_parameters", "test_inside", "test_by_another_name"}


def test_a_test_without_the_mark_is_given_no_download(request):
    assert request.node.get_closest_marker("model") is None
    with pytest.raises(AssertionError, match="files/some of the download cache is asked for by a test that is not marked `model`"):
        cache.kept("files/some", lambda folder: folder)


def test_a_fixture_that_downloads_marks_its_test(request):
    downloading = {"checkpoint", "exact_minilm", "minilm", "smollm2"}
    here = [item for item in request.session.items if downloading & set(getattr(item, "fixturenames", ()))]
    assert [item.name for item in here if not item.get_closest_marker("model")] == []
