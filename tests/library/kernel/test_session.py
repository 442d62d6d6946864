"""What the session owes a page beyond Jupyter's outputs: frames, limits, stopping, pages."""

import asyncio
import json
import sys

import pytest
from cells_of import Cells
from hypothesis import given
from hypothesis import strategies as st

from engineroom.kernel.session import MEMORY, PAGES, Host
from engineroom.kernel.streams import Outputs, encode


def error(outputs):
    return next(o for o in outputs if o["output_type"] == "error")


def test_frames_point_at_the_readers_lines(cells):
    cells("def f():\n    return 1 / 0", cell="one")
    failed = error(cells("x = 1\nf()", cell="two"))
    assert [(f["cell"], f["line"], f["name"], f["text"]) for f in failed["frames"]] == [
        ("two", 2, "<module>", "f()"),
        ("one", 2, "f", "return 1 / 0"),
    ]
    assert failed["frames"][1]["col"] == 11 and failed["frames"][1]["end_col"] == 16
    assert not any("kernel" in line for line in failed["traceback"])


def test_a_cell_run_again_with_other_code_leaves_the_old_functions_their_lines(cells):
    cells("def f():\n    1 / 0")
    failed = error(cells("\n\n\nf()"))
    assert [(f["line"], f["text"]) for f in failed["frames"]] == [(4, "f()"), (2, "1 / 0")]


def test_library_and_runtime_frames_are_marked(cells):
    failed = error(cells("import json\nfrom engineroom import attention\njson.loads('{')"))
    assert [f["kind"] for f in failed["frames"]] == ["cell", "runtime", "runtime", "runtime"]
    failed = error(cells("attention.softmax('no array')"))
    assert [f["kind"] for f in failed["frames"]][:2] == ["cell", "library"]


def test_a_syntax_error_has_its_line_and_column(cells):
    failed = error(cells("x = 1\ny = (2 +\n"))
    (frame,) = failed["frames"]
    assert (failed["ename"], frame["line"], frame["col"], frame["kind"], frame["cell"]) == ("SyntaxError", 2, 4, "cell", "cell")


def test_chained_errors_are_told_in_full(cells):
    failed = error(cells("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('worse') from e"))
    told = "\n".join(failed["traceback"])
    assert "ZeroDivisionError" in told and "direct cause" in told and [f["line"] for f in failed["frames"]] == [4]


def test_an_error_whose_message_raises(cells):
    assert error(cells("class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E"))["ename"] == "E"


def test_exit_is_an_error_of_the_cell(cells):
    assert error(cells("import sys\nsys.exit(3)"))["ename"] == "SystemExit"
    assert cells("1")[0]["data"]["text/plain"] == "1"


def test_a_repr_that_raises_spoils_only_itself(cells):
    outputs = cells("class R:\n    def __repr__(self): raise ValueError('broken repr')\nR()")
    assert "broken repr" in "".join(o.get("text", "") for o in outputs)


def test_pages_do_not_see_each_other_and_keep_their_names(cells):
    cells("secret = 1", page="one/")
    assert error(cells("secret", page="two/"))["ename"] == "NameError"
    assert cells("secret", page="one/")[0]["data"]["text/plain"] == "1"


def test_of_many_pages_the_last_are_kept(cells):
    gone = []
    for number in range(PAGES + 3):
        cells(f"own = {number}", page=f"{number}/")
        gone += cells.last["gone"]
        cells("own", page="0/")  # used in between: never the oldest
        gone += cells.last["gone"]
    cells("x = 1", page="more/")
    assert gone + cells.last["gone"] == [f"{number}/" for number in range(1, 5)]
    assert error(cells("own", page="2/"))["ename"] == "NameError"
    assert cells("own", page="0/")[0]["data"]["text/plain"] == "0"


class Small(Host):
    """A host whose memory is what its pages' cells say."""

    def __init__(self):
        self.session = None

    def memory(self):
        return sum(module.__dict__.get("size", 0) for module, _ in self.session._pages.values())


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, MEMORY)), max_size=20))
@pytest.mark.slow
def test_what_is_kept_fits_and_what_is_gone_is_told(runs):
    host = Small()
    cells = Cells(host)
    host.session = cells.session
    held = []
    for page, size in runs:
        cells(f"size = {size}", page=page)
        held = [other for other in held if other != page] + [page]
        for gone in cells.last["gone"]:
            assert gone == held.pop(0), "the page that ran longest ago goes first"
        assert list(cells.session._pages) == held and held[-1] == page
        assert len(held) <= PAGES and (host.memory() <= MEMORY or held == [page])


def test_a_cell_that_finds_no_room_makes_some_and_says_so(cells):
    cells("hoard = 1", page="one/")
    outputs = cells("raise MemoryError", page="two/")
    assert (cells.last["status"], cells.last["gone"]) == ("error", ["one/"])
    assert [o["output_type"] for o in outputs] == ["error", "stream"] and "Run the cell again" in outputs[1]["text"]
    assert len(cells("raise MemoryError", page="two/")) == 1


def test_the_same_cell_on_two_pages_has_its_lines_on_both(cells):
    for page in ("one/", "two/"):
        cells("def f():\n    1 / 0", cell="setup", page=page)
    for page in ("one/", "two/"):
        assert [(f["cell"], f["line"]) for f in error(cells("f()", page=page))["frames"]] == [("cell", 1), ("setup", 2)]
    cells.session.forget("two/")
    assert error(cells("f()", page="one/"))["frames"][1]["cell"] == "setup"


def test_a_keyboard_interrupt_is_a_stop(cells):
    outputs = cells("print('a')\nraise KeyboardInterrupt")
    assert cells.last["status"] == "stopped" and error(outputs)["evalue"] == "Stopped"


def test_an_awaiting_cell_is_cancelled(cells):
    async def stop(session):
        await asyncio.sleep(0.05)
        session.interrupt()

    cells("import asyncio\nawait asyncio.sleep(60)", during=stop)
    assert cells.last["status"] == "stopped"


def test_a_cell_that_is_stopped_before_it_begins_does_not_run(cells):
    cells.session.expect()
    cells.session.interrupt()
    outputs = cells("print('ran')")
    assert cells.last["status"] == "stopped" and [o["output_type"] for o in outputs] == ["error"]
    cells.session.expect()
    assert cells("print('ran')")[0]["text"] == "ran\n"


def test_interrupts_are_armed_only_while_the_readers_code_runs(cells_with):
    class Watching(Host):
        armed = []

        def arm(self, on):
            self.armed.append(on)

    cells = cells_with(Watching())
    cells("a = 1\n1 / 0")
    assert Watching.armed == [True, False, True, False]


def test_input_asks_the_host_and_keeps_a_record(cells_with):
    class Answering(Host):
        def ask(self, prompt, password):
            return f"{prompt}{password}"

    cells = cells_with(Answering())
    assert "".join(o["text"] for o in cells("print(input('who? '))")) == "who? who? False\nwho? False\n"
    assert "".join(o["text"] for o in cells("import getpass\nprint(getpass.getpass('p'))")) == "pTrue\n"


def test_input_without_a_reader_is_a_clear_error(cells):
    assert "cannot let a cell wait" in error(cells("input()"))["evalue"]


def test_a_late_task_prints_into_the_cell_that_started_it(cells):
    outputs = cells(
        "import asyncio\nasync def late():\n    await asyncio.sleep(0.01)\n    print('late')\ntask = asyncio.ensure_future(late())\nawait task"
    )
    assert outputs[0]["text"] == "late\n"


# Limits


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def collected(**options):
    batches, clock = [], Clock()
    return Outputs(lambda text: batches.append(json.loads(text)), clock=clock, **options), batches, clock


def test_a_flood_of_lines_is_a_message_per_interval():
    outputs, batches, clock = collected()
    for line in range(1000):
        clock.now = line * 0.001
        outputs.write("stdout", f"{line}\n")
    outputs.flush()
    assert len(batches) <= 1000 * 0.001 / 0.03 + 2
    assert "".join(o["text"] for batch in batches for o in batch) == "".join(f"{line}\n" for line in range(1000))


def test_streams_keep_their_order():
    outputs, batches, _ = collected(interval=100)
    for name in ("stdout", "stdout", "stderr", "stdout"):
        outputs.write(name, name)
    outputs.flush()
    assert [(o["name"], o["text"]) for o in batches[0]] == [("stdout", "stdoutstdout"), ("stderr", "stderr"), ("stdout", "stdout")]


def test_text_is_cut_once_and_says_so():
    outputs, batches, _ = collected(text_limit=100)
    for _ in range(50):
        outputs.write("stdout", "1234567890\n")
    outputs.flush()
    shown = [o for batch in batches for o in batch]
    assert sum(len(o["text"]) for o in shown if o["name"] == "stdout") == 100
    assert [o["text"].strip() for o in shown if o["name"] == "stderr"] == ["[Output limit: text after 100 characters is not shown.]"]


def test_a_result_after_a_flood_still_shows_its_start():
    outputs, batches, _ = collected(text_limit=100, rich_limit=10)
    outputs.add({"output_type": "execute_result", "data": {"text/plain": "x" * 500}, "metadata": {}, "execution_count": 1})
    outputs.add({"output_type": "display_data", "data": {"text/plain": "figure", "text/html": "y" * 11}, "metadata": {}})
    outputs.flush()
    first, second = [o for batch in batches for o in batch]
    assert first["data"]["text/plain"].startswith("x" * 100 + "\n[Output limit") and "text/html" not in second["data"]


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_whatever_is_shown_is_json_that_a_browser_reads(value):
    def refuse(constant):
        raise AssertionError(constant)

    assert json.loads(encode(value), parse_constant=refuse) == _without_infinities(value)


def _without_infinities(value):
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _without_infinities(item) for key, item in value.items()}
    return [_without_infinities(item) for item in value] if isinstance(value, list) else value


def test_arrays_in_a_bundle_become_lists():
    numpy = pytest.importorskip("numpy")
    assert json.loads(encode({"a": numpy.arange(3), "b": numpy.float32(1.5), "c": numpy.array([numpy.nan])})) == {
        "a": [0, 1, 2],
        "b": 1.5,
        "c": [None],
    }


def test_the_interpreter_is_left_as_it_was(cells):
    before = sys.stdout
    cells("print(1)")
    assert sys.stdout is before
