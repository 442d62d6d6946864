"""rope, rope_angles."""

import numpy as np

from engineroom import rope, rope_angles
from engineroom.errors import DTypeError, ShapeError, UnsupportedConfig
from raises.samples import ids, x

TABLE = {
    rope_angles.checked: [
        (UnsupportedConfig, "needs .* for factor", lambda: rope_angles.checked({"rope_type": "linear"}, 2, 1e4)),
        (UnsupportedConfig, "'other'", lambda: rope_angles.checked({"rope_type": "other"}, 2, 1e4)),
    ],
    rope_angles.frequencies: [(ShapeError, "3 numbers", lambda: rope.frequencies(3, 1e4, np))],
    rope.rotation: [(UnsupportedConfig, "layout must be .* not 'other'", lambda: rope.rotation(np.ones(2), 3, layout="other"))],
    rope.rotate: [
        (ShapeError, r"x \(2, 4\) is not 2 positions of 3 pairs", lambda: rope.rotate(x, np.ones(3))),
        (DTypeError, "x must", lambda: rope.rotate(ids, np.ones(1))),
        (UnsupportedConfig, "layout must be .* not 'other'", lambda: rope.rotate(x, np.ones(2), layout="other")),
    ],
    rope.repack: [
        (ShapeError, "4 rows", lambda: rope.repack(x.T, 4, "half")),
        (UnsupportedConfig, "layout must be .* not 'other'", lambda: rope.repack(x, 1, "other")),
    ],
    rope_angles.scaled: [
        (UnsupportedConfig, "needs .* for factor", lambda: rope.scaled(np.ones(2), 1e4, {"rope_type": "linear"})),
        (
            UnsupportedConfig,
            "'other'",
            lambda: rope.scaled(np.ones(2), 1e4, {"rope_type": "other", "factor": 2.0, "original_max_position_embeddings": 4}),
        ),
    ],
    rope.Rotation.__call__: [(ShapeError, r"x \(2, 4\) is not 3 positions of 2 pairs", lambda: rope.rotation(np.ones(2), 3)(x))],
}
