"""The session inside the page's worker: JavaScript on one side, `Session` on the other."""

import ctypes
import json
import time

from pyodide.ffi import can_run_sync, create_proxy, run_sync

from engineroom.kernel import session

_real_sleep = time.sleep


class WorkerHost:
    """What the worker does for a session; `worker` is its JavaScript object."""

    def __init__(self, worker):
        self._worker = worker
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
        self.tick, self.interrupt = inner.tick, inner.interrupt

    async def run(self, page, cell, code, send):
        return json.dumps(await self._inner.run(page, cell, code, send))

    def complete(self, page, code, cursor):
        return json.dumps(self._inner.complete(page, code, cursor))


def open(worker):
    """Start the session and hand JavaScript its end of it."""
    inner = session.Session(WorkerHost(worker))
    inner.install()
    return create_proxy(Bridge(inner))
