"""LayerNorm, GELU, feed-forward, positions and the encoder block, against PyTorch, transformers and known numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom import products
from engineroom.attention import multi_head
from engineroom.errors import DTypeError, MissingTensor, ShapeError
from engineroom.feedforward import erf, feed_forward, gelu, gelu_tanh
from engineroom.linear import linear
from engineroom.norm import layer_norm
from engineroom.position import learned
from engineroom.transformer import encoder_block
from nearness import host, nested, worst


def test_layer_norm_equals_pytorch(xp, golden, measured):
    arrays = golden("elementary")
    x, weight, bias = (xp.asarray(arrays[name]) for name in ("x", "weight", "bias"))
    error = max(worst(layer_norm(x, weight, bias, eps=1e-5), arrays["layer_norm"]), worst(layer_norm(x, eps=1e-12), arrays["plain_norm"]))
    assert error < 1e-13
    measured("layer norm", against=arrays["against"], error=error, metric="max abs. error", cases=2 * x.shape[0])


def test_layer_norm_of_one_to_four(xp):
    expected = host([-1.34163542, -0.44721181, 0.44721181, 1.34163542])
    assert worst(layer_norm(xp.asarray([1.0, 2.0, 3.0, 4.0])), expected) < 5e-9


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20), st.floats(0.1, 100), st.floats(-100, 100))
def test_layer_norm_ignores_scale_and_shift(row, scale, shift):
    x = np.asarray(row)
    if x.std() < 1e-3:
        return
    y = layer_norm(x, eps=0)
    assert abs(y.mean()) < 1e-6 and abs(y.var() - 1) < 1e-6
    assert worst(layer_norm(scale * x + shift, eps=0), y) < 1e-4


def test_a_constant_row_is_no_division_by_zero(xp):
    assert worst(layer_norm(xp.asarray([[7.0, 7.0, 7.0]])), np.zeros((1, 3))) == 0


def test_gelu_equals_pytorch(xp, golden, measured):
    arrays = golden("elementary")
    x = xp.asarray(arrays["x"])
    error = max(worst(gelu(x), arrays["gelu"]), worst(gelu_tanh(x), arrays["gelu_tanh"]))
    assert error < 1e-14
    measured("gelu", against=arrays["against"], error=error, metric="max abs. error", cases=2 * arrays["x"].size)


def test_erf_is_exact_in_float64_and_float32(xp, measured):
    points = np.concatenate([np.linspace(-7, 7, 20_001), [0.46875, -0.46875, 1e-300, 40.0, -40.0]])
    expected = host([math.erf(p) for p in points])
    error = worst(erf(xp.asarray(points)), expected)
    assert error < 4e-16
    near = np.abs(points) > 1e-30
    assert worst(host(erf(xp.asarray(points)))[near] / points[near], expected[near] / points[near]) < 5e-16
    assert worst(erf(xp.asarray(points.astype(np.float32))), expected) < 3e-7
    ends = host(erf(xp.asarray([np.inf, -np.inf, np.nan])))
    assert ends[:2].tolist() == [1, -1] and np.isnan(ends[2])
    measured("erf", against="Python's math.erf", error=error, metric="max abs. error", cases=len(points))


def test_gelu_of_one(xp):
    one = xp.asarray([1.0])
    assert worst(gelu(one), host([0.84134475])) < 5e-9
    assert worst(gelu_tanh(one), host([0.84119199])) < 5e-9


@given(st.floats(-50, 50))
def test_gelu_of_x_and_minus_x_differ_by_x(x):
    pair = gelu(np.asarray([x, -x]))
    assert abs(pair[0] - pair[1] - x) <= 1e-14 * max(1, abs(x))


def test_feed_forward_takes_another_activation(xp):
    x = xp.asarray([[1.0, -2.0]])
    params = {
        "up": {"weight": xp.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), "bias": xp.asarray([0.0, 0.0, 0.5])},
        "down": {"weight": xp.asarray([[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]])},
    }
    relu = lambda h: xp.where(h > 0, h, xp.zeros_like(h))
    assert host(feed_forward(x, params, relu)).tolist() == [[1.0, 0.0]]


def test_learned_positions_are_rows_of_the_table(xp):
    table = np.arange(12.0).reshape(4, 3)
    x = np.ones((2, 3, 3))
    assert worst(learned(xp.asarray(x), xp.asarray(table)), x + table[:3]) == 0
    with pytest.raises(ShapeError, match="5 positions, but the table was trained with 4"):
        learned(xp.asarray(np.ones((5, 3))), xp.asarray(table))
    with pytest.raises(ShapeError, match="last axis, d_model"):
        learned(xp.asarray(np.ones((2, 2))), xp.asarray(table))


def test_encoder_block_equals_transformers(xp, golden, measured):
    arrays = golden("bert_block")
    output, weights = encoder_block(
        xp.asarray(arrays["x"]), nested(arrays, "params.", xp), int(arrays["n_heads"]), xp.asarray(arrays["mask"])
    )
    error = max(worst(output, arrays["output"]), worst(weights, arrays["weights"]))
    assert error < 1e-12
    measured("encoder block", against=arrays["against"], error=error, metric="max abs. error", cases=len(arrays["x"]))


def test_encoder_block_takes_another_attention(golden):
    arrays = golden("bert_block")
    calls = []

    def attend(x, params, n_heads, mask=None):
        calls.append((sorted(params), n_heads))
        return multi_head(x, params, n_heads, mask)

    args = arrays["x"], nested(arrays, "params.", np), 3, arrays["mask"]
    assert worst(encoder_block(*args, attend=attend)[0], encoder_block(*args)[0]) == 0
    assert calls == [(["key", "output", "query", "value"], 3)]


def test_wrong_parameters_are_named(golden):
    arrays = golden("bert_block")
    params = nested(arrays, "params.", np)
    del params["output"]["LayerNorm"]["bias"]
    with pytest.raises(MissingTensor, match="output.LayerNorm.bias: output.LayerNorm has no 'bias'; it has weight"):
        encoder_block(arrays["x"], params, 3)
    with pytest.raises(ShapeError, match=r"layer_norm: weight \(2,\) should be \(3,\)"):
        layer_norm(np.ones(3), np.ones(2))
    with pytest.raises(DTypeError, match="x must be an array, not float"):
        gelu(1.0)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 4), max_size=3))
def test_the_pages_own_product_is_the_product(seed, batch):
    """In the page NumPy has no BLAS, and another function multiplies."""
    rng = np.random.default_rng(seed)
    x, weight = rng.normal(size=(*batch, 5)), rng.normal(size=(7, 5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "_asked", {(np.ndarray, np.ndarray): products.PAGE})
        assert worst(linear(x, weight), x @ weight.T) <= 1e-12
        assert linear(x, weight).flags.c_contiguous  # the next product reads its rows
