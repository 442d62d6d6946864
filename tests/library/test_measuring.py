"""measured.json is compared with, and rewritten only when that is asked for: small suites of tests, run whole and in part."""

import json
from pathlib import Path

import pytest

import measuring

pytest_plugins = ["pytester"]

CONFTEST = f"""
import sys
from pathlib import Path
import pytest
sys.path.insert(0, {str(Path(__file__).parent)!r})
import measuring

pytest_addoption = measuring.pytest_addoption

def pytest_configure(config):
    config.pluginmanager.register(measuring.Measuring(config, Path(__file__).with_name("measured.json")), "measuring")

@pytest.fixture
def measured(request):
    return request.config.stash[measuring.KEY].measure
"""
TESTS = """
def test_rope(measured):
    measured("RoPE", against="PyTorch 2", error={error}, metric="max abs. error", cases={cases})

def test_softmax(measured):
    measured("softmax", against="PyTorch 2", error=0, metric="max abs. error", cases=40)

def test_nothing():
    pass
"""
WORKERS = ["-n0", pytest.param("-n2", marks=pytest.mark.slow)]
ROPE = {"against": "PyTorch 2", "cases": 8, "error": 1e-6, "metric": "max abs. error"}
SOFTMAX = {"against": "PyTorch 2", "cases": 40, "error": 0.0, "metric": "max abs. error"}


@pytest.fixture
def suite(pytester):
    """Runs the tests, with this error and these cases, over these records; gives the result and the records after it."""

    def run(*arguments, error=4e-7, cases=8, tests=TESTS, records=None, workers="-n0"):
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(test_one=tests.format(error=error, cases=cases), test_two="def test_other(): pass")
        file = pytester.path / "measured.json"
        file.write_text(json.dumps({"RoPE": ROPE, "softmax": SOFTMAX} if records is None else records))
        start = pytester.runpytest_inprocess if workers == "-n0" else pytester.runpytest_subprocess
        result = start(workers, "-p", "no:cacheprovider", *arguments)
        return result, json.loads(file.read_text())

    return run


@pytest.mark.parametrize("workers", WORKERS)
def test_what_is_as_recorded_passes_and_changes_nothing(suite, workers):
    result, after = suite(workers=workers)
    assert result.ret == 0 and after == {"RoPE": ROPE, "softmax": SOFTMAX}
    result.assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"error": 4.1e-6}, "RoPE: the max abs. error is up to 5e-06; recorded is 1e-06"),
        ({"cases": 9}, "RoPE: cases is 9, recorded is 8"),
        ({"records": {"RoPE": ROPE | {"against": "PyTorch 1"}, "softmax": SOFTMAX}}, "against is 'PyTorch 2', recorded is 'PyTorch 1'"),
        ({"records": {"softmax": SOFTMAX}}, "RoPE is measured and not recorded"),
    ],
)
def test_drift_fails_in_the_test_that_measures(suite, change, said):
    result, after = suite(**change)
    assert result.ret == 1 and after == change.get("records", {"RoPE": ROPE, "softmax": SOFTMAX})
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines([f"*{said.replace('[', '[[]')}*make measure*"])


@pytest.mark.parametrize("workers", WORKERS)
def test_an_entry_that_no_test_measures_fails_a_whole_run(suite, workers):
    more = {"RoPE": ROPE, "softmax": SOFTMAX, "erf": SOFTMAX}
    result, after = suite(records=more, workers=workers)
    assert result.ret == 1 and after == more
    result.stdout.fnmatch_lines(["*measured.json*", "erf: no test measures it any more; `make measure` takes it out"])
    result.assert_outcomes(passed=4)


@pytest.mark.parametrize("part", [["-k", "softmax"], ["test_one.py"], ["test_one.py::test_rope", "test_two.py"]])
def test_a_part_of_the_suite_says_nothing_of_the_rest(suite, part):
    result, _ = suite(*part, records={"RoPE": ROPE, "softmax": SOFTMAX, "erf": SOFTMAX})
    assert result.ret == 0


def test_what_was_skipped_is_not_missed(suite):
    result, _ = suite(
        tests=TESTS + "\ndef test_erf(measured):\n    import pytest\n    pytest.skip('no node')\n",
        records={"RoPE": ROPE, "softmax": SOFTMAX, "erf": SOFTMAX},
    )
    assert result.ret == 0


@pytest.mark.parametrize("workers", WORKERS)
def test_measuring_rewrites(suite, workers):
    result, after = suite("--measure", error=3e-6, cases=9, records={"RoPE": ROPE, "erf": SOFTMAX}, workers=workers)
    assert result.ret == 0 and after == {"RoPE": ROPE | {"error": 3e-6, "cases": 9}, "softmax": SOFTMAX}
    result.stdout.fnmatch_lines(["2 entries measured, 2 written"])


def test_of_one_thing_measured_twice_the_largest_error_counts(suite):
    tests = TESTS.replace(
        "def test_rope(measured):", "import pytest\n@pytest.mark.parametrize('error', [3e-6, 2e-6])\ndef test_rope(measured, error):"
    )
    assert suite("--measure", error="error", tests=tests)[1]["RoPE"]["error"] == 3e-6


def test_a_bound_that_holds_stays(suite):
    assert suite("--measure", error=2e-7)[1]["RoPE"]["error"] == 1e-6
    assert suite("--measure", error=2e-8)[1]["RoPE"]["error"] == 2e-8


def test_measuring_a_part_keeps_the_rest(suite):
    _, after = suite("--measure", "-k", "rope", cases=9, records={"RoPE": ROPE, "erf": SOFTMAX})
    assert after == {"RoPE": ROPE | {"error": 4e-7, "cases": 9}, "erf": SOFTMAX}


def test_after_a_failure_nothing_is_written(suite):
    tests = TESTS.replace("cases=40)", "cases=40)\n    assert False")
    result, after = suite("--measure", cases=9, tests=tests)
    assert result.ret == 1 and after == {"RoPE": ROPE, "softmax": SOFTMAX}
    result.stdout.fnmatch_lines(["not written: a test that measures did not pass"])


@pytest.mark.parametrize(("error", "kept"), [(0, 0.0), (4e-7, 4e-7), (4.1e-7, 5e-7), (0.99, 1.0)])
def test_a_bound_has_one_digit_and_is_no_less(error, kept):
    assert measuring.bound(error) == kept


@pytest.mark.parametrize("error", [float("nan"), float("inf"), -1.0])
def test_what_is_no_measurement_is_refused(error):
    with pytest.raises(ValueError, match="is no measurement"):
        measuring.bound(error)
