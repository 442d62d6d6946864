"""optim: what cannot be stepped."""

import numpy as np

from engineroom import optim
from engineroom.errors import DTypeError, MissingTensor, ShapeError, UnsupportedConfig
from engineroom.optim import kinds

pair = np.ones(2)


def stepped(optimiser, params=pair, gradient=pair):
    return optimiser.step(params, optimiser.start(params), gradient, 0.1)


TABLE = {
    optim.adamw: [(ShapeError, "the trees differ", lambda: stepped(optim.adamw(), {"a": pair}, {"b": pair}))],
    optim.sgd: [(ShapeError, "the trees differ", lambda: stepped(optim.sgd(), {"a": pair}, {"b": pair}))],
    optim.muon: [(ShapeError, "Muon steps matrices", lambda: stepped(optim.muon()))],
    optim.orthogonal: [
        (ShapeError, "only a matrix", lambda: optim.orthogonal(pair)),
        (DTypeError, "x must hold", lambda: optim.orthogonal(np.ones((2, 2), int))),
    ],
    kinds.by_part: [
        (MissingTensor, "told of a; here are b", lambda: stepped(optim.by_part({"a": True}, optim.sgd(), optim.sgd()), {"b": pair}))
    ],
    optim.global_norm: [(ShapeError, "empty tree", lambda: optim.global_norm({}))],
    optim.clipped: [(ShapeError, "empty tree", lambda: optim.clipped({}, 1.0))],
    optim.flatten: [
        (ShapeError, "nothing to flatten", lambda: optim.flatten([])),
        (DTypeError, "0 is float64, 1 is not", lambda: optim.flatten([pair, pair.astype(np.float32)])),
    ],
    optim.warm_up_cosine: [(UnsupportedConfig, "does not fit a run of 5", lambda: optim.warm_up_cosine(1.0, 5, 5))],
    optim.warm_up_stable_decay: [(UnsupportedConfig, "do not fit a run of 9", lambda: optim.warm_up_stable_decay(1.0, 5, 9, 5))],
}
