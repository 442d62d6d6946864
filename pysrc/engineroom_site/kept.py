"""Results of pure functions kept by content in `.build/kept`: what is slow to make and depends on its arguments and its code alone."""

import hashlib
import pickle
from collections.abc import Callable
from functools import cache, wraps
from typing import cast

import diskcache

from engineroom_site import imports
from engineroom_site.paths import BUILD, ROOT

FOLDER = BUILD / "kept"
LIMIT = 1 << 30  # bytes; what was used longest ago goes first
LOCK = ROOT / "requirements.lock"


def kept[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """`function`, whose result for the same arguments is taken from disk, as long as its module, all that this imports of the project's
    Python, and the locked requirements are the same. Arguments and result are pickled; what it raises is not kept.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def given(*args: P.args, **kwargs: P.kwargs) -> R:
        key = f"{name} {_code(function.__module__)} {hashlib.sha256(pickle.dumps((args, kwargs), protocol=5)).hexdigest()}"
        found = cast(tuple[R] | None, _results().get(key))
        if found is None:
            found = (function(*args, **kwargs),)
            _results().set(key, found)
        return found[0]

    return given


@cache
def _results() -> diskcache.Cache:
    return diskcache.Cache(str(FOLDER), size_limit=LIMIT, eviction_policy="least-recently-used")


@cache
def _code(module: str) -> str:
    total = hashlib.sha256()
    for path in (LOCK, *imports.closure([module])):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
