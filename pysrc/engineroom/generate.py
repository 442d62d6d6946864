"""Generation: ask for the next token, add it, ask again. Any model with a `next_logits(ids, cache)` can do it."""

import codecs
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any

from engineroom.arrays import Array, namespace
from engineroom.attention import softmax
from engineroom.sample import draw

type NextLogits = Callable[[Sequence[int], Any], Array]  # ids not yet in the cache, the cache → (vocab_size,)
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


def stream(
    next_logits: NextLogits, cache: Any, ids: Sequence[int], n: int, choose: Choice = greedy, stop: Container[int] = ()
) -> Iterator[int]:
    """Up to n tokens to come after `ids`, each as soon as it is chosen; ends before the first that is in `stop`.

    The cache, empty at first or holding the ids' beginning, is filled on the way: every id passes through the model once.
    """
    said, new = list(ids), list(ids)[len(cache) :]
    for _ in range(n):
        chosen = choose(next_logits(new, cache), said)
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
