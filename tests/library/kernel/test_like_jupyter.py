"""The session shows what a Jupyter kernel shows: the same cells through both, output by output."""

import nbformat
import pytest
from cells_of import Cells
from nbclient import NotebookClient

CLASS = """class Shown:
    def __init__(self, **methods):
        for name, value in methods.items():
            setattr(self, name, value if callable(value) else lambda *a, value=value, **k: value)
"""

SNIPPETS = {
    "nothing": "",
    "only a comment": "# nothing",
    "an expression": "1 + 1",
    "None shows nothing": "None",
    "zero is shown": "0",
    "a semicolon silences": "1 + 1;",
    "a semicolon, then a comment": "1 + 1;  # quiet",
    "a semicolon in a string does not": "'a;'",
    "a semicolon after a statement": "x = 1;",
    "only the last expression": "1\n2\n3",
    "an expression before a statement": "1\ny = 2",
    "a loop does not show": "for i in range(2): i",
    "an expression in an if does not show": "if True:\n    5",
    "print": "print('a', 'b')\nprint('c', end='')\nprint('d')",
    "both streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "print and a value": "print('before')\n'value'",
    "a string is quoted": "'it\\'s'",
    "lines in a string": "'a\\nb'",
    "Unicode": "'→ λ 🎉'",
    "a long list": "list(range(60))",
    "a nested dict": "{'a': list(range(30)), 'b': {'c': 'x' * 60, 'd': 'y' * 60}}",
    "a list of 1,500": "list(range(1500))",
    "a set of strings": "{'b', 'a', 'c'}",
    "floats": "[0.1, 1e100, float('nan'), float('inf'), -0.0]",
    "a tuple of one": "(1,)",
    "a class": "class A: pass\nA",
    "a function": "def f(x): return x\nf",
    "a builtin": "len",
    "a type": "int",
    "an exception": "ValueError('x')",
    "a dataclass": "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    name: str\nP(1, 'a' * 90)",
    "an ordered dict": "from collections import OrderedDict, Counter, defaultdict, deque\n[OrderedDict(a=1), Counter('aab'), defaultdict(int, a=1), deque([1])]",
    "a named tuple": "from collections import namedtuple\nnamedtuple('T', 'a b')(1, 'x' * 80)",
    "an array": "import numpy as np\nnp.arange(6).reshape(2, 3)",
    "a large array": "import numpy as np\nnp.arange(10000).reshape(100, 100) / 3",
    "numpy scalars": "import numpy as np\n[np.float64(1.5), np.float32(0.1), np.int64(3), np.bool_(True)]",
    "one numpy scalar": "import numpy as np\nnp.float64(0.1) + 0.2",
    "a dict of arrays": "import numpy as np\n{'w': np.eye(3), 'b': np.zeros(3)}",
    "an array's own warning": "import numpy as np\nnp.log(np.array([1.0]))",
    "display": "display(1)\ndisplay('two', [3])",
    "display and a value": "display('shown')\n'value'",
    "display, print, display": "display(1)\nprint('between')\ndisplay(2)",
    "display gives a handle": "h = display(1, display_id='a')\ntype(h).__name__",
    "display of nothing": "display()",
    "display without text": "display('x', include=['text/html'])",
    "display with metadata": "display('x', metadata={'text/plain': {'a': 1}})",
    "raw display": "display({'text/plain': 'a', 'text/html': '<b>a</b>'}, raw=True)",
    "updates": "h = display('old', display_id='b')\nh.update('new')\nupdate_display('newer', display_id='b')",
    "an empty place": "display(display_id='c')\nNone",
    "html": CLASS
    + "Shown(_repr_html_='<b>x</b>', __repr__=None)\nclass H:\n    def _repr_html_(self): return '<i>y</i>'\n    def __repr__(self): return 'H'\nH()",
    "every method": "class E:\n    def __repr__(self): return 'E'\n    def _repr_html_(self): return '<p>'\n    def _repr_markdown_(self): return '*m*'\n"
    "    def _repr_svg_(self): return '<svg/>'\n    def _repr_latex_(self): return '$x$'\n    def _repr_json_(self): return {'a': 1}\n"
    "    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n' + bytes(20)\n    def _repr_jpeg_(self): return b'\\xff\\xd8' + bytes(70)\nE()",
    "methods with metadata": "class E:\n    def __repr__(self): return 'E'\n    def _repr_html_(self): return '<p>', {'isolated': True}\nE()",
    "a bundle": "class B:\n    def __repr__(self): return 'B'\n    def _repr_mimebundle_(self, include=None, exclude=None): return {'application/x-own+json': {'a': [1]}, 'text/html': '<p>'}\nB()",
    "a bundle with metadata": "class B:\n    def __repr__(self): return 'B'\n    def _repr_mimebundle_(self, **k): return {'text/plain': 'own'}, {'text/plain': {'k': 1}}\nB()",
    "a bundle comes before methods": "class B:\n    def _repr_html_(self): return 'method'\n    def _repr_mimebundle_(self, **k): return {'text/html': 'bundle', 'text/plain': 't'}\nB()",
    "a class with methods": "class H:\n    def _repr_html_(self): return '<i>y</i>'\ntype(H).__name__, H.__name__",
    "the class itself": "class H:\n    def _repr_html_(self): return '<i>y</i>'\n    def _repr_mimebundle_(self, **k): return {}\nH",
    "an object that answers to any name": "class Any:\n    def __getattr__(self, name): return lambda *a, **k: 'anything'\n    def __repr__(self): return 'Any'\nAny()",
    "a method that returns None": "class E:\n    def __repr__(self): return 'E'\n    def _repr_html_(self): return None\nE()",
    "a method not implemented": "class E:\n    def __repr__(self): return 'E'\n    def _repr_html_(self): raise NotImplementedError\nE()",
    "it displays itself": "class D:\n    def _ipython_display_(self): print('myself')\nD()",
    "its own pretty printer": "class P:\n    def _repr_pretty_(self, p, cycle): p.text('pretty')\n[P(), P()]",
    "an awaited value": "import asyncio\nawait asyncio.sleep(0, 'done')",
    "await in a loop": "import asyncio\nfor i in range(3):\n    await asyncio.sleep(0)\n    print(i)",
    "an async comprehension": "async def numbers():\n    yield 1\n    yield 2\n[n async for n in numbers()]",
    "async with and a name": "class C:\n    async def __aenter__(self): return 5\n    async def __aexit__(self, *a): pass\nasync with C() as c:\n    pass\nc",
    "an error": "print('before')\n1 / 0",
    "an error with a cause": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('worse') from e",
    "an error without text": "raise ValueError",
    "a key error": "{}['k']",
    "an undefined name": "undefined_name",
    "an assertion": "assert 1 == 2, 'no'",
    "nothing after an error": "raise ValueError('x')\nprint('never')",
    "a return outside": "print('first')\nreturn 1",
    "the name of the module": "__name__",
    "a future statement": "from __future__ import annotations\ndef f(x: no_such_name): pass\nf.__annotations__",
    "source of a function": "import inspect\ndef g(a):\n    return a\nprint(inspect.getsource(g))",
    "pickling": "import pickle\nclass Q:\n    def __init__(self): self.a = 1\npickle.loads(pickle.dumps(Q())).a",
    "names live on": "kept = 5",
    "and are there": "kept",
    "globals are the names": "globals()['kept'], 'kept' in dir()",
    "deleting": "del kept",
    "a walrus": "(n := 3) + n",
    "a docstring is a value": "'''doc'''",
    "help": "def h():\n    'What h does.'\nhelp(h)",
    "clear": "print('old')\nclear_output()\nprint('new')",
    "clear and wait": "print('old')\nclear_output(wait=True)\nprint('new')",
    "a chained comparison": "1 < 2 < 3",
    "bytes": "b'\\x00a'",
    "a generator": "next(i for i in range(3))",
    "match": "match [1, 2]:\n    case [a, b]: print(a, b)",
    "deep": "x = []\nfor _ in range(30): x = [x]\nx",
    "a cycle": "x = [1]\nx.append(x)\nx",
    "written and flushed": "import sys\nsys.stdout.write('a')\nsys.stdout.flush()\nsys.stdout.writelines(['b', 'c\\n'])",
    "to the end of the line": "print(1, 2, sep='', end='|\\n', flush=True)",
}


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """Outputs of a real kernel, cell by cell."""
    cells = [nbformat.v4.new_code_cell(_with_clear(code)) for code in SNIPPETS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, timeout=60, resources={"metadata": {"path": str(tmp_path_factory.mktemp("nb"))}}
    )
    client.execute()
    return dict(zip(SNIPPETS, [cell.outputs for cell in notebook.cells], strict=True))


@pytest.fixture(scope="module")
def ours():
    """Outputs of the session, cell by cell."""
    cells = Cells()
    return {name: _settled(cells(code)) for name, code in SNIPPETS.items()}


def _with_clear(code):
    # A page has `update_display` and `clear_output` at hand; a notebook imports them.
    return (
        f"from IPython.display import clear_output, update_display\n{code}" if "clear_output" in code or "update_display" in code else code
    )


def _settled(outputs):
    """What remains on the page: updates and clearings applied, streams joined, as nbclient does it."""
    kept, wait = [], False
    for output in outputs:
        kind = output["output_type"]
        if kind == "clear_output":
            wait = output["wait"]
            kept = kept if wait else []
            continue
        if wait:
            kept, wait = [], False
        identity = output.get("transient", {}).get("display_id")
        if kind == "update_display_data":
            for shown in kept:
                if shown.get("id") == identity:
                    shown |= {"data": output["data"], "metadata": output["metadata"]}
        elif kind == "stream" and kept and kept[-1]["output_type"] == "stream" and kept[-1]["name"] == output["name"]:
            kept[-1]["text"] += output["text"]
        elif kind == "stream":
            kept.append(dict(output))
        elif kind == "error":
            kept.append(output)
        else:
            kept.append({"output_type": kind, "data": output["data"], "metadata": output["metadata"], "id": identity})
    return kept


def _essence(output):
    kind = output["output_type"]
    if kind == "stream":
        return kind, output["name"], output["text"]
    if kind == "error":
        return kind, output["ename"], output["evalue"].split(" (")[0]
    return kind, {mime: value.strip() if mime.startswith("image/") else value for mime, value in output["data"].items()}, output["metadata"]


@pytest.mark.parametrize("name", SNIPPETS)
def test_shows_what_jupyter_shows(name, jupyter, ours):
    assert [_essence(o) for o in ours[name]] == [_essence(o) for o in _settled(jupyter[name])]
