"""Cells run one after another, each page's in a namespace of its own. The last pages' namespaces are kept, as far as memory goes.

A namespace is a real module called `__main__`, as in a notebook, so that pickling and `inspect` work on what a cell defines.
"""

import __future__

import ast
import asyncio
import builtins
import functools
import gc
import getpass
import io
import linecache
import operator
import sys
import time
import tokenize
import types
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from inspect import CO_COROUTINE
from typing import Any

from engineroom.kernel import complete, display, formats, stacks, streams, tracebacks, used
from engineroom.kernel.ask import Asker
from engineroom.kernel.streams import Output

_FUTURES = functools.reduce(operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))


PAGES = 8  # whose names are kept
MEMORY = 1_000_000_000  # bytes in use, beyond which only the running page's are


class Host:
    """What the session asks of the place it runs in. The page's worker has its own; this one waits for nobody."""

    def arm(self, on: bool) -> None:
        """Whether an interrupt may be delivered now."""

    def ask(self, prompt: str, password: bool) -> str | None:
        """The reader's answer, or None when no question can be asked."""
        return None

    def pause(self, seconds: float) -> None:
        """Sleep; may raise KeyboardInterrupt."""
        _sleep(seconds)

    def memory(self) -> int:
        """Bytes in use; 0 where memory is no concern."""
        return 0

    def written(self) -> Iterable[tuple[str, str]]:
        """What has come by the file descriptors 1 and 2 since: ("stdout" or "stderr", text) pairs."""
        return ()

    def release(self) -> None:
        """Let C write what it has kept back."""


_sleep = time.sleep
_outputs: ContextVar[streams.Outputs | None] = ContextVar("engineroom.kernel.session.outputs", default=None)


class Session:
    """Runs cells. One at a time: `run` must not be called before the last one has returned."""

    def __init__(self, host: Host | None = None):
        self._host = host or Host()
        self._pages: dict[str, tuple[types.ModuleType, _Compiler]] = {}
        self._files: dict[str, tuple[str, stacks.Source]] = {}
        self._count = 0
        self._task = None
        self._early = False
        self._current = None

    def install(self) -> None:
        """Take over `sys.stdout`, `input`, `display` and the like in this interpreter."""
        sys.stdout = sys.__stdout__ = streams.Stream("stdout", self.write, self.flush)
        sys.stderr = sys.__stderr__ = streams.Stream("stderr", self.write, self.flush)
        sys.excepthook = tracebacks.show
        asker = Asker(self._host.ask, self._send_now)
        builtins.input, getpass.getpass = asker.input, asker.getpass
        for name in ("display", "update_display", "clear_output"):
            setattr(builtins, name, getattr(display, name))
        time.sleep = self._pause

    def namespace(self, page: str) -> types.ModuleType:
        """The page's module, made when it is first asked for."""
        if page not in self._pages:
            module = types.ModuleType("__main__")
            module.__dict__["__builtins__"] = builtins
            self._pages[page] = (module, _Compiler())
        return self._pages[page][0]

    def forget(self, page: str | None = None) -> None:
        """Drop a page's names (None: every page's)."""
        for gone in [page] if page is not None else list(self._pages):
            module, _ = self._pages.pop(gone, (None, None))
            if module is not None:
                module.__dict__.clear()
        self._files = {name: cell for name, cell in self._files.items() if cell[0] in self._pages}

    def expect(self) -> None:
        """`run` is about to be called: an interrupt from now on is for that run, begun or not."""
        self._early = False

    async def run(self, page: str, cell: str, code: str, send: Callable[[str], object]) -> dict[str, Any]:
        """Run one cell; `send` gets its outputs as JSON lists.

        Returns {"status", "used", "gone": the pages whose names were let go to make room}.
        """
        module = self.namespace(page)
        self._pages[page] = self._pages.pop(page)  # the last of them
        gone = self._make_room(page)
        sys.modules["__main__"] = module
        self._count += 1
        outputs = self._current = streams.Outputs(send)
        token = display._target.set(self._add)
        self._task = asyncio.ensure_future(self._guarded(page, module, cell, code, outputs))
        if self._early:
            self._task.cancel()
        try:
            status = await self._task
        except asyncio.CancelledError:  # stopped before it began, or in the very moment it ended
            outputs.add(tracebacks.stopped())
            status = "stopped"
        except _NoRoom:
            status, gone = "error", gone + self._leave_all_but(page)
            if gone:
                outputs.write("stderr", "The names of other pages have been let go to make room. Run the cell again.\n")
        finally:
            self._task = None
            display._target.reset(token)
            self._host.release()
            self._drain(outputs)
            outputs.flush()
        return {"status": status, "used": used.used(code, module.__dict__), "gone": gone + self._make_room(page)}

    def _make_room(self, page: str):
        """Let the names of the pages go that ran longest ago, until what is left may stay. Returns those pages."""
        others = [name for name in self._pages if name != page]
        gone = others[: max(0, len(self._pages) - PAGES)]
        for name in gone:
            self.forget(name)
        for name in others[len(gone) :]:
            if self._host.memory() <= MEMORY:
                break
            self.forget(name)
            gc.collect()
            gone.append(name)
        return gone

    def _leave_all_but(self, page: str):
        others = [name for name in self._pages if name != page]
        for name in others:
            self.forget(name)
        gc.collect()
        return others

    def interrupt(self) -> None:
        """Stop a cell that awaits something. (One that computes is stopped by a signal.)"""
        self._early = True
        if self._task is not None:
            self._task.cancel()

    def complete(self, page: str, code: str, cursor: int) -> list[complete.Completion]:
        """Completions at `cursor` (see `engineroom.kernel.complete`)."""
        return complete.complete(code, cursor, self.namespace(page).__dict__)

    def write(self, name: str, text: str) -> None:
        """Write to the cell this runs in; late tasks write to the cell that started them."""
        target = _outputs.get() or self._current
        if target is not None:
            self._drain(target)
            target.write(name, text)

    def flush(self) -> None:
        """What `sys.stdout.flush` does: send if it is time."""
        target = _outputs.get() or self._current
        if target is not None:
            target.tick()

    def tick(self) -> None:
        """Send output that is due. The worker calls this now and then while a cell computes."""
        if self._current is not None:
            self._drain(self._current)
            self._current.tick()

    def _send_now(self):
        if self._current is not None:
            self._drain(self._current)
            self._current.flush()

    def _add(self, output: Output):
        target = _outputs.get() or self._current
        if target is not None:
            self._drain(target)
            target.add(output)

    def _drain(self, target: streams.Outputs):
        """What went around `print` comes before what comes next."""
        for name, text in self._host.written():
            target.write(name, text)

    async def _guarded(self, page: str, module: types.ModuleType, cell: str, code: str, outputs: streams.Outputs):
        _outputs.set(outputs)
        try:
            return await self._execute(page, module, cell, code, outputs)
        except (KeyboardInterrupt, asyncio.CancelledError):
            outputs.add(tracebacks.stopped())
            return "stopped"
        except BaseException as error:
            if _fatal(error):
                raise
            outputs.add(tracebacks.describe(error, {name: source for name, (_, source) in self._files.items()}))
            if isinstance(error, MemoryError):
                raise _NoRoom from None
            return "error"

    async def _execute(self, page: str, module: types.ModuleType, cell: str, code: str, outputs: streams.Outputs):
        filename = self._remember(page, cell, code)
        compiler = self._pages[page][1]
        tree = compiler.parse(code, filename)
        silent = _ends_with_semicolon(code)
        for index, node in enumerate(tree.body):
            show = index == len(tree.body) - 1 and isinstance(node, ast.Expr)
            program = compiler.program(node, filename, show)
            self._host.arm(True)
            try:
                value = eval(program, module.__dict__)
                if program.co_flags & CO_COROUTINE:
                    value = await value
                if show and value is not None and not silent:
                    self._result(value, outputs)
            finally:
                self._host.arm(False)
        return "ok"

    def _result(self, value: Any, outputs: streams.Outputs):
        data, metadata = formats.bundle(value)
        if data:
            self._drain(outputs)
            outputs.add({"output_type": "execute_result", "data": data, "metadata": metadata, "execution_count": self._count})

    def _remember(self, page: str, cell: str, code: str):
        """Name the code, and let tracebacks and `inspect` find its lines. Another text gets another name."""
        name, number = f"<cell {cell}>", 1
        while self._taken(name, page, code):
            number += 1
            name = f"<cell {cell} ({number})>"
        linecache.cache[name] = (len(code), None, stacks.lines(code), name)
        self._files[name] = (page, stacks.Source(cell, code))
        return name

    def _taken(self, name: str, page: str, code: str):
        if name not in linecache.cache:
            return False
        return "".join(linecache.getlines(name)) != code or self._files.get(name, (page,))[0] != page

    def _pause(self, seconds: float, /):
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        if seconds >= streams.INTERVAL:
            self._send_now()
        self._host.pause(float(seconds))


class _NoRoom(Exception):
    """A cell has run out of memory, and has said so."""


class _Compiler:
    """Compiles a page's statements; `from __future__` holds for the cells that follow, as in a notebook."""

    def __init__(self):
        self._flags = 0

    def parse(self, code: str, filename: str) -> ast.Module:
        return compile(code, filename, "exec", self._flags | ast.PyCF_ONLY_AST | PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)

    def program(self, node: ast.stmt, filename: str, show: bool) -> types.CodeType:
        tree = ast.Expression(node.value) if show and isinstance(node, ast.Expr) else ast.Module([node], [])
        flags = self._flags | PyCF_ALLOW_TOP_LEVEL_AWAIT
        program = compile(tree, filename, "eval" if show else "exec", flags, dont_inherit=True)
        self._flags |= program.co_flags & _FUTURES
        return program


def _ends_with_semicolon(code: str):
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return False
    blank = {tokenize.ENDMARKER, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.DEDENT, tokenize.INDENT}
    last = next((token for token in reversed(tokens) if token.type not in blank), None)
    return last is not None and last.type == tokenize.OP and last.string == ";"


def _fatal(error: BaseException):
    """Is the interpreter itself gone? Then nothing more may be asked of it."""
    return type(error).__name__ == "PyodideFatalError"
