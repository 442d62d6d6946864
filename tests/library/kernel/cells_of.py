"""A session that hands back what a cell showed, and leaves this interpreter as it found it."""

import asyncio
import builtins
import contextlib
import getpass
import json
import sys
import time

from engineroom.kernel.session import Host, Session

_TAKEN = [
    (sys, "stdout"),
    (sys, "stderr"),
    (sys, "__stdout__"),
    (sys, "__stderr__"),
    (sys, "excepthook"),
    (builtins, "input"),
    (getpass, "getpass"),
    (time, "sleep"),
]
_GIVEN = ("display", "update_display", "clear_output")


class Cells:
    """Runs cells one after another; `last` is the result of the last one."""

    def __init__(self, host=None):
        self.session = Session(host or Host())
        self.batches = []

    def __call__(self, code, page="page/", cell="cell", during=None):
        outputs = []

        def send(text):
            batch = json.loads(text)
            self.batches.append(batch)
            outputs.extend(batch)

        async def run():
            running = asyncio.ensure_future(self.session.run(page, cell, code, send))
            if during:
                await during(self.session)
            return await running

        with _installed(self.session):
            self.last = asyncio.run(run())
        return outputs


@contextlib.contextmanager
def _installed(session):
    saved = [(place, name, getattr(place, name)) for place, name in _TAKEN]
    main = sys.modules["__main__"]
    try:
        session.install()
        yield
    finally:
        for place, name, value in saved:
            setattr(place, name, value)
        for name in _GIVEN:
            vars(builtins).pop(name, None)
        sys.modules["__main__"] = main
