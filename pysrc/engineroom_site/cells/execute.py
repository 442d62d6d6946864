"""Runs a page's cells as one notebook, in a fresh kernel of the running Python, and only those that changed or follow a change."""

import ast
import asyncio
import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any, cast

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async

from engineroom_quiz.authoring.errors import AuthorError, AuthorErrors
from engineroom_site.cells import cache
from engineroom_site.cells.cache import Result
from engineroom_site.cells.options import Cell

SECONDS = 300  # for one cell; a page that computes longer is no page
_MODULE = "__import__('engineroom_site.cells.checkpoint', fromlist=['after'])"


class Executor:
    """Runs cells against one data folder, with one cache. `ran` counts the cells that really ran."""

    def __init__(self, data: Path, directory: Path = cache.BUILD / "cells"):
        self.data, self.directory = data, directory
        self.cache = cache.open_cache(directory)
        self.start = cache.surroundings()
        self.ran = 0

    def run(self, cells: list[Cell], file: str) -> list[Result]:
        """What each cell gives. Raises AuthorErrors for a cell that raises, or that should and does not."""
        _check_python(cells, file)
        keys = cache.keys(cells, self.start, self.data)
        results = self._cached(keys)
        for cell, result in zip(cells, results):
            _check(cell, result, file)
        if len(results) < len(cells):
            results = asyncio.run(self._run(cells, keys, results, file))
        return results

    def ahead(self, pages: Iterable[tuple[list[Cell], str]]) -> None:
        """Run the cells of several pages, given as `run` takes them, on a kernel for each processor; `run` then finds their results.

        An author's mistakes are left for `run` to find. A single page with something to run is left to it too.
        """
        waiting = []
        for cells, file in pages:
            keys = cache.keys(cells, self.start, self.data)
            results = self._cached(keys)
            if len(results) < len(cells):
                waiting.append((cells, keys, results, file))
        if len(waiting) > 1:
            asyncio.run(self._together(waiting))

    async def _together(self, waiting: list[tuple[list[Cell], list[str], list[Result], str]]) -> None:
        turn = asyncio.Semaphore(os.cpu_count() or 1)

        async def one(page: tuple[list[Cell], list[str], list[Result], str]) -> None:
            async with turn:
                with suppress(AuthorErrors):
                    _check_python(page[0], page[3])
                    await self._run(*page)

        await asyncio.gather(*map(one, waiting))

    def _cached(self, keys: list[str]) -> list[Result]:
        """The results that are in the cache, up to the first that is not."""
        found: list[Any] = [self.cache.get(("result", key)) for key in keys]
        return [Result(*result) for result in takewhile(lambda result: result is not None, found)]

    async def _run(self, cells: list[Cell], keys: list[str], results: list[Result], file: str) -> list[Result]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.code) for cell in cells])
        with tempfile.TemporaryDirectory() as folder:
            client = NotebookClient(
                notebook, km=_manager(), allow_errors=True, timeout=SECONDS, startup_timeout=SECONDS, coalesce_streams=True, store_widget_state=False,
                extra_arguments=["--log-level=40"],  # else the kernel warns that it listens, on this machine's own address
            )  # fmt: skip
            async with client.async_setup_kernel(env=self._environment(folder), cwd=folder, cleanup_kc=True):
                await _ask(client, f"{_MODULE}.begin()")
                begin = len(results)
                while begin and not await _ask(client, f"{_MODULE}.restore({str(self.directory)!r}, {keys[begin - 1]!r})"):
                    begin -= 1
                results = results[:begin]
                for at in range(begin, len(cells)):
                    results.append(await self._cell(client, notebook, cells[: at + 1], keys[at], file))
        return results

    async def _cell(self, client: NotebookClient, notebook: Any, cells: list[Cell], key: str, file: str) -> Result:
        """Run the last of `cells`; those before it have run."""
        self.ran += 1
        at, cell = len(cells) - 1, cells[-1]
        codes = {cell.id: cell.code for cell in cells}
        try:
            done = await client.async_execute_cell(notebook.cells[at], at)
            told = json.loads(await _ask(client, f"{_MODULE}.after({str(self.directory)!r}, {key!r}, {codes!r})"))
        except CellTimeoutError:
            raise AuthorErrors([AuthorError(file, cell.line, f"the cell did not finish within {SECONDS} s")]) from None
        except DeadKernelError:
            raise AuthorErrors([AuthorError(file, cell.line, "Python died while running this cell")]) from None
        outputs = [json.loads(json.dumps(output)) for output in done.outputs]
        for output in outputs:
            if output["output_type"] == "error":
                output |= told["error"]
        result = Result(outputs, told["used"])
        _check(cell, result, file)
        self.cache.set(("result", key), tuple(result))
        return result

    def _environment(self, folder: str) -> dict[str, str]:
        fixed = {"ENGINEROOM_DATA": str(self.data), "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "IPYTHONDIR": folder,
                 "JUPYTER_PLATFORM_DIRS": "1", "NO_COLOR": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # fmt: skip
        return {**os.environ, **fixed}


def _manager() -> AsyncKernelManager:
    """A kernel of this interpreter's ipykernel, whatever kernels the machine has installed."""
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))


async def _ask(client: NotebookClient, expression: str) -> Any:
    kernel = cast(Any, client.kc)
    reply = await ensure_async(kernel.execute_interactive(
        "", silent=True, store_history=False, allow_stdin=False, user_expressions={"answer": expression},
        output_hook=lambda message: None, timeout=SECONDS,
    ))  # fmt: skip
    answer = reply["content"]["user_expressions"]["answer"]
    if answer["status"] != "ok":
        raise RuntimeError(f"{answer.get('ename')}: {answer.get('evalue')}")
    return ast.literal_eval(answer["data"]["text/plain"])


def _check_python(cells: list[Cell], file: str) -> None:
    """Cells are Python, top-level await included, and no more: the page knows no notebook magics."""
    errors = []
    for cell in cells:
        try:
            compile(cell.code, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError) as error:
            if "expect-error" not in cell.flags:
                errors.append(
                    AuthorError(file, cell.line + (getattr(error, "lineno", 1) or 1), f"SyntaxError: {getattr(error, 'msg', error)}")
                )
    if errors:
        raise AuthorErrors(errors)


def _check(cell: Cell, result: Result, file: str) -> None:
    error = next((output for output in result.outputs if output["output_type"] == "error"), None)
    if error is None and "expect-error" in cell.flags:
        raise AuthorErrors([AuthorError(file, cell.line, f'the cell "{cell.id}" is marked expect-error and raises nothing')])
    if error is not None and "expect-error" not in cell.flags:
        line = next((frame["line"] for frame in reversed(error["frames"]) if frame["cell"] == cell.id), 0)
        raise AuthorErrors([AuthorError(file, cell.line + line, f"{error['ename']}: {error['evalue']}")])
