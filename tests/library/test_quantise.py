"""One byte a weight: what comes back, and how far off it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom.errors import MissingTensor, ShapeError
from engineroom.linear import embedding, linear
from engineroom.quantise import QuantisedMatrix, dequantise, expand, quantise
from nearness import host


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 2, 8]))
def test_the_error_is_at_most_half_a_step(seed, rows, blocks, block):
    weight = np.random.default_rng(seed).normal(size=(rows, blocks * block)) * 10.0 ** (seed % 7 - 3)
    q, scale = quantise(weight, block)
    assert q.dtype == np.int8 and np.abs(q.astype(int)).max() == 127  # the largest of a block uses the whole range
    steps = np.repeat(scale, block, axis=1)
    assert (np.abs(dequantise(q, scale) - weight) <= steps * 0.5000001).all()
    assert (quantise(dequantise(q, scale), block)[0] == q).all()  # once is enough


def test_on_every_array_library(xp):
    q, scale = quantise(xp.asarray([[1.0, -127.0, 0.0, 0.0], [4.0, 2.0, 0.5, 0.25]]), block=2)
    assert host(q).tolist() == [[1, -127, 0, 0], [127, 64, 127, 64]]
    assert host(dequantise(q, scale))[0].tolist() == [1, -127, 0, 0]


@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.sampled_from([None, 4, 12]))
def test_a_quantised_matrix_multiplies_as_its_floats(seed, bits, block):
    rng = np.random.default_rng(seed)
    weight, x = rng.normal(size=(1300, 24)), rng.normal(size=(2, 3, 24))
    matrix = QuantisedMatrix(weight, bits, block)
    floats = dequantise(*quantise(weight, block or 24, bits))
    assert np.abs(matrix.q).max() == 2 ** (bits - 1) - 1
    assert np.allclose(linear(x, matrix), x @ floats.T, rtol=0, atol=1e-12)
    assert (embedding(matrix, [3, 1299, 3]) == floats[[3, 1299, 3]]).all()
    some = matrix.take(np.array([3, 1299, 3]))
    assert some.shape == (3, 24) and some.q.dtype == np.int8 and (embedding(some, [0, 1, 2]) == floats[[3, 1299, 3]]).all()


def test_a_quantised_matrix_on_every_array_library(xp):
    matrix = QuantisedMatrix(xp.asarray([[1.0, -127.0], [64.0, 127.0]]))
    assert host(linear(xp.asarray([[1.0, 2.0]]), matrix)).tolist() == [[-253.0, 318.0]]
    with pytest.raises(ShapeError, match="9 bits"):
        QuantisedMatrix(xp.ones((2, 2)), bits=9)


@pytest.mark.filterwarnings("error")
def test_a_block_of_zeros_stays_zeros(xp):
    q, scale = quantise(xp.asarray([[0.0, 0.0, 3.0, -1.0]]), block=2)
    assert host(q).tolist() == [[0, 0, 127, -42]] and host(dequantise(q, scale))[0, :2].tolist() == [0, 0]


def test_an_outlier_costs_only_its_block():
    weight = np.full((1, 128), 0.01)
    weight[0, 0] = 10.0
    by_row, by_block = (dequantise(*quantise(weight, block)) for block in (128, 64))
    assert (by_row[0, 64:] == 0).all() and np.allclose(by_block[0, 64:], 0.01)


def test_what_does_not_fit_is_named():
    with pytest.raises(ShapeError, match="rows of 10 cannot be cut into blocks of 64"):
        quantise(np.ones((2, 10)))
    with pytest.raises(ShapeError, match=r"scale \(3, 1\) does not cut the rows of q \(2, 4\)"):
        dequantise(np.ones((2, 4), np.int8), np.ones((3, 1)))
    with pytest.raises(ShapeError, match=r"scale \(2, 3\) does not cut the rows of q \(2, 4\)"):
        dequantise(np.ones((2, 4), np.int8), np.ones((2, 3)))
    with pytest.raises(MissingTensor, match="w in int8, without its scales w.scale"):
        expand({"w": np.ones((2, 4), np.int8)})
