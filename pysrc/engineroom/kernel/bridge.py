"""The session inside the page's worker: JavaScript on one side, `Session` on the other."""

import ctypes
import json
import time

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

    def in_use(self):
        # mallinfo walks through every block: only asked where it matters.
        footprint = self._footprint()
        return footprint if footprint <= session.MEMORY else self._usage().uordblks


class WorkerHost:
    """What the worker does for a session; `worker` is its JavaScript object."""

    def __init__(self, worker):
        self._worker = worker
        self._heap = _Heap()
        self.arm = worker.arm

    def ask(self, prompt, password):
        if self._worker.canWait:
            answer = self._worker.ask(prompt, password)
        elif can_run_sync():
            answer = run_sync(self._worker.askLater(prompt, password))
        else:
            return None
        if answer is None:
            raise KeyboardInterrupt
        return answer

    def memory(self):
        return self._heap.in_use()

    def pause(self, seconds):
        if not self._worker.canWait:
            _real_sleep(seconds)
        elif self._worker.pause(seconds * 1000):
            raise KeyboardInterrupt

    def written(self):
        text = self._worker.written()
        return json.loads(text) if text else ()

    def release(self):
        _C.fflush(None)


_C = ctypes.CDLL(None)


class Bridge:
    """Takes and gives JSON, so that nothing of Python's has to be kept alive in JavaScript."""

    def __init__(self, inner):
        self._inner = inner
        self.tick, self.expect, self.interrupt = inner.tick, inner.expect, inner.interrupt

    async def run(self, page, cell, code, send):
        return json.dumps(await self._inner.run(page, cell, code, send))

    def complete(self, page, code, cursor):
        return json.dumps(self._inner.complete(page, code, cursor))


def open(worker):
    """Start the session and hand JavaScript its end of it."""
    inner = session.Session(WorkerHost(worker))
    inner.install()
    download.may_fetch = worker.mayFetch
    return create_proxy(Bridge(inner))
