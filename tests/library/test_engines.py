"""Who multiplies is looked up by type, and an array that holds another reaches its engine."""

import numpy as np
import pytest

from engineroom import products, quantise
from engineroom.attention import scaled_dot_product
from engineroom.linear import linear
from engineroom.products import PLAIN, Engine, engine_of, matmul, product, register, through


class Held:
    """An array around another, as one that records for gradients is."""

    def __init__(self, inside):
        self.inside = inside

    shape = property(lambda self: self.inside.shape)
    ndim = property(lambda self: self.inside.ndim)
    dtype = property(lambda self: self.inside.dtype)


@pytest.fixture
def asked(monkeypatch):
    """What is asked of NumPy's engine, which multiplies none the less."""
    calls = []

    def noting(name, work):
        return lambda *arrays: (calls.append((name, {type(a) for a in arrays})), work(*arrays))[1]

    monkeypatch.setattr(products, "_engines", {})
    monkeypatch.setattr(products, "_asked", {})
    quantised = lambda x, q, scale: x @ quantise.dequantise(q, scale).T
    register(np.ndarray, Engine(noting("product", PLAIN.product), noting("matmul", PLAIN.matmul), noting("quantised", quantised)))
    register(Held, through(lambda x: x.inside if isinstance(x, Held) else x, Held))
    return calls


X, W = np.ones((2, 3)), np.arange(12.0).reshape(4, 3)


def test_every_product_of_the_library_asks_the_table(asked):
    linear(X, W)
    scaled_dot_product(X, X, X)
    quantise.QuantisedMatrix(W).times(X)
    assert asked == [(name, {np.ndarray}) for name in ("product", "matmul", "matmul", "quantised")]


@pytest.mark.parametrize("x, w", [(Held(X), Held(W)), (X, Held(W)), (Held(X), W)])
def test_what_holds_an_array_reaches_its_engine(asked, x, w):
    y = product(x, w)
    assert isinstance(y, Held) and (y.inside == X @ W.T).all() and asked == [("product", {np.ndarray})]
    y = matmul(x, Held(W.T) if isinstance(w, Held) else W.T)
    assert isinstance(y, Held) and (y.inside == X @ W.T).all() and asked[1:] == [("matmul", {np.ndarray})]


def test_what_holds_an_array_is_multiplied_by_whole_numbers_too(asked):
    matrix = quantise.QuantisedMatrix(W)
    y = matrix.times(Held(X))
    assert isinstance(y, Held) and (y.inside == matrix.times(X)).all() and asked[0] == ("quantised", {np.ndarray})


def test_arrays_without_an_entry_multiply_themselves(asked):
    assert engine_of(1.0, 2.0) is PLAIN and asked == []


def test_a_derived_type_is_multiplied_as_what_it_derives_from(asked):
    class Mapped(np.ndarray):
        pass

    product(X.view(Mapped), W)
    assert [name for name, _ in asked] == ["product"]
