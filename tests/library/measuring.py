"""measured.json, which the pages' badges read: an ordinary run compares with it, `make measure` rewrites it.

A run fails on an error well above the recorded bound (another processor rounds otherwise), on other cases or another measure, and, where all of tests/library ran and
passed, on an entry that no test measures any more. With xdist each worker tells what it found when it ends.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MEASURED = HERE / "measured.json"
KEY: pytest.StashKey["Measuring"] = pytest.StashKey()

ROUNDING = 4  # times the recorded bound: sums taken in another order, by another processor's instructions

type Entry = dict[str, Any]  # against, cases, error, metric


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--measure", action="store_true", help="rewrite tests/library/measured.json instead of comparing with it")


class Measuring:
    """What the tests of this process measured; in the process that started the others, what all did."""

    def __init__(self, config: pytest.Config, path: Path = MEASURED):
        config.stash[KEY] = self
        self._config, self._path = config, path
        self._rewrite = config.getoption("measure", False)
        self._recorded: dict[str, Entry] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._found: dict[str, Entry] = {}
        self._measuring: set[str] = set()  # the tests that measure
        self._passed: set[str] = set()
        self._whole = self._left_out = False
        self._said: list[str] = []

    def measure(self, name: str, *, against: str, error: float, metric: str, cases: int) -> None:
        """Compare with what is recorded. An error is kept as an upper bound of one significant digit."""
        entry = {"against": str(against), "cases": int(cases), "error": bound(float(error)), "metric": metric}
        self._keep(name, entry)
        if not self._rewrite and (wrong := drift(name, entry, self._recorded.get(name))):
            pytest.fail(f"{wrong}. If that is meant, `make measure` records it", pytrace=False)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        here = [item for item in session.items if item.path.is_relative_to(self._path.parent)]
        self._measuring = {item.nodeid for item in here if "measured" in item.fixturenames}
        files = {item.path for item in here}
        everything = all(path in files for path in self._path.parent.rglob("test_*.py"))
        self._whole = everything and not self._left_out and not any("::" in argument for argument in session.config.args)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._left_out = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if told := getattr(node, "workeroutput", {}).get("measured"):
            for name, entry in told["found"].items():
                self._keep(name, entry)
            self._measuring |= set(told["measuring"])
            self._whole = told["whole"]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["measured"] = {"found": self._found, "measuring": sorted(self._measuring), "whole": self._whole}
            return
        complete = self._whole and self._measuring <= self._passed
        if self._rewrite:
            self._said = [self._written(complete)]
        elif complete:
            self._said = [
                f"{name}: no test measures it any more; `make measure` takes it out" for name in self._recorded if name not in self._found
            ]
            if self._said and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._said:
            terminalreporter.section(self._path.name)
            for line in self._said:
                terminalreporter.line(line)

    def _keep(self, name: str, entry: Entry) -> None:
        """Where several tests measure one thing, the largest error counts."""
        self._found[name] = max(self._found.get(name, entry), entry, key=lambda entry: entry["error"])

    def _written(self, complete: bool) -> str:
        if not self._measuring <= self._passed:
            return "not written: a test that measures did not pass"
        kept = {} if complete else self._recorded
        after = kept | {name: settled(entry, self._recorded.get(name, {})) for name, entry in self._found.items()}
        self._path.write_text(json.dumps(after, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        return f"{len(self._found)} entries measured, {len(after)} written" + (
            "" if complete else ": the others stay, since not every test ran"
        )


def drift(name: str, entry: Entry, recorded: Entry | None) -> str:
    """What is no longer as recorded; nothing where all is."""
    if recorded is None:
        return f"{name} is measured and not recorded"
    if entry["error"] > ROUNDING * recorded["error"]:
        return f"{name}: the {entry['metric']} is up to {entry['error']}; recorded is {recorded['error']}"
    other = [
        f"{key} is {entry[key]!r}, recorded is {recorded[key]!r}" for key in ("against", "cases", "metric") if entry[key] != recorded[key]
    ]
    return f"{name}: {'; '.join(other)}" if other else ""


def settled(entry: Entry, old: Entry) -> Entry:
    """A bound that still holds, within a factor of ten, stays as it is: other machines' roundings do not change the file."""
    if {**old, "error": 0} == {**entry, "error": 0} and old["error"] / 10 <= entry["error"] <= old["error"]:
        return old
    return entry


def bound(error: float) -> float:
    """Rounded up to one significant digit."""
    if not math.isfinite(error) or error < 0:
        raise ValueError(f"an error of {error} is no measurement")
    if error == 0:
        return 0.0
    power = math.floor(math.log10(error))
    return float(f"{math.ceil(round(error / 10.0**power, 6))}e{power}")
