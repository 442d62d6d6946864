"""A question's tests: each is tried, in order, on what the reader has written, and nothing of theirs is changed."""

import json

import pytest

from engineroom import grading

TESTS = '''
def test_adds():
    """adds two numbers"""
    assert add(1, 2) == 3, f"1 and 2 make 3, not {add(1, 2)}"

def test_of_nothing():
    assert add(0, 0) == 0

def helper():
    assert False
'''


@pytest.mark.parametrize(
    "add, said",
    [
        (lambda a, b: a + b, [True, True]),
        (lambda a, b: a * b, ["1 and 2 make 3, not 2", True]),
        (lambda a, b: None, ["1 and 2 make 3, not None", "what it asserts does not hold"]),
        (lambda a: a, ["TypeError: ", "TypeError: "]),
    ],
)
def test_each_test_says_how_it_went(add, said):
    names = {"add": add, "test_of_the_readers_own": lambda: 1 / 0}
    found = list(grading.results(TESTS, names))
    assert [result["name"] for result in found] == ["adds two numbers", "of nothing"] and len(names) == 2
    for result, wanted in zip(found, said):
        assert result["passed"] == (wanted is True)
        assert result["said"] == "" if wanted is True else result["said"].startswith(wanted)


def test_results_come_a_line_at_a_time(capsys):
    grading.report(TESTS, {"add": lambda a, b: a + b})
    assert [json.loads(line)["passed"] for line in capsys.readouterr().out.splitlines()] == [True, True]


def test_tests_that_are_no_python_raise():
    with pytest.raises(SyntaxError):
        list(grading.results("def test_(", {}))
