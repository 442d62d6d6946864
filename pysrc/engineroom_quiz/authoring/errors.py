"""What is wrong with a page, in words its author can act on."""

from typing import NamedTuple


class AuthorError(NamedTuple):
    """One mistake: `docs/x.md:12: reason`."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class AuthorErrors(Exception):
    """Every mistake found in a page."""

    def __init__(self, errors: list[AuthorError]):
        self.errors = sorted(errors)
        super().__init__("\n".join(map(str, self.errors)))
