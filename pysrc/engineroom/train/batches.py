"""Windows of a text: which may be learned from, and which are kept to measure with."""

from typing import NamedTuple

import numpy as np

from engineroom.errors import ShapeError


class Split(NamedTuple):
    """Where windows may begin: those learned from, and those held out. No window of one shares an id with a window of the other."""

    train: np.ndarray  # (n,) integers
    held_out: np.ndarray  # (m,)


def held_out(n: int, length: int, share: float = 0.05, block: int = 2048, seed: int = 0, borders: np.ndarray | None = None) -> Split:
    """Random blocks of a text of n ids are held out, together about `share` of it, and at least one; windows have length + 1 ids.

    Blocks are `block` ids long, or begin at `borders`, as chapters do. Random ones, since a text's end is unlike the rest: another book.
    Raises ShapeError when no window fits into what is held out or what is left, or the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ShapeError(f"a share of {share} cannot be held out: it lies between 0 and 1")
    starts = np.unique(np.concatenate([[0], np.arange(0, n, block) if borders is None else np.asarray(borders)])).astype(np.int64)
    sizes = np.diff(starts, append=n)
    order = np.random.default_rng([seed, n]).permutation(len(starts))
    chosen = order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), share * n)))]
    out = np.zeros(n, dtype=bool)
    for i in chosen:
        out[starts[i] : starts[i] + sizes[i]] = True
    windows = max(0, n - length)
    count = np.concatenate([[0], np.cumsum(out)])
    held = count[length + 1 : length + 1 + windows] - count[:windows]  # ids of each window that are held out
    found = Split(np.flatnonzero(held == 0), np.flatnonzero(held == length + 1))
    if not len(found.train) or not len(found.held_out):
        raise ShapeError(f"{n} ids in blocks of about {int(sizes.mean())} are too few for windows of {length + 1} on both sides")
    return found


def batch(ids: np.ndarray, starts: np.ndarray, size: int, length: int, seed: int, step: int) -> np.ndarray:
    """The windows of one step, (size, length + 1): drawn from `starts` by seed and step alone, so that a run can be continued anywhere."""
    at = np.random.default_rng([seed, step]).choice(starts, size)
    return ids[at[:, None] + np.arange(length + 1)]


def spread(ids: np.ndarray, starts: np.ndarray, count: int, length: int) -> np.ndarray:
    """Windows spread evenly over `starts`, at most `count` of them: the same each time, to measure with."""
    at = starts[np.unique(np.linspace(0, len(starts) - 1, min(count, len(starts))).astype(np.int64))]
    return ids[at[:, None] + np.arange(length + 1)]
