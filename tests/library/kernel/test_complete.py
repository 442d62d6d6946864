"""Completion and `used` read the reader's objects and run none of their code."""

import sys

import numpy
import pytest

from engineroom import attention
from engineroom.kernel.complete import complete
from engineroom.kernel.used import used


class Trap:
    """Every way in is a side effect."""

    touched = []

    @property
    def dangerous(self):
        self.touched.append("property")
        return "value"

    def method(self, a, b=2):
        """What it does.

        And more.
        """

    def __getattr__(self, name):
        self.touched.append(name)
        raise AttributeError(name)


def labels(code, namespace=None, cursor=None):
    return [item["label"] for item in complete(code, len(code) if cursor is None else cursor, namespace or {})]


def one(code, namespace, label):
    return next(item for item in complete(code, len(code), namespace) if item["label"] == label)


def test_attributes_with_signature_and_first_line():
    item = one("trap.me", {"trap": Trap()}, "method")
    assert item == {"label": "method", "type": "function", "detail": "(self, a, b=2)", "info": "What it does.", "from": 5}


def test_no_property_is_called():
    Trap.touched.clear()
    assert "dangerous" in labels("trap.", {"trap": Trap()})
    assert labels("trap.dangerous.", {"trap": Trap()}) == []
    labels("trap.nothing.x", {"trap": Trap()})
    assert Trap.touched == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from engineroom import atten", "attention"),
        ("from engineroom.attention import soft", "softmax"),
        ("import engineroom.atten", "attention"),
        ("import nump", "numpy"),
        ("from engineroom import attention\nattention.soft", "softmax"),
        ("from engineroom.attention import softmax\nsoftm", "softmax"),
        ("import numpy as np\nnp.aran", "arange"),
        ("temperature = 1\ntemp", "temperature"),
        ("def scaled(x): pass\nsca", "scaled"),
        ("for token in []:\n    tok", "token"),
        ("prin", "print"),
        ("whil", "while"),
        ("x = [numpy.ara", "arange"),
    ],
)
def test_completes(code, expected):
    assert expected in labels(code, {"numpy": numpy})


def test_a_library_module_that_nobody_imported_yet(monkeypatch):
    monkeypatch.delitem(sys.modules, "engineroom.norm", raising=False)
    assert labels("from engineroom.norm import layer") == ["layer_norm"]


def test_arguments_of_the_open_call():
    assert labels("softmax(x, ax", {"softmax": attention.softmax})[0] == "axis="
    assert "axis=" not in labels("softmax(x, axis=1, ax", {"softmax": attention.softmax})


def test_names_of_the_page_come_before_builtins():
    assert labels("pri", {"prior": 1})[0] == "prior"


@pytest.mark.parametrize("code", ["'a.b", "# np.ar", "x = 1.", "", "   ", ")", "a[", "def f(", "lambda: (", "\u0000x", "f('"])
def test_nothing_to_complete_is_no_error(code):
    assert isinstance(complete(code, len(code), {}), list)


def test_every_cursor_of_a_real_cell():
    code = "import numpy as np\nfrom engineroom import attention\nx = np.ones((2, 3))\nprint(attention.softmax(x, axis=-1)[0])\n"
    for cursor in range(len(code) + 1):
        for item in complete(code, cursor, {"np": numpy, "attention": attention}):
            assert 0 <= item["from"] <= cursor and item["label"].lower().startswith(code[item["from"] : cursor].lower())


def test_used_finds_functions_however_they_are_named():
    namespace = {"attention": attention, "soft": attention.softmax, "np": numpy}
    code = "soft(x)\nattention.causal_mask(3, np)\nnp.exp(1)\ndef f():\n    return attention.softmax"
    found = used(code, namespace)
    assert [(u["name"], u["path"]) for u in found] == [
        ("attention.softmax", "engineroom/attention.py"),
        ("attention.causal_mask", "engineroom/attention.py"),
    ]
    lines = open(attention.__file__).read().splitlines()
    assert lines[found[0]["line"] - 1].startswith("def softmax")


def test_used_looks_into_classes():
    class Holder:
        soft = staticmethod(attention.softmax)

    assert [u["name"] for u in used("Holder.soft(x)", {"Holder": Holder})] == ["attention.softmax"]


def test_used_runs_nothing_and_bears_anything():
    Trap.touched.clear()
    assert used("trap.dangerous.x\ntrap.y()", {"trap": Trap()}) == []
    assert used("not python (", {}) == [] and Trap.touched == []
