"""What a site with live cells lends to the questions that are answered in one."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from engineroom_quiz.authoring.fences import Fence
from engineroom_quiz.compute import answered

type Grade = Callable[[str, Mapping[str, Any]], Iterable[dict[str, Any]]]  # runs tests on names: {"name", "passed", "said"} for each


class Host(NamedTuple):
    """`grade` runs tests. `cells` are the ids of the live cells among a page's fences: which those are, only the site knows.

    `answered` is compute.answered, or one that remembers.
    """

    grade: Grade
    cells: Callable[[Iterable[Fence]], Collection[str]]
    answered: Callable[[str, str], str] = answered
