"""Runs a question's tests on what the reader has written, one by one, and says of each how it went."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any


def results(tests: str, names: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """For each function in `tests` that is called test_…, in order: {"name", "passed", "said"}.

    tests: Python. names: what the reader's cells have left behind; it is not changed. `said` is what an assertion said, or the
    error's name and message; it is empty for a test that passed.
    """
    here = dict(names)
    exec(compile(tests, "<tests>", "exec"), here)
    for name, test in list(here.items()):
        if name.startswith("test_") and name not in names and callable(test):
            title = (test.__doc__ or name.removeprefix("test_").replace("_", " ")).strip().split("\n")[0]
            yield {"name": title, **_tried(test)}


def report(tests: str, names: Mapping[str, Any]) -> None:
    """Print the results as JSON, a line as soon as each is known."""
    for result in results(tests, names):
        print(json.dumps(result), flush=True)


def _tried(test: Callable[[], object]) -> dict[str, Any]:
    try:
        test()
    except AssertionError as error:
        return {"passed": False, "said": str(error) or "what it asserts does not hold"}
    except Exception as error:
        return {"passed": False, "said": f"{type(error).__name__}: {error}"}
    return {"passed": True, "said": ""}
