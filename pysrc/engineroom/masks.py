"""Masks that let a position see fewer than all earlier ones. Boolean, True where the query may look; `xp` and `device` as in causal_mask."""

from types import ModuleType
from typing import Any

from engineroom.arrays import Array
from engineroom.attention import causal_mask
from engineroom.errors import ShapeError


def sliding_mask(n: int, window: int, xp: ModuleType, seen: int = 0, device: Any = None) -> Array:
    r"""Position $i$ may look at $j$ when $i - w < j \le i$: itself and the $w - 1$ before it. (n, seen + n).

    Beltagy et al. 2020, arXiv 2004.05150, section 3.1; causal as in Mistral 7B (Jiang et al. 2023, arXiv 2310.06825, section 2).
    The n queries come after `seen` positions. Raises ShapeError for a window below 1.
    """
    if window < 1:
        raise ShapeError(f"a window of {window} positions would hide a position from itself")
    position = xp.arange(seen + n, device=device)
    return causal_mask(n, xp, seen, device) & (position[None, :] > position[seen:, None] - window)


def chunked_mask(n: int, chunk: int, xp: ModuleType, seen: int = 0, device: Any = None) -> Array:
    r"""Position $i$ may look at $j \le i$ when $\lfloor j/c \rfloor = \lfloor i/c \rfloor$: nothing crosses a border. (n, seen + n).

    Llama 4's local layers (meta-llama/llama-models, `llama4/model.py`). The n queries come after `seen` positions.
    Raises ShapeError for a chunk below 1.
    """
    if chunk < 1:
        raise ShapeError(f"chunks of {chunk} positions hold nothing")
    number = xp.arange(seen + n, device=device) // chunk
    return causal_mask(n, xp, seen, device) & (number[None, :] == number[seen:, None])
