"""What all tests share: they come in any order, in one process or several."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BROWSER = Path(__file__).parent / "browser"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--again", action="store_true", help="run also the pages whose cells have passed on this machine before")


@pytest.fixture(scope="session")
def again(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("again")


@contextmanager
def apart(item: pytest.Item) -> Iterator[None]:
    """Playwright's event loop counts as running between its calls: out of the way of tests that run one themselves."""
    running = asyncio._get_running_loop()
    if running is None or item.path.is_relative_to(BROWSER):
        yield
        return
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(running)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    with apart(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    with apart(item):
        return (yield)
