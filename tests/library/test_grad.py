"""Tensors: what a gradient is, what is recorded and what is not, and what is refused."""

import math
import operator
import sys

import numpy as np
import pytest

from contract import IDS, decoder
from engineroom import arrays, by_type, grad
from engineroom.attention import causal_mask, scaled_dot_product, softmax
from engineroom.errors import DTypeError, ShapeError, TapeError
from engineroom.grad import Tensor, fused, tape, tensor, tree
from engineroom.grad.rules import RULES
from engineroom.linear import linear
from engineroom.models import llama
from libraries import numpy as library_of_numpy


def of(values, dtype=np.float64):
    return Tensor(np.asarray(values, dtype=dtype))


@pytest.fixture
def steps(monkeypatch):
    """The functions whose derivatives are computed, in order."""
    done = []
    checked = tape.checked
    monkeypatch.setattr(tape, "checked", lambda g, x, y, name: (done.append(name), checked(g, x, y, name))[1])
    return done


def test_its_namespace_is_made_from_the_rules():
    x = of([1.0, 4.0])
    xp = arrays.namespace(x)
    assert xp is x.__array_namespace__() is arrays.namespace(of([2.0]))
    assert isinstance(xp.sqrt(x), Tensor) and xp.sqrt(x).data.tolist() == [1, 2]
    assert xp.float32 is np.float32 and xp.pi == math.pi and type(xp.arange(3)) is np.ndarray
    assert all(callable(getattr(xp, name)) for name in RULES if hasattr(np, name))
    assert not hasattr(xp, "cumulative_sum") or hasattr(np, "cumulative_sum")


def test_numpys_own_functions_take_tensors():
    x = of([1.0, 4.0])
    y = np.sum(np.exp(x) + np.asarray([1.0, 2.0]) * x + np.float64(3) * x)
    y.backward()
    np.testing.assert_allclose(x.grad, np.exp(x.data) + np.asarray([4, 5]))


def test_what_is_used_twice_gets_both_gradients():
    x = of(3.0)
    (x * x + 2 * x).backward()
    assert x.grad == 8.0


def test_constants_keep_no_history():
    x, weight = np.ones((2, 3)), of(np.ones((4, 3)))
    y = linear(x * 2, weight)
    assert type(x * 2) is np.ndarray and [parent for parent, _, _ in y.step.wanted] == [weight]
    assert type(weight > 0) is np.ndarray and type(arrays.namespace(weight).sign(weight)) is np.ndarray
    assert type(softmax(weight).data) is np.ndarray


def test_frozen_weights_cost_nothing(steps):
    model = decoder(library_of_numpy(np.float64))
    body = {**model.params["model"]}
    last = body["layers"]["1"]["mlp"]["down_proj"]["weight"]

    def loss(down, body):
        layers = {**body["layers"], "1": {**body["layers"]["1"], "mlp": {**body["layers"]["1"]["mlp"], "down_proj": {"weight": down}}}}
        return np.mean(llama.losses(model._replace(params={"model": {**body, "layers": layers}}), IDS))

    value, gradient = grad.value_and_grad(loss)(last, body)
    alone = len(steps)
    whole = grad.value_and_grad(lambda params: np.mean(llama.losses(model._replace(params=params), IDS)))(model.params)
    assert value == pytest.approx(whole[0], rel=1e-12) and len(steps) - alone > 8 * alone
    np.testing.assert_allclose(gradient, whole[1]["model"]["layers"]["1"]["mlp"]["down_proj"]["weight"], rtol=1e-10)
    del steps[:]
    x, w = np.ones((5, 3)), of(np.ones((2, 3)))
    np.sum(linear(x, w)).backward()
    assert steps == [np.sum(linear(x, of(w.data))).origin, linear(x, of(w.data)).origin]  # one gradient each: none of x


@pytest.mark.parametrize("seed", range(6))
def test_a_part_of_the_weights_has_the_gradient_it_has_among_all(seed):
    """Any half of the tensors frozen, in every mixture of arrays and Tensors that an equation may meet."""
    L = library_of_numpy(np.float64)
    model = decoder(L, position=("rope", "alibi", "sinusoidal")[seed % 3])
    flat = dict(tree.leaves(model.params))
    chosen = {path for path in flat if np.random.default_rng([seed, len(path)]).random() < 0.5} or {next(iter(flat))}

    def loss(some):
        params = tree.with_paths(lambda path, x: some.get(path, x), model.params)
        return np.mean(llama.losses(model._replace(params=params), IDS))

    _, every = grad.value_and_grad(loss)(flat)
    _, part = grad.value_and_grad(loss)({path: flat[path] for path in chosen})
    for path in chosen:
        np.testing.assert_allclose(part[path], every[path], rtol=1e-9, atol=1e-12)


class Watched(np.ndarray):
    """NumPy's array, which tells of every float64 that is made of it."""

    wide: list = []

    def __array_finalize__(self, made_of):
        caller = sys._getframe(1).f_code
        if self.dtype == np.float64 and "/numpy/" not in caller.co_filename:  # np.mean divides a sum by a whole number, and casts it back
            Watched.wide.append(caller.co_name)


@pytest.mark.parametrize("ways", ["fused", "apart"])
def test_no_float64_slips_into_a_float32_backward(request, ways):
    """Arrays on the way too, and not only those that come out: a kernel for float32 would not be asked for them."""
    if ways == "apart":
        by_type.forget(Tensor)
        request.addfinalizer(fused.register)
    L = library_of_numpy(np.float32)
    for changes in ({}, {"position": "alibi"}, {"tie_word_embeddings": False}):
        model = decoder(L, **changes)
        params = tree.map(lambda x: x.view(Watched), model.params)
        loss = lambda params, model=model: np.mean(llama.losses(model._replace(params=params), IDS))
        Watched.wide = []
        value, gradient = grad.value_and_grad(loss)(params)
        assert Watched.wide == [] and value.dtype == np.float32
        assert all(g.dtype == np.float32 for _, g in tree.leaves(gradient))
    np.ones(2, np.float32).view(Watched) * np.ones(2)
    assert Watched.wide  # the watch sees one


def test_a_rule_that_widens_is_refused(monkeypatch):
    monkeypatch.setitem(RULES, "exp", (lambda g, y, x: g * np.ones(1),))
    x = of([1.0], np.float32)
    with pytest.raises(DTypeError, match="the rule of exp gives a gradient of float64 for numbers of float32"):
        np.exp(x).backward()


def test_a_gradient_has_its_datums_dtype_across_casts():
    x, w = of([1.0, 2.0], np.float32), of([3.0, 4.0])
    y = np.sum(x * w)
    y.backward()
    assert y.dtype == np.float64 and x.grad.dtype == np.float32 and w.grad.dtype == np.float64
    x = of([1.0, 2.0])
    np.sum(arrays.namespace(x).astype(x, np.float32)).backward()
    assert x.grad.dtype == np.float64


def test_value_and_grad_keeps_the_tree_and_gives_zero_where_nothing_depends():
    params = {"a": np.asarray([1.0, 2.0]), "b": [np.asarray(3.0), (np.asarray([5.0], np.float32),)]}
    value, gradient = grad.value_and_grad(lambda p, c: np.sum(p["a"] * p["b"][0] * c))(params, 2.0)
    assert value == 18 and type(gradient["b"]) is list and type(gradient["b"][1]) is tuple
    assert gradient["a"].tolist() == [6, 6] and gradient["b"][0] == 6 and gradient["b"][1][0].tolist() == [0]
    assert gradient["b"][1][0].dtype == np.float32 and type(gradient["b"][0]) is np.ndarray
    value, gradient = grad.value_and_grad(lambda p: np.asarray(1.0))(params)
    assert value == 1 and not gradient["a"].any()


def test_a_tree_is_mapped_with_others():
    a = {"x": [1, 2], "y": (3, {"z": 4})}
    assert tree.map(lambda one, two: one + two, a, a) == {"x": [2, 4], "y": (6, {"z": 8})}
    assert [path for path, _ in tree.leaves(a)] == ["x.0", "x.1", "y.0", "y.1.z"]
    with pytest.raises(ShapeError, match=r"differ at x: \[0, 1\] in the first, \[0\] in another"):
        tree.map(lambda one, two: one, a, {"x": [1], "y": (3, {"z": 4})})


def test_backward_twice_is_refused_on_any_part_of_the_tape():
    x = of([1.0, 2.0])
    half = x * x
    one, other = np.sum(half), np.sum(half * 3)
    one.backward()
    with pytest.raises(TapeError, match="through sum has been|through sum before"):
        one.backward()
    with pytest.raises(TapeError, match="through multiply before.*compute the loss again"):
        other.backward()


def test_an_in_place_write_is_refused():
    x = of([1.0, 2.0])
    y = x * 2
    for write in (lambda: x.__setitem__(0, 1.0), lambda: y.__setitem__(slice(None), 1.0)):
        with pytest.raises(TapeError, match="cannot be written to"):
            write()
    for name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
        with pytest.raises(TapeError, match="on a leaf would make another Tensor"):
            getattr(x, f"__i{name}__")(1.0)
    y += x  # what is no leaf is made anew
    y.backward(np.ones(2))
    assert x.grad.tolist() == [3, 3]
    with pytest.raises(TapeError, match="np.add cannot write a Tensor into an array"):
        operator.iadd(np.zeros(2), x)


@pytest.mark.parametrize("data", [np.arange(3), np.asarray([True]), np.asarray([1j]), [1.0], 2.0, None])
def test_a_leaf_that_holds_no_real_numbers_is_refused(data):
    with pytest.raises(DTypeError, match="the data of a Tensor must"):
        Tensor(data)
    with pytest.raises(DTypeError, match=r"params\.a\.0(\.0)? must"):
        grad.value_and_grad(lambda p: 0)({"a": [data]})


def test_a_loss_of_many_numbers_needs_a_seed():
    x = of([[1.0, 2.0]])
    with pytest.raises(ShapeError, match=r"from \(1, 2\) numbers needs a seed"):
        (x * 2).backward()
    with pytest.raises(ShapeError, match=r"the seed has shape \(2,\), what it seeds \(1, 2\)"):
        (x * 2).backward(np.ones(2))
    with pytest.raises(DTypeError, match="the seed is float32"):
        (x * 2).backward(np.ones((1, 2), np.float32))
    (x * 2).backward(np.asarray([[1.0, 10.0]]))
    assert x.grad.tolist() == [[2, 20]]
    with pytest.raises(ShapeError, match=r"returned \(1, 2\) numbers"):
        grad.value_and_grad(lambda p: p * 2)(x.data)


def test_what_has_no_rule_is_refused_by_name():
    x = of([[1.0, 2.0], [3.0, 5.0]])
    for name, call in {
        "linalg|einsum": lambda: np.einsum("ij->i", x),
        "prod": lambda: np.prod(x),
        "asarray": lambda: np.array_equal(x, x),
    }.items():
        with pytest.raises(TapeError, match=f"{name}|array_equal"):
            call()
    with pytest.raises(TapeError, match="stack makes one"):
        arrays.namespace(x).asarray([x[0, 0], x[1, 0]])
    with pytest.raises(DTypeError, match="would lose its gradient"):
        np.asarray(x)


def test_masked_rows_have_no_gradient_and_no_nan():
    q, k, v = (of(np.random.default_rng(i).normal(size=(4, 3))) for i in range(3))
    mask = np.asarray(causal_mask(4, np)) & (np.arange(4) != 2)[:, None]
    out, _ = scaled_dot_product(q, k, v, mask)
    np.sum(out * out).backward()
    for t in (q, k, v):
        assert np.isfinite(t.grad).all()
    assert not q.grad[2].any() and q.grad[1].any()


def test_it_reads_as_a_number_where_it_is_one():
    x = of(2.5)
    assert float(x * 2) == 5 and int(x) == 2 and bool(x) and len(of([1.0, 2.0])) == 2
    assert [float(part) for part in of([1.0, 2.0])] == [1, 2] and float(abs(-x)) == 2.5 and (x >= 2) and hash(x) is not None


def test_it_shows_itself():
    x = of([[1.0, 2.0]], np.float32)
    y = x * 2
    assert repr(x) == "Tensor 1 × 2, float32, a leaf\n[[1. 2.]]"
    assert repr(np.sum(y)).startswith("Tensor one number, float32, from sum\n6.0")
    bundle = y._repr_mimebundle_()
    assert bundle["text/plain"] == repr(y) and "from multiply" in bundle["text/html"] and "[[2. 4.]]" in bundle["text/html"]


def test_every_number_made_is_an_array():
    x = of([1.0, 2.0])
    assert type(np.sum(x).data) is np.ndarray and type((np.sum(x) * 2).data) is np.ndarray
    assert tensor.apply("add", lambda a, b: a + b, (np.ones(2), np.ones(2))).tolist() == [2, 2]  # nothing to record
