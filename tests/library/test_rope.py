"""Positions: RoPE in both layouts against transformers and Meta's complex numbers, its stretched forms, sinusoids and ALiBi."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nearness import worst

from engineroom import rope
from engineroom.errors import ShapeError, UnsupportedConfig
from engineroom.position import alibi, sinusoidal

SCALINGS = {
    "linear": {"rope_type": "linear", "factor": 4.0},
    "dynamic": {"rope_type": "dynamic", "factor": 4.0, "original_max_position_embeddings": 128},
    "yarn": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128},
    "llama3": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 128},
}


def test_both_layouts_equal_the_published_code(golden, xp, measured):
    arrays = golden("parts")
    x, error, cases = xp.asarray(arrays["rope/x"]), 0.0, 0
    for key in (key for key in arrays if key.startswith("rope/") and key.endswith("/out")):
        _, layout, base, start, _ = key.split("/")
        theta = rope.frequencies(x.shape[-1], float(base), xp)
        ours = rope.rotate(x, theta, int(start), layout)
        error, cases = max(error, worst(ours, arrays[key])), cases + 1
    assert cases == 8 and error <= 1e-6  # transformers' angles are float32
    measured("RoPE", against=arrays["against"], error=error, metric="max abs. error", cases=cases)


def test_the_worked_example(xp):
    """x = [1, 0, 1, 0] at position 1, d = 4: angles 1 and 0.01."""
    theta = rope.frequencies(4, 10000.0, xp)
    turned = rope.rotate(xp.asarray([[1.0, 0.0, 1.0, 0.0]]), theta, 1, "interleaved")
    assert worst(turned, np.array([[math.cos(1), math.sin(1), math.cos(0.01), math.sin(0.01)]])) <= 1e-12
    halves = rope.rotate(xp.asarray([[1.0, 1.0, 0.0, 0.0]]), theta, 1, "half")
    assert worst(halves, np.array([[math.cos(1), math.cos(0.01), math.sin(1), math.sin(0.01)]])) <= 1e-12


@given(st.integers(0, 2**32 - 1), st.integers(0, 500), st.integers(0, 500), st.integers(1, 5000), st.sampled_from(["half", "interleaved"]))
def test_scores_depend_on_the_distance_only(seed, m, n, shift, layout):
    query, key = np.random.default_rng(seed).normal(size=(2, 1, 8))
    theta = rope.frequencies(8, 10000.0, np)
    score = lambda a, b: (rope.rotate(query, theta, a, layout) @ rope.rotate(key, theta, b, layout).T).item()
    assert math.isclose(score(m, n), score(m + shift, n + shift), abs_tol=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 4), st.integers(0, 50))
def test_repacked_weights_give_the_same_scores_in_the_other_layout(seed, n_heads, pairs, start):
    rng, d_head = np.random.default_rng(seed), 2 * pairs
    x, w_q, w_k = rng.normal(size=(5, 6)), rng.normal(size=(n_heads * d_head, 6)), rng.normal(size=(n_heads * d_head, 6))
    theta = rope.frequencies(d_head, 10000.0, np)

    def scores(q, k, layout):
        heads = lambda w: (x @ w.T).reshape(5, n_heads, d_head).swapaxes(0, 1)
        return rope.rotate(heads(q), theta, start, layout) @ rope.rotate(heads(k), theta, start, layout).swapaxes(-1, -2)

    other = [rope.repack(w, n_heads, "half") for w in (w_q, w_k)]
    assert worst(scores(*other, "half"), scores(w_q, w_k, "interleaved")) <= 1e-10
    assert (rope.repack(other[0], n_heads, "interleaved") == w_q).all()
    if pairs > 2 and start:
        assert worst(scores(w_q, w_k, "half"), scores(w_q, w_k, "interleaved")) > 1e-6  # unrepacked, it is another model


def test_stretched_angles_equal_transformers(golden, xp):
    arrays, cases = golden("parts"), 0
    for kind, scaling in SCALINGS.items():
        for n in (64, 128, 500):
            theta, amplitude = rope.scaled(rope.frequencies(64, 10000.0, xp), 10000.0, scaling, n)
            theirs = arrays[f"scaled/{kind}/{n}/theta"]
            assert (np.abs(np.asarray(theta) / theirs - 1) <= 1e-5).all(), (kind, n)
            assert math.isclose(amplitude, arrays[f"scaled/{kind}/{n}/amplitude"], rel_tol=1e-9)
            cases += 1
    assert cases == 12
    theta = rope.frequencies(64, 10000.0, xp)
    assert rope.scaled(theta, 10000.0, None) == (theta, 1.0)


def test_slowest_waves(xp):
    """Positions for one turn of the slowest pair: 54,410 at d = 128 and base 10,000; 2,559,196 at base 500,000."""
    for base, wave in ((1e4, 54_410), (5e5, 2_559_196)):
        assert round(2 * math.pi / float(rope.frequencies(128, base, xp)[-1])) == wave


def test_sinusoidal(xp):
    """Position 1 at d = 8, and the last wavelength at d = 512, 60,611.5."""
    row = sinusoidal(1, 8, xp, start=1)
    assert worst(row, np.array([[0.841471, 0.540302, 0.099833, 0.995004, 0.01, 0.99995, 0.001, 0.9999995]])) <= 5e-7
    assert worst(sinusoidal(3, 8, xp, 4), np.asarray(sinusoidal(7, 8, xp))[4:]) <= 1e-15
    slow = float(sinusoidal(2, 512, xp)[1, 510])
    assert math.isclose(2 * math.pi / math.asin(slow), 60_611.5, abs_tol=0.1)
    with pytest.raises(ShapeError, match="d_model = 7 is odd"):
        sinusoidal(2, 7, xp)


def test_alibi(golden, xp):
    arrays = golden("parts")
    for heads in (1, 4, 6, 8, 12):
        slopes, bias = arrays[f"alibi/{heads}/slopes"], np.asarray(alibi(heads, 3, 5, xp))
        assert bias.shape == (heads, 3, 5)
        for i in range(3):
            for j in range(5):
                expected = -slopes * (i + 2 - j) if j <= i + 2 else np.full(heads, -np.inf)
                assert np.allclose(bias[:, i, j], expected, rtol=1e-6, atol=0)


def test_what_does_not_fit_is_named():
    theta = rope.frequencies(4, 10000.0, np)
    with pytest.raises(ShapeError, match="5 numbers per head cannot be paired"):
        rope.frequencies(5, 10000.0, np)
    with pytest.raises(ShapeError, match=r"x \(3, 6\) is not 3 positions of 2 pairs"):
        rope.rotate(np.ones((3, 6)), theta)
    with pytest.raises(UnsupportedConfig, match="'half' or 'interleaved', not 'Half'"):
        rope.rotate(np.ones((3, 4)), theta, layout="Half")
    with pytest.raises(UnsupportedConfig, match="'half' or 'interleaved', not 'halves'"):
        rope.repack(np.ones((4, 4)), 2, "halves")
    with pytest.raises(ShapeError, match="6 rows are not 2 heads of pairs"):
        rope.repack(np.ones((6, 4)), 2, "half")
    for scaling, message in (
        ({"rope_type": "magic", "factor": 2.0, "original_max_position_embeddings": 1}, "'magic'; known are"), ({"rope_type": "linear"}, "number for factor"),
        ({"rope_type": "yarn", "factor": 4.0}, "original_max_position_embeddings"), ({"rope_type": "linear", "factor": True}, "not True"),
    ):
        with pytest.raises(UnsupportedConfig, match=message):
            rope.scaled(theta, 10000.0, scaling)
