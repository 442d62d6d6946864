"""How queries and keys are cut, and which tiles a mask hides altogether."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from engineroom.arrays import Array, on_host
from engineroom.attention import check_mask
from engineroom.errors import ShapeError

# Which of a tile's keys its queries may see: all (True), none (False), or a mask (..., rows, columns) as in scaled_dot_product.
type Look = Callable[[slice, slice], bool | Array]


class Tiles(NamedTuple):
    """rows: queries in a tile, $B_r$; columns: keys in a tile, $B_c$. The last tiles may be smaller."""

    rows: int
    columns: int


def block_sizes(fast: int, d: int) -> Tiles:
    r"""$B_c = \lceil M/4d \rceil$ and $B_r = \min(B_c, d)$ for a fast memory of M numbers: Dao et al. 2022, algorithm 1, line 1.

    Tiles of K, V, Q and O are M/4 each at most. Not counted in it are the scores' tile, at most M/4 too, and the statistics.
    Raises ShapeError for sizes below 1.
    """
    if min(fast, d) < 1:
        raise ShapeError(f"a fast memory of {fast} numbers and heads of {d}: both must be at least 1")
    columns = -(-fast // (4 * d))
    return Tiles(min(columns, d), columns)


def cut(n: int, size: int) -> Iterator[slice]:
    """Slices of `size` positions, the last one smaller, that cover n. Raises ShapeError for a size below 1."""
    if size < 1:
        raise ShapeError(f"a tile of {size} positions holds nothing")
    return (slice(begin, min(begin + size, n)) for begin in range(0, max(n, 1), size))  # one empty tile where there is nothing


def causal(xp: ModuleType, seen: int = 0, device: Any = None) -> Look:
    """attention.causal_mask, a tile at a time and never whole: position i may look at j when j ≤ i.

    The queries come after `seen` positions whose keys are kept. `xp` is the array library to make masks with, such as `np`, `device` where.
    """

    def look(rows: slice, columns: slice) -> bool | Array:
        first, last = seen + rows.start, seen + rows.stop - 1
        if columns.stop - 1 <= first:
            return True
        if columns.start > last:
            return False
        return xp.arange(columns.start, columns.stop, device=device)[None, :] <= xp.arange(first, last + 1, device=device)[:, None]

    return look


def look_for(mask: Array | Look | None, query: Array, key: Array, load: Callable[[Array], Array]) -> Look:
    """The mask as a function of a tile: one that is there as an array is fetched tile by tile through `load`.

    A tile that a boolean one hides altogether is False, where its values can be read (arrays.on_host). Raises ShapeError, DTypeError as attention.masked.
    """
    if mask is None:
        return lambda rows, columns: True
    if callable(mask):
        return mask
    xp = check_mask(mask, (*query.shape[:-1], key.shape[-2]))
    down, across = (1, 1, *mask.shape)[-2:]
    whole = xp.reshape(mask, (*mask.shape[:-2], down, across))

    def look(rows: slice, columns: slice) -> bool | Array:
        tile = load(whole[..., rows if down > 1 else slice(None), columns if across > 1 else slice(None)])
        return False if on_host(tile) and tile.dtype == bool and not tile.any() else tile

    return look
