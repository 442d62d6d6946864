"""attention, masks and flash."""

import numpy as np

from engineroom import attention, flash, masks
from engineroom.errors import DTypeError, MissingTensor, ShapeError
from engineroom.flash import tiles
from raises.samples import ids, x

weights = {name: {"weight": np.ones((4, 4))} for name in ("query", "key", "value", "output")}
cut = flash.Tiles(2, 2)
LOOPS = (flash.flash_attention, flash.flash_attention_2)

TABLE = {
    attention.softmax: [
        (DTypeError, "x must hold", lambda: attention.softmax(ids)),
        (ShapeError, "axis 3", lambda: attention.softmax(x, axis=3)),
    ],
    attention.scaled_dot_product: [
        (ShapeError, "query .* and key .* d_k", lambda: attention.scaled_dot_product(x, np.ones((2, 3)), x)),
        (
            ShapeError,
            r"query \(2, 2, 4\).* key \(3, 2, 4\)",
            lambda: attention.scaled_dot_product(np.ones((2, 2, 4)), *[np.ones((3, 2, 4))] * 2),
        ),
        (DTypeError, "mask must be", lambda: attention.scaled_dot_product(x, x, x, np.ones((2, 2), int))),
    ],
    attention.check_projections: [
        (ShapeError, "key .* and value .* n_k", lambda: attention.check_projections(x, x, np.ones((3, 4)))),
        (DTypeError, "key must hold", lambda: attention.check_projections(x, ids, x)),
    ],
    attention.attention_weights: [
        (ShapeError, "mask .* does not broadcast", lambda: attention.attention_weights(x, x, np.ones((3, 3), bool))),
        (DTypeError, "mask must be boolean", lambda: attention.attention_weights(x, x, np.ones((2, 2), int))),
    ],
    attention.masked: [
        (ShapeError, "mask .* does not broadcast", lambda: attention.masked(x, np.ones((3, 3), bool))),
        (DTypeError, "mask must be boolean", lambda: attention.masked(x, np.ones((2, 4), int))),
    ],
    attention.check_mask: [
        (ShapeError, "mask .* does not broadcast", lambda: attention.check_mask(np.ones((3, 3), bool), (2, 4))),
        (DTypeError, "mask must be an array", lambda: attention.check_mask([1], (2, 4))),
    ],
    attention.split_heads: [(ShapeError, "3 equal heads", lambda: attention.split_heads(x, 3))],
    attention.heads: [
        (MissingTensor, "query", lambda: attention.heads(x, {}, 2)),
        (ShapeError, "3 equal heads", lambda: attention.heads(x, weights, 3)),
        (DTypeError, "x must", lambda: attention.heads(ids, weights, 2)),
    ],
    attention.grouped: [
        (ShapeError, "3 query heads", lambda: attention.grouped(np.ones((3, 2, 4)), np.ones((2, 2, 4)), np.ones((2, 2, 4))))
    ],
    attention.multi_head: [
        (MissingTensor, "output", lambda: attention.multi_head(x, {k: v for k, v in weights.items() if k != "output"}, 2)),
        (ShapeError, "3 equal heads", lambda: attention.multi_head(x, weights, 3)),
        (DTypeError, "x must", lambda: attention.multi_head(ids, weights, 2)),
    ],
    masks.sliding_mask: [(ShapeError, "window", lambda: masks.sliding_mask(3, 0, np))],
    masks.chunked_mask: [(ShapeError, "chunk", lambda: masks.chunked_mask(3, 0, np))],
    flash.standard_attention: [
        (ShapeError, "query .* and key .* d_k", lambda: flash.standard_attention(x, np.ones((2, 3)), x)),
        (DTypeError, "mask must be", lambda: flash.standard_attention(x, x, x, np.ones((2, 2), int))),
    ],
    **{
        loop: [
            (ShapeError, "query .* and key .* d_k", lambda loop=loop: loop(x, np.ones((2, 3)), x, cut)),
            (ShapeError, "n_k is 0", lambda loop=loop: loop(x, x[:0], x[:0], cut)),
            (
                ShapeError,
                r"query \(2, 2, 4\).* key \(3, 2, 4\)",
                lambda loop=loop: loop(np.ones((2, 2, 4)), *[np.ones((3, 2, 4))] * 2, cut),
            ),
            (ShapeError, "mask .* does not broadcast", lambda loop=loop: loop(x, x, x, cut, np.ones((3, 3), bool))),
            (ShapeError, "a tile of 0 positions", lambda loop=loop: loop(x, x, x, flash.Tiles(2, 0))),
            (DTypeError, "mask must be", lambda loop=loop: loop(x, x, x, cut, np.ones((2, 2), int))),
            (DTypeError, "key must hold", lambda loop=loop: loop(x, ids, x, cut)),
        ]
        for loop in LOOPS
    },
    tiles.block_sizes: [
        (ShapeError, "memory of 0 numbers", lambda: flash.block_sizes(0, 4)),
        (ShapeError, "heads of 0", lambda: flash.block_sizes(4, 0)),
    ],
    tiles.cut: [(ShapeError, "a tile of 0 positions", lambda: tiles.cut(3, 0))],
    tiles.look_for: [
        (ShapeError, "mask .* does not broadcast", lambda: tiles.look_for(np.ones((3, 3), bool), x, x, lambda tile: tile)),
        (DTypeError, "mask must be", lambda: tiles.look_for(np.ones((2, 2), int), x, x, lambda tile: tile)),
    ],
}
