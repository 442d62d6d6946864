"""The page's JavaScript globals, as Pyodide has them: whatever the browser has."""

from typing import Any

def __getattr__(name: str) -> Any: ...
