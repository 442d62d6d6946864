"""by_type, grad: what cannot be differentiated as asked."""

import numpy as np

from engineroom import by_type, grad
from engineroom.errors import DTypeError, ShapeError, TapeError
from engineroom.grad import Tensor, tape, tensor, tree

pair = np.ones(2)


def leaf(values=pair):
    return Tensor(np.asarray(values))


def used():
    y = np.sum(leaf() * 2)
    y.backward()
    return y


def large():
    x = leaf()
    for _ in range(99):
        x = x * 2
    return x


SEEDS = lambda back: [
    (TapeError, "through sum before", lambda: back(used())),
    (ShapeError, "needs a seed", lambda: back(leaf())),
    (DTypeError, "the seed is float32", lambda: back(leaf(), np.ones(2, np.float32))),
]
TABLE = {
    by_type.register: [(KeyError, "dict", lambda: by_type.register(dict, Tensor, dict))],
    Tensor: [(DTypeError, "not another Tensor", lambda: Tensor(leaf())), (DTypeError, "floating-point", lambda: Tensor(np.arange(2)))],
    Tensor.backward: SEEDS(Tensor.backward),
    tape.walk: SEEDS(tape.walk),
    tape.checked: [(DTypeError, "rule of own", lambda: tape.checked(np.ones(2, np.float32), pair, pair, "own"))],
    tensor.apply: [(TapeError, "by place, not by name", lambda: tensor.apply("sum", np.sum, (pair,), {"initial": leaf()}))],
    grad.value_and_grad: [
        (DTypeError, r"params\.a must", lambda: grad.value_and_grad(lambda p: 0)({"a": np.arange(2)})),
        (ShapeError, r"returned \(2,\) numbers", lambda: grad.value_and_grad(lambda p: p)(pair)),
    ],
    grad.graph: [(TapeError, "before backward", lambda: grad.graph(used())), (ShapeError, "100 Tensors", lambda: grad.graph(large()))],
    tree.map: [(ShapeError, "differ at a", lambda: tree.map(lambda a, b: a, {"a": [1]}, {"a": 1}))],
    tree.with_paths: [(ShapeError, "differ at a", lambda: tree.with_paths(lambda path, a, b: a, {"a": [1]}, {"a": 1}))],
}
