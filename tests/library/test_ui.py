"""Progress and display: in a page, in Jupyter, in a plain script."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest

from engineroom import ui
from engineroom.kernel import display as page


class FakePage:
    """A page's cell: keeps what is shown, and what each place shows now."""

    def __init__(self):
        self.outputs, self.places = [], {}

    def __call__(self, output):
        self.outputs.append(output)
        if "transient" in output:
            self.places[output["transient"]["display_id"]] = output["data"]


@pytest.fixture
def cell():
    fake = FakePage()
    token = page._target.set(fake)
    yield fake
    page._target.reset(token)


def test_passes_every_item_on():
    assert list(ui.progress(range(5))) == [0, 1, 2, 3, 4]
    assert list(ui.progress((c for c in "abc"), total=3)) == ["a", "b", "c"]


def test_not_iterable():
    with pytest.raises(TypeError):
        ui.progress(5)


def test_bar_in_a_page_is_one_place_and_leaves_nothing(cell, monkeypatch):
    monkeypatch.setattr(ui, "INTERVAL", 0)
    seen = []
    for _ in ui.progress(["a", "b", "c"], "read"):
        seen.append(*(data["text/plain"] for data in cell.places.values()))
    assert seen == ["read: 0 of 3", "read: 1 of 3", "read: 2 of 3"]
    assert [data["text/html"] for data in cell.places.values()] == [""]


def test_bar_goes_when_the_loop_is_left(cell):
    def work():
        for _ in ui.progress(range(10)):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert [data["text/html"] for data in cell.places.values()] == [""]


def test_bar_is_markup_a_screen_reader_knows():
    bar = ui.Progress('<b> & "q"', total=2_000_000, unit="B")
    bar.done = 500_000
    element = ElementTree.fromstring(bar._repr_mimebundle_()["text/html"]).find("progress")
    assert (element.get("max"), element.get("value"), element.get("aria-label")) == ("2000000", "500000", '<b> & "q"')
    assert element.text == '<b> & "q": 0.5 MB of 2.0 MB'


def test_unknown_length_has_no_value():
    html = ui.Progress("wait")._repr_mimebundle_()["text/html"]
    assert "value" not in html and "max" not in html


def test_draws_seldom(cell):
    for _ in ui.progress(range(100_000)):
        pass
    assert len(cell.outputs) < 50


def test_display_in_a_page(cell):
    ui.display("one", 2)
    assert [output["data"]["text/plain"] for output in cell.outputs] == ["'one'", "2"]


def test_in_a_script():
    code = "from engineroom.ui import display, progress\nfor i in progress(range(3), 'x'): pass\ndisplay('done', 1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("done\n1\n", "")


def test_in_jupyter():
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    code = "from engineroom.ui import display, progress\nfor i in progress(range(3), 'x'): pass\ndisplay('done')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook).execute()
    gone, done = notebook.cells[0].outputs
    assert gone["data"]["text/html"] == ""
    assert done["data"]["text/plain"] == "'done'"
