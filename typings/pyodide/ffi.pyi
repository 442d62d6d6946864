"""What the library uses of Pyodide 0.27's `pyodide.ffi`."""

from collections.abc import Awaitable, Callable
from typing import Any

class JsProxy:
    def __getattr__(self, name: str) -> Any: ...

class JsException(JsProxy, Exception): ...

def can_run_sync() -> bool: ...
def create_proxy(obj: Any, /, *, capture_this: bool = False, roundtrip: bool = True) -> Any: ...
def run_sync[T](x: Awaitable[T]) -> T: ...
def to_js(
    obj: Any,
    /,
    *,
    depth: int = -1,
    pyproxies: Any = None,
    create_pyproxies: bool = True,
    dict_converter: Callable[..., Any] | None = None,
    default_converter: Callable[..., Any] | None = None,
) -> Any: ...
