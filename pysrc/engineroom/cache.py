"""The KV cache: keys and values of earlier positions are kept, since later positions never change them.

Causal attention only. Pope et al. 2022, arXiv 2211.05102, section 2. A cache does not change: appending to it gives another one. What
both hold is in memory once where it can be, or a step would be as dear as the text is long.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engineroom.arrays import Array, device, floating, on_host
from engineroom.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer's keys and values, (..., g, n, d_head); None before the first."""

    key: Array = None
    value: Array = None
    _room: "_Room | None" = field(default=None, repr=False)

    @property
    def n(self) -> int:
        """Positions held."""
        return 0 if self.key is None else self.key.shape[-2]

    @property
    def size(self) -> int:
        """Numbers held: 2 · g · n · d_head."""
        return sum(held.size for held in (self.key, self.value) if held is not None)

    def append(self, key: Array, value: Array) -> "Layer":
        """The layer that holds new keys and values (..., g, n, d_head) too, after its own. Raises ShapeError, DTypeError."""
        xp = floating(key, "key", ndim=3)
        if on_host(key):
            return self._in_room(key, value)
        if self.key is None:
            return Layer(key, value)
        return Layer(xp.concat([self.key, key], axis=-2), xp.concat([self.value, value], axis=-2))

    def truncate(self, n: int) -> "Layer":
        """The layer that holds the first n positions only."""
        return self if n >= self.n else Layer(self.key[..., :n, :], self.value[..., :n, :])

    def _in_room(self, key: Array, value: Array) -> "Layer":
        start, end = self.n, self.n + key.shape[-2]
        room = self._room
        if room is None or room.used != start or room.key.shape[-2] < end:  # somebody else has gone on from here, or it is full
            room = _Room(self, key, value, 2 * end)
        return Layer(*room.write(key, value), room)


class _Room:
    """NumPy arrays with room for more positions, each of which is written once: what a layer shows of them stays as it is."""

    def __init__(self, layer: Layer, key: Array, value: Array, n: int):
        self.used = 0
        self.key, self.value = (_empty(new, n) for new in (key, value))
        if layer.key is not None:
            self.write(layer.key, layer.value)

    def write(self, key: Array, value: Array) -> tuple[Array, Array]:
        start, self.used = self.used, self.used + key.shape[-2]
        self.key[..., start : self.used, :], self.value[..., start : self.used, :] = key, value
        return self.key[..., : self.used, :], self.value[..., : self.used, :]


def _empty(like: Array, n: int) -> Array:
    return floating(like).zeros((*like.shape[:-2], n, like.shape[-1]), dtype=like.dtype, device=device(like))


@dataclass(frozen=True, eq=False)
class Cache:
    """One `Layer` for each of a model's layers; its length is the number of positions held."""

    layers: tuple[Layer, ...]

    @classmethod
    def new(cls, n_layers: int) -> "Cache":
        """For a model of so many layers."""
        return cls((Layer(),) * n_layers)

    def __len__(self) -> int:
        return min(layer.n for layer in self.layers)

    def n_bytes(self, per_number: int = 4) -> int:
        """Bytes of the keys and values held, at so many bytes for a number (float32: 4)."""
        return per_number * sum(layer.size for layer in self.layers)

    def truncate(self, n: int) -> "Cache":
        """The cache without the positions from n on. Raises ShapeError when there are fewer."""
        if not 0 <= n <= len(self):
            raise ShapeError(f"the cache holds {len(self)} positions: it cannot be cut to {n}")
        return Cache(tuple(layer.truncate(n) for layer in self.layers))


class Appended:
    """A cache on its way through a model: each layer's attention appends to it, and `cache` is what comes of it. None stays None."""

    def __init__(self, cache: Cache | None):
        self._layers = None if cache is None else list(cache.layers)

    def layer(self, number: int) -> Callable[[Array, Array], tuple[Array, Array]] | None:
        """What attention.heads takes as its `cache`: new keys and values to all there are."""
        if self._layers is None:
            return None
        layers, before = self._layers, self._layers[number]

        def append(key: Array, value: Array) -> tuple[Array, Array]:
            after = layers[number] = before.append(key, value)
            return after.key, after.value

        return append

    @property
    def cache(self) -> Any:  # a Cache, or None
        return None if self._layers is None else Cache(tuple(self._layers))
