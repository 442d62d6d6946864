"""What goes to file descriptors 1 and 2, from C, a child or os.write, comes in its place among what is printed. Runs inside the kernel.

ipykernel watches the descriptors from a thread, which comes too late to keep the order.
"""

import codecs
import ctypes
import os
import sys
import tempfile
from typing import Any


class Descriptors:
    """Takes over the descriptors and the writing of `sys.stdout` and `sys.stderr`."""

    def __init__(self) -> None:
        self._taken = [_Taken(1, sys.stdout), _Taken(2, sys.stderr)]
        for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
            stream.reconfigure(line_buffering=True)
        for taken in self._taken:
            self._before(taken.stream, "write")
            self._before(taken.stream, "flush")
            taken.stream.fileno = lambda fd=taken.fd: fd

    def drain(self) -> None:
        """Print what has been written since."""
        for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
            stream.flush()
        _C.fflush(None)
        for taken in self._taken:
            taken.drain()

    def _before(self, stream: Any, name: str) -> None:
        do = getattr(stream, name)

        def after_draining(*arguments: Any) -> Any:
            self.drain()
            return do(*arguments)

        setattr(stream, name, after_draining)


class _Taken:
    """A descriptor that leads into a file, and how much of that has been printed."""

    def __init__(self, fd: int, stream: Any):
        self.fd, self.stream, self._write = fd, stream, stream.write
        self._file, self._at = tempfile.TemporaryFile(buffering=0), 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        os.dup2(self._file.fileno(), fd)

    def drain(self) -> None:
        while data := os.pread(self._file.fileno(), 1 << 20, self._at):
            self._at += len(data)
            if text := self._decode(data):
                self._write(text)


_C = ctypes.CDLL(None)
