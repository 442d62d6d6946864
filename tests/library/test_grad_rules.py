"""Every rule: against PyTorch, on three libraries' arrays, and against differences on shapes drawn by chance."""

import array_api_strict
import numpy as np
import pytest

from engineroom import arrays
from engineroom.grad import Tensor, value_and_grad
from engineroom.grad.rules import RULES
from grad_cases import EXPRESSIONS, counted, drawn
from libraries import LIBRARIES
from nearness import host, worst


def gradients(name, dtype, wrap=np.asarray):
    """The value of an expression on Tensors, and the gradients of its inputs."""
    inputs = [Tensor(wrap(x)) for x in drawn(name, dtype)]
    y = EXPRESSIONS[name].write(arrays.namespace(inputs[0]), *inputs)
    y.backward(wrap(counted(host(y))))
    return y, [x.data * 0 if x.grad is None else x.grad for x in inputs]


@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-10), (np.float32, 1e-5)])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_values_and_gradients_are_pytorchs(golden, name, dtype, near):
    expected = golden("gradients")
    y, found = gradients(name, dtype)
    np.testing.assert_allclose(host(y), expected[f"{name}/y"], rtol=near, atol=near)
    for i, g in enumerate(found):
        assert g.dtype == dtype and type(g) is np.ndarray
        theirs = expected[f"{name}/{i}"]
        np.testing.assert_allclose(g, theirs, rtol=near, atol=near * max(1.0, np.abs(theirs).max(initial=0)))


def test_how_far_from_pytorch(golden, measured):
    expected, errors = golden("gradients"), []
    for name in EXPRESSIONS:
        errors += [worst(g, expected[f"{name}/{i}"]) for i, g in enumerate(gradients(name, np.float64)[1])]
    measured("gradients", against=str(expected["against"]), error=max(errors), metric="max abs. error in float64", cases=len(errors))


@pytest.mark.filterwarnings("ignore:You are comparing a array_api_strict dtype")
@pytest.mark.parametrize("kind", ["strict", "traced", "jax", "torch"])
@pytest.mark.parametrize("name", [name for name in EXPRESSIONS if "empty" not in name])
def test_it_is_the_same_over_any_arrays(name, kind):
    """The rules have nothing of NumPy's that the standard has not, write to nothing, and read no values."""
    wrap = {"strict": lambda: array_api_strict.asarray, "jax": lambda: LIBRARIES["jax"]().xp.asarray}.get(kind, LIBRARIES.get(kind))()
    _, expected = gradients(name, np.float32)
    y, found = gradients(name, np.float32, wrap)
    assert type(y.data) is type(wrap(np.zeros(1))) or kind in ("jax", "torch")
    for mine, theirs in zip(found, expected):
        np.testing.assert_allclose(host(mine), theirs, rtol=1e-4, atol=1e-5)


def test_every_rule_stands_in_an_expression():
    used = set()
    for name in EXPRESSIONS:
        inputs = [Tensor(x) for x in drawn(name)]
        stack = [EXPRESSIONS[name].write(arrays.namespace(inputs[0]), *inputs)]
        while stack:
            step = stack.pop().step
            if step is not None:
                used.add(step.name)
                stack += [parent for parent, _, _ in step.wanted]
    elsewhere = {"product"}  # test_grad_contract.py
    by_differences = {"cumulative_sum", "cumsum", "repeat", "tile", "positive", "reciprocal", "astype"}
    assert set(RULES) - used == elsewhere | by_differences


ONE = {
    "tanh": np.tanh, "mean": lambda x: np.mean(x, axis=-1, keepdims=True), "cumsum": lambda x: np.cumsum(x, axis=-1), "flip": lambda x: np.flip(x, axis=0),
    "repeat": lambda x: np.repeat(x, 2, axis=-1), "tile": lambda x: np.tile(x, (2,) + (1,) * (x.ndim - 1)), "square": np.square, "positive": np.positive,
    "reciprocal": lambda x: np.reciprocal(np.exp(x)), "rows": lambda x: np.take(x, [0, x.shape[0] - 1, 0], axis=0), "slice": lambda x: x[::-1, ...],
    "T": lambda x: np.permute_dims(x, (*range(1, x.ndim), 0)), "softmax": lambda x: np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True),
    "cast": lambda x: x.__array_namespace__().astype(x, np.float64), "flat": lambda x: np.reshape(x, (x.size,))[None, :], "take": lambda x: np.take(x, [[1], [-1]]),
    "std": lambda x: np.sqrt(0.1 + np.var(x, axis=-1, keepdims=True)), "clip": lambda x: np.clip(x, -0.5, 0.7), "half": lambda x: x[..., : x.shape[-1] // 2 + 1],
    "unstack": lambda x: sum(x.__array_namespace__().moveaxis(x, -1, 0)), "pairs": lambda x: x[..., None] * x[..., None, :], "power": lambda x: (2 + np.sin(x)) ** (x * 0.5),
}  # fmt: skip
TWO = {
    "add": np.add, "multiply": np.multiply, "divide": lambda a, b: a / (2 + b * b), "outer": lambda a, b: a[..., None] * np.sum(b), "maximum": np.maximum,
    "matmul": lambda a, b: a @ np.matrix_transpose(b) if min(a.ndim, b.ndim) > 1 and a.shape[-1] == b.shape[-1] else a * np.mean(b),
    "where": lambda a, b: np.where(np.ones(2)[0] > 0, a, np.sum(b)) + np.sum(b), "concat": lambda a, b: np.concat([np.reshape(a, (a.size,)), np.reshape(b, (b.size,))])[None, :],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_a_chain_of_functions_has_the_slope_that_differences_have(seed):
    """Six functions drawn by chance, one after the other, on arrays of chance shapes; what came before may be used again."""
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(1, 4, rng.integers(1, 4)))
    params = [rng.normal(size=shape), rng.normal(size=tuple(1 if rng.random() < 0.3 else n for n in shape[rng.integers(0, len(shape)) :]))]
    chain = [str(rng.choice(list(ONE) if rng.random() < 0.6 else list(TWO))) for _ in range(6)]
    partner = rng.integers(0, 2, 6)

    def loss(params):
        x = params[0]
        for name, which in zip(chain, partner):
            try:
                y = ONE[name](x) if name in ONE else TWO[name](x, params[which])
            except (ValueError, IndexError):  # shapes that do not fit
                continue
            x = y if y.ndim and 0 < y.size < 400 else x
        return np.sum(np.sin(x))

    direction = [rng.normal(size=p.shape) for p in params]
    moved = lambda by: float(loss([Tensor(p + by * d) for p, d in zip(params, direction)]))
    value, gradient = value_and_grad(loss)(params)
    slope = sum(float((g * d).sum()) for g, d in zip(gradient, direction))
    assert value == pytest.approx(moved(0.0))
    assert slope == pytest.approx((moved(1e-6) - moved(-1e-6)) / 2e-6, rel=1e-4, abs=1e-5 * max(1, abs(slope)))
