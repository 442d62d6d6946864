"""The session inside the page's worker: JavaScript on one side, `Session` on the other."""

import ctypes
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from pyodide.ffi import can_run_sync, create_proxy, run_sync

from engineroom import download
from engineroom.kernel import session

_real_sleep = time.sleep


class _Usage(ctypes.Structure):
    """What C's mallinfo tells."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ["arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"]
    ]


class _Heap:
    """The memory of WebAssembly. It only grows, so what counts is what of it is in use."""

    def __init__(self):
        c = ctypes.CDLL(None)
        self._footprint, self._usage = c.malloc_footprint, c.mallinfo
        self._footprint.restype, self._usage.restype = ctypes.c_size_t, _Usage

    def in_use(self) -> int:
        # mallinfo walks through every block: only asked where it matters.
        footprint = self._footprint()
        return footprint if footprint <= session.MEMORY else self._usage().uordblks


class WorkerHost(session.Host):
    """What the worker does for a session; `worker` is its JavaScript object."""

    def __init__(self, worker: Any):
        self._worker = worker
        self._heap = _Heap()
        self.arm = worker.arm

    def ask(self, prompt: str, password: bool) -> str | None:
        if self._worker.canWait:
            answer = self._worker.ask(prompt, password)
        elif can_run_sync():
            answer = run_sync(self._worker.askLater(prompt, password))
        else:
            return None
        if answer is None:
            raise KeyboardInterrupt
        return answer

    def memory(self) -> int:
        return self._heap.in_use()

    def pause(self, seconds: float) -> None:
        if not self._worker.canWait:
            _real_sleep(seconds)
        elif self._worker.pause(seconds * 1000):
            raise KeyboardInterrupt

    def written(self) -> Iterable[tuple[str, str]]:
        text = self._worker.written()
        return json.loads(text) if text else ()

    def release(self) -> None:
        _C.fflush(None)


_C = ctypes.CDLL(None)


class Bridge:
    """Takes and gives JSON, so that nothing of Python's has to be kept alive in JavaScript."""

    def __init__(self, inner: session.Session):
        self._inner = inner
        self.tick, self.expect, self.interrupt = inner.tick, inner.expect, inner.interrupt

    async def run(self, page: str, cell: str, code: str, send: Callable[[str], object]) -> str:
        return json.dumps(await self._inner.run(page, cell, code, send))

    def complete(self, page: str, code: str, cursor: int) -> str:
        return json.dumps(self._inner.complete(page, code, cursor))


def open(worker: Any) -> Any:
    """Start the session and hand JavaScript its end of it."""
    inner = session.Session(WorkerHost(worker))
    inner.install()
    download.may_fetch = worker.mayFetch
    return create_proxy(Bridge(inner))
