"""A notebook's names, saved after a cell and put back in a later kernel. Runs inside the kernel.

cloudpickle, because cells define functions and classes; buffers apart and by content, so that a model is stored once however many
cells follow it. Functions keep the notebook's own names as their globals, and views of an array stay views.
"""

import codeop
import hashlib
import io
import json
import pickle
import random
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

import cloudpickle
import numpy as np

from engineroom.kernel import stacks, tracebacks

LARGE = 1 << 16  # bytes; smaller buffers stay inside the pickle
_HIDDEN = {"In", "Out", "exit", "quit", "open", "get_ipython", "__builtins__"}


def begin() -> None:
    """Make IPython run a cell as the page does: the code as it is written, all that is printed in order, and every error an output.

    It rewrites what looks like a magic command, in a comment too where a line ends by U+2028; and what has a group in its chain it prints.
    """
    from IPython import get_ipython

    from engineroom_site.cells.descriptors import Descriptors

    shell, descriptors = get_ipython(), Descriptors()

    def show(exc_tuple: Any = None, **how: Any) -> None:
        kind, _, _ = shell._get_exc_info(exc_tuple)  # keeps it as sys.last_value, for `after`
        shell._showtraceback(kind, "", [])

    shell.transform_cell = lambda code: code
    shell.compile.flags &= ~(codeop.PyCF_DONT_IMPLY_DEDENT | codeop.PyCF_ALLOW_INCOMPLETE_INPUT)  # those of a prompt  # pyright: ignore[reportAttributeAccessIssue]
    shell.showtraceback = show
    shell.events.register("post_run_cell", lambda result: descriptors.drain())


def after(directory: str, key: str, codes: dict[str, str]) -> str:
    """Save the names under `key`; JSON of what the cell used, and of its error if it raised.

    `codes` has the code of every cell so far by its id, that of the cell that has just run last.
    """
    import sys

    from IPython import get_ipython

    from engineroom.kernel.used import used
    from engineroom_site.cells.cache import open_cache

    shell = get_ipython()
    names = used(list(codes.values())[-1], shell.user_ns)
    error, sys.last_value = getattr(sys, "last_value", None), None
    for leftover in ("last_exc", "last_traceback", "last_type"):
        sys.__dict__.pop(leftover, None)
    with open_cache(directory) as cache:
        save(cache, key, shell.user_ns, shell.user_ns_hidden)
    cells = {PurePath(shell.compile.get_code_name(code, code, 0)).name: stacks.Source(id, code) for id, code in codes.items()}
    return json.dumps({"used": names, "error": told(error, _Cells(cells)) if error is not None else None})


def restore(directory: str, key: str) -> bool:
    """Put back what was saved under `key`; False when that cannot be done."""
    from IPython import get_ipython

    from engineroom_site.cells.cache import open_cache

    with open_cache(directory) as cache:
        return load(cache, key, get_ipython().user_ns)


def save(cache: Any, key: str, namespace: dict[str, Any], hidden: Any = ()) -> bool:
    kept = {n: v for n, v in namespace.items() if n not in hidden and n not in _HIDDEN and not n.startswith("_")}
    file, digests = io.BytesIO(), []

    def apart(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < LARGE:
            return True
        digest = hashlib.sha256(raw).hexdigest()
        if ("buffer", digest) not in cache:
            cache.set(("buffer", digest), bytes(raw))
        digests.append(digest)
        return False

    try:
        pickler = _Pickler(file, namespace, apart)
        pickler.dump({"names": kept, "random": random.getstate(), "numpy": np.random.get_state()})
    except Exception:  # anything may refuse: a lock, an open file, a generator
        return False
    cache.set(("names", key), (file.getvalue(), digests))
    return True


def load(cache: Any, key: str, namespace: dict[str, Any]) -> bool:
    data, digests = cache.get(("names", key), (None, ()))
    buffers = [cache.get(("buffer", digest)) for digest in digests]
    if data is None or any(buffer is None for buffer in buffers):
        return False
    try:
        found = _Unpickler(io.BytesIO(data), namespace, [bytearray(buffer) for buffer in buffers]).load()
    except Exception:
        return False
    namespace.update(found["names"])
    random.setstate(found["random"])
    np.random.set_state(found["numpy"])
    return True


class _Pickler(cloudpickle.Pickler):
    def __init__(self, file: io.BytesIO, namespace: dict[str, Any], apart: Any):
        super().__init__(file, protocol=5, buffer_callback=apart)
        self.namespace = namespace
        self.globals_ref[id(namespace)] = namespace

    def persistent_id(self, object_: Any) -> str | None:
        return "names" if object_ is self.namespace else None

    def reducer_override(self, object_: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        if (
            type(object_) is np.ndarray
            and type(object_.base) is np.ndarray
            and object_.base.data.contiguous
            and not object_.dtype.hasobject
        ):
            base = object_.base
            offset = object_.__array_interface__["data"][0] - base.__array_interface__["data"][0]
            return _view, (base, offset, object_.shape, object_.strides, object_.dtype, object_.flags.writeable)
        return super().reducer_override(object_)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, namespace: dict[str, Any], buffers: list[bytearray]):
        super().__init__(file, buffers=buffers)
        self.namespace = namespace

    def persistent_load(self, id: str) -> Any:
        return self.namespace


def _view(base: np.ndarray, offset: int, shape: Any, strides: Any, dtype: np.dtype, writeable: bool) -> np.ndarray:
    view = np.ndarray(shape, dtype, buffer=base, offset=offset, strides=strides)
    view.flags.writeable = writeable
    return view


def told(error: BaseException, cells: Mapping[str, stacks.Source]) -> dict[str, Any]:
    """The error as the page's kernel tells it, without what only this machine has: frames outside the page's cells."""
    found = tracebacks.describe(error, cells)
    frames = [{name: frame[name] for name in ("cell", "line", "name", "text")} for frame in found["frames"] if frame["kind"] == "cell"]
    return {name: found[name] for name in ("ename", "evalue", "notes", "own")} | {"traceback": [], "frames": frames}


class _Cells(Mapping[str, stacks.Source]):
    """Sources by the names of their files, whatever folder those are in: a restored function's was another kernel's."""

    def __init__(self, sources: Mapping[str, stacks.Source]):
        self._sources = sources

    def __getitem__(self, file: str) -> stacks.Source:
        return self._sources[PurePath(file).name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)
