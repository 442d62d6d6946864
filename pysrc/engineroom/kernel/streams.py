"""A cell's output on its way to the page: in order, in batches, and never more than a page can bear."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import Callable
from typing import Any

TEXT_LIMIT = 1_000_000
RICH_LIMIT = 20_000_000
INTERVAL = 0.03

type Output = dict[str, Any]  # as nbformat has it: an "output_type", and what goes with it


class Outputs:
    """Collects one cell's outputs and sends them as JSON lists, at most one message per `interval` seconds.

    `send(json_text)` takes a list of nbformat-shaped outputs. What goes beyond a limit is dropped, with one notice: text counts in
    characters over the whole cell, that of streams and that of results apart, so that a flood of prints does not hide the result; rich
    outputs count in characters of their data.
    """

    def __init__(
        self,
        send: Callable[[str], object],
        text_limit: int = TEXT_LIMIT,
        rich_limit: int = RICH_LIMIT,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._send, self._interval, self._clock = send, interval, clock
        self._text_left, self._plain_left, self._rich_left = text_limit, text_limit, rich_limit
        self._text_limit, self._rich_limit = text_limit, rich_limit
        self._pending, self._last, self._timer = [], float("-inf"), None
        self._appending = False  # `tick` may come between any two bytecodes of the methods that append

    def write(self, name: str, text: str) -> None:
        """Append text to the stream `name`."""
        if self._text_left <= 0:
            return
        self._appending = True
        try:
            if len(text) > self._text_left:
                self._append(name, text[: self._text_left])
                self._text_left = 0
                self._append("stderr", notice(self._text_limit) + "\n")
            else:
                self._text_left -= len(text)
                self._append(name, text)
        finally:
            self._appending = False
        if text.endswith("\n"):  # print() writes a line and its end apart
            self.tick()
        elif self._timer is None:
            self._later(self._interval)

    def add(self, output: Output) -> None:
        """Append an output other than a stream."""
        self._appending = True
        try:
            self._add(output, output["output_type"])
        finally:
            self._appending = False
        self.tick()

    def _add(self, output: Output, kind: str):
        if kind == "clear_output":
            self._text_left, self._plain_left, self._rich_left = self._text_limit, self._text_limit, self._rich_limit
            if not output["wait"]:
                self._pending.clear()
        elif kind != "error":
            output = {**output, "data": self._within_limits(output["data"])}
            if not output["data"] and kind == "execute_result":
                return
        self._pending.append(output)

    def tick(self) -> None:
        """Send what waits, if it is time; else see that it will be."""
        if not self._pending or self._appending:
            return
        wait = self._last + self._interval - self._clock()
        if wait <= 0:
            self.flush()
        elif self._timer is None:
            self._later(wait)

    def flush(self) -> None:
        """Send what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            batch, self._pending = self._pending, []
            self._last = self._clock()
            self._send(encode([_joined(output) for output in batch]))

    def _append(self, name: str, text: str):
        last = self._pending[-1] if self._pending else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["parts"].append(text)
        else:
            self._pending.append({"output_type": "stream", "name": name, "parts": [text]})

    def _later(self, seconds: float):
        # The loop turns only while the cell awaits something.
        with contextlib.suppress(RuntimeError):
            self._timer = asyncio.get_running_loop().call_later(seconds, self.flush)

    def _within_limits(self, data: dict[str, Any]):
        plain = data.get("text/plain")
        if isinstance(plain, str):
            if len(plain) > self._plain_left:
                cut = notice(self._text_limit)
                data = {**data, "text/plain": plain[: self._plain_left] + cut if self._plain_left else cut.lstrip()}
            self._plain_left = max(0, self._plain_left - len(plain))
        rich = sum(len(value) if isinstance(value, str) else len(encode(value)) for mime, value in data.items() if mime != "text/plain")
        if rich > self._rich_left:
            self._rich_left = 0
            return {"text/plain": f"[Output limit: figures and HTML after {_size(self._rich_limit)} are not shown.]"}
        self._rich_left -= rich
        return data


class Stream(io.TextIOBase):
    """A `sys.stdout` that writes to whatever `write` finds to be the running cell."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, write: Callable[[str, str], object], flush: Callable[[], object]):
        self.name, self._write, self._flush = f"<{name}>", write, flush
        self._stream = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._write(self._stream, text)
        return len(text)

    def flush(self) -> None:
        self._flush()

    def fileno(self) -> int:
        return {"stdout": 1, "stderr": 2}[self._stream]

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False


def encode(value: Any) -> str:
    """JSON that every browser reads: NaN and infinities become null, unknown objects their text."""
    try:
        return json.dumps(value, allow_nan=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False, default=_plain)


def _joined(output: Output):
    if output["output_type"] == "stream":
        return {"output_type": "stream", "name": output["name"], "text": "".join(output["parts"])}
    return output


def _plain(value: Any):
    for convert in ("tolist", "item"):
        if hasattr(value, convert):
            return getattr(value, convert)()
    return str(value)


def _finite(value: Any):
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if hasattr(value, "tolist"):
        return _finite(value.tolist())
    return value


def notice(limit: int) -> str:
    """What is put where text was cut after `limit` characters."""
    return f"\n[Output limit: text after {_size(limit)} is not shown.]"


def _size(characters: int):
    return f"{characters // 1_000_000} MB" if characters >= 1_000_000 else f"{characters} characters"
