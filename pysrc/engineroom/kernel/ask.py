"""`input` and `getpass` in a page: the question goes to the page, the cell waits."""

import sys
from collections.abc import Callable


class Asker:
    """Puts questions to the page through `ask(prompt, password)`, which gives the answer, or None when it cannot wait."""

    def __init__(self, ask: Callable[[str, bool], str | None], before: Callable[[], object]):
        self._put, self._before = ask, before

    def input(self, prompt: object = "", /) -> str:
        """Read a line from the reader. Raises EOFError where this browser cannot let a cell wait."""
        prompt = str(prompt)
        answer = self._ask(prompt, False)
        sys.stdout.write(f"{prompt}{answer}\n")
        return answer

    def getpass(self, prompt: str = "Password: ", stream: object = None) -> str:
        """Read a line without showing it."""
        return self._ask(str(prompt), True)

    def _ask(self, prompt: str, password: bool):
        self._before()
        answer = self._put(prompt, password)
        if answer is None:
            raise EOFError("this browser cannot let a cell wait for an answer: give the value in the code instead of asking for it")
        return answer
