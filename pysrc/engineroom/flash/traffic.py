"""What passes between slow and fast memory: counted while a loop runs, and in closed form.

Counted are numbers: each time a tile of Q, K, V, O, of the statistics, or of a mask that is given as an array, is brought to fast memory,
and each time one is written back, the first zeros of algorithm 1 included. Not counted is what never leaves fast memory, among it a
causal mask. The standard way is counted at its best: each matrix product reads its two factors once. For b leading axes, b times as many.
"""

import math
from dataclasses import dataclass

from engineroom.arrays import Array
from engineroom.flash.tiles import Tiles


@dataclass
class Traffic:
    """Numbers read from slow memory and written to it. Loads and stores of a loop go through it."""

    read: int = 0
    written: int = 0

    def load(self, tile: Array) -> Array:
        self.read += math.prod(tile.shape)
        return tile

    def store(self, tile: Array) -> Array:
        self.written += math.prod(tile.shape)
        return tile

    def n_bytes(self, per_number: int = 4) -> int:
        """Bytes moved both ways, at so many for a number (float32: 4)."""
        return per_number * (self.read + self.written)


def standard_traffic(n_q: int, n_k: int, d_k: int, d_v: int) -> Traffic:
    r"""Of standard_attention: Q, K, V and O once, and the scores and the weights each written and read, $4nd + 4n^2$.

    Dao et al. 2022, algorithm 0 and theorem 2: $\Theta(Nd + N^2)$.
    """
    scores = n_q * n_k
    return Traffic(n_q * d_k + n_k * d_k + scores + scores + n_k * d_v, scores + scores + n_q * d_v)


def flash_traffic(n_q: int, n_k: int, d_k: int, d_v: int, tiles: Tiles) -> Traffic:
    r"""Of flash_attention without a mask: K and V once; Q, and O, $\ell$ and $m$ both ways, once for each tile of keys.

    With block_sizes of a fast memory of M numbers, $12 N^2 d^2/M$ and lesser terms: theorem 2's $\Theta(N^2 d^2 M^{-1})$.
    """
    passes = -(-n_k // tiles.columns)
    kept = n_q * (d_v + 2)  # O, ℓ and m
    return Traffic(n_k * (d_k + d_v) + passes * (n_q * d_k + kept), kept + passes * kept)


def flash_2_traffic(n_q: int, n_k: int, d_k: int, d_v: int, tiles: Tiles) -> Traffic:
    """Of flash_attention_2 without a mask: Q, O and L once; K and V once for each tile of queries."""
    passes = -(-n_q // tiles.rows)
    return Traffic(n_q * d_k + passes * n_k * (d_k + d_v), n_q * (d_v + 1))


def held(d_k: int, d_v: int, tiles: Tiles) -> int:
    """Numbers that are in fast memory at once: tiles of Q, K, V and O, their scores, and two statistics a row."""
    rows, columns = tiles
    return rows * (d_k + d_v + 2) + columns * (d_k + d_v) + rows * columns
