"""The KV cache: keys and values of earlier positions are kept, since later positions never change them.

Causal attention only. Pope et al. 2022, arXiv 2211.05102, section 2. The one thing in the library that changes in place:
to copy all of it for each token would make a step as dear as the text is long.
"""

from engineroom.arrays import Array, floating
from engineroom.errors import ShapeError


class Layer:
    """One layer's keys and values; what attention.heads takes as its `cache`."""

    def __init__(self):
        self.n = 0  # positions held
        self._key: Array = None  # with room for more
        self._value: Array = None

    def __call__(self, key: Array, value: Array) -> tuple[Array, Array]:
        """Keep new keys and values (..., g, n, d_head) and return all there are, (..., g, n_k, d_head)."""
        start, end = self.n, self.n + key.shape[-2]
        if self._key is None or self._key.shape[-2] < end:
            self._key, self._value = self._grown(self._key, key, 2 * end), self._grown(self._value, value, 2 * end)
        self._key[..., start:end, :], self._value[..., start:end, :] = key, value
        self.n = end
        return self._key[..., :end, :], self._value[..., :end, :]

    def _grown(self, held: Array | None, new: Array, room: int) -> Array:
        xp = floating(new, ndim=3)
        larger = xp.zeros((*new.shape[:-2], room, new.shape[-1]), dtype=new.dtype)
        if held is not None:
            larger[..., : self.n, :] = held[..., : self.n, :]
        return larger

    @property
    def size(self) -> int:
        """Numbers held: 2 · g · n · d_head."""
        return sum(held[..., : self.n, :].size for held in (self._key, self._value) if held is not None)


class Cache:
    """One `Layer` for each of a model's layers, in `layers`; its length is the number of positions held."""

    def __init__(self, n_layers: int):
        self.layers = [Layer() for _ in range(n_layers)]

    def __len__(self) -> int:
        return min(layer.n for layer in self.layers)

    def n_bytes(self, per_number: int = 4) -> int:
        """Bytes of the keys and values held, at so many bytes for a number (float32: 4)."""
        return per_number * sum(layer.size for layer in self.layers)

    def truncate(self, n: int) -> None:
        """Forget the positions from n on. Raises ShapeError when there are fewer."""
        if not 0 <= n <= len(self):
            raise ShapeError(f"the cache holds {len(self)} positions: it cannot be cut to {n}")
        for layer in self.layers:
            layer.n = n
