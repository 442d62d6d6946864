"""What a module imports, read without running it: the files of this project that decide what it does."""

import ast
from collections.abc import Iterator
from pathlib import Path


def closure(folder: Path, module: str) -> set[Path]:
    """The files below `folder` of the dotted name `module` and of all that it imports, directly or not, wherever in the code.

    A module brings the `__init__` of every package it lies in. Raises ModuleNotFoundError when `module` is not in `folder`, ValueError
    for an import whose name is computed.
    """
    if file_of(folder, module) is None:
        raise ModuleNotFoundError(f"{folder} has no module {module}")
    found, waiting = {}, [module]
    while waiting:
        name = waiting.pop()
        file = file_of(folder, name)
        if file is not None and name not in found:
            found[name] = file
            waiting += [*packages(name), *imports(file, name)]
    return set(found.values())


def file_of(folder: Path, module: str) -> Path | None:
    """The file of `module` below `folder`; None when there is none: another project's, or a name inside a module."""
    path = folder.joinpath(*module.split("."))
    return next((file for file in (path / "__init__.py", path.parent / f"{path.name}.py") if file.is_file()), None)


def packages(module: str) -> Iterator[str]:
    """The packages that `module` lies in, the nearest first."""
    while module := module.rpartition(".")[0]:
        yield module


def imports(file: Path, module: str) -> Iterator[str]:
    """What the code of `module` may import: `from a.b import c` gives a.b and a.b.c, of which the second may be no module."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))
        elif isinstance(node, ast.Call) and _callee(node.func) in ("import_module", "__import__"):
            name = node.args[0] if node.args else None
            if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
                raise ValueError(f"{file}, line {node.lineno}: which module this imports cannot be read from the code")
            yield name.value


def _base(node: ast.ImportFrom, package: str) -> str:
    """The module that `from … import` names; with a dot for each package to go up from, `package` being the first."""
    if not node.level:
        return node.module
    parts = package.split(".")
    return ".".join(parts[: len(parts) - node.level + 1] + ([node.module] if node.module else []))


def _callee(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))
