"""Generation: ask for the next token, add it, ask again. Any model with a `step(ids, cache)` can do it, as partial(llama.step, model)."""

import codecs
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any

from engineroom.arrays import Array, namespace
from engineroom.attention import softmax
from engineroom.sample import draw

type Step = Callable[[Sequence[int], Any], tuple[Array, Any]]  # ids not yet in the cache, the cache → (vocab_size,), the cache with them
type Choice = Callable[[Array, Sequence[int]], int]  # logits, all ids so far → the next


def greedy(logits: Array, ids: Sequence[int] = ()) -> int:
    """The likeliest token: $\\arg\\max$."""
    return int(namespace(logits).argmax(logits))


def sampler(rng: Any, *steps: Callable[[Array], Array]) -> Choice:
    """A choice by chance: `steps`, such as partial(sample.top_p, p=0.9), one after another, then a draw with `rng`."""

    def choose(logits: Array, ids: Sequence[int] = ()) -> int:
        for step in steps:
            logits = step(logits)
        return draw(softmax(logits), rng)

    return choose


def stream(step: Step, cache: Any, ids: Sequence[int], n: int, choose: Choice = greedy, stop: Container[int] = ()) -> "Stream":
    """Up to n tokens to come after `ids`, each as soon as it is chosen; ends before the first that is in `stop`.

    The cache is empty at first, or holds the ids' beginning: every id passes through the model once.
    """
    return Stream(step, cache, ids, n, choose, stop)


class Stream(Iterator[int]):
    """The tokens of `stream`; `cache` holds all that have passed through the model so far."""

    def __init__(self, step: Step, cache: Any, ids: Sequence[int], n: int, choose: Choice, stop: Container[int]):
        self.cache = cache
        self._tokens = self._written(step, list(ids), n, choose, stop)

    def __next__(self) -> int:
        return next(self._tokens)

    def _written(self, step: Step, said: list[int], n: int, choose: Choice, stop: Container[int]) -> Iterator[int]:
        new = said[len(self.cache) :]
        for _ in range(n):
            logits, self.cache = step(new, self.cache)
            chosen = choose(logits, said)
            if chosen in stop:
                return
            yield chosen
            said.append(chosen)
            new = [chosen]


def text(ids: Iterable[int], spelling: Callable[[int], bytes]) -> Iterator[str]:
    """The text of a stream of ids, piece by piece: a character whose bytes come in several tokens waits for its last one."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for id in ids:
        if piece := decoder.decode(spelling(id)):
            yield piece
    if rest := decoder.decode(b"", final=True):
        yield rest
