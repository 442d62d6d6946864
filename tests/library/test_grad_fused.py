"""Fused rules: the same values and gradients as the equation recorded step by step, in fewer steps, and only where they apply."""

import numpy as np
import pytest

import test_grad_contract
from contract import CASES, IDS, decoder
from engineroom import attention, by_type, feedforward, quantise
from engineroom.grad import Tensor, fused, tree, value_and_grad
from engineroom.linear import linear
from engineroom.models import llama
from libraries import numpy as library_of_numpy
from libraries import traced
from nearness import host


@pytest.fixture
def plain():
    """Every equation as it stands, until asked otherwise."""
    by_type.forget(Tensor)
    yield
    fused.register()


def steps(y):
    """The names of all that was recorded."""
    found, stack = {}, [y]
    while stack:
        tensor = stack.pop()
        if tensor.number not in found and tensor.step is not None:
            found[tensor.number] = tensor.step.name
            stack += [parent for parent, _, _ in tensor.step.wanted]
    return sorted(found.values())


def by(tensor, case):
    return test_grad_contract.ours(CASES[case], tensor)[1]


@pytest.mark.parametrize("name", [name for name in CASES if name not in test_grad_contract.NO_GRADIENT])
@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-12), (np.float32, 1e-6)])
def test_gradients_are_those_of_the_equations_parts(plain, name, dtype, near):
    apart = by(dtype, name)
    fused.register()
    together = by(dtype, name)
    scale = max(1.0, *(np.abs(g).max(initial=0) for g in apart if g is not None))
    for one, other in zip(together, apart, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one, other, rtol=10 * near, atol=near * scale)


def test_a_decoder_is_a_few_steps_and_every_rule_is_one_of_them():
    model = decoder(library_of_numpy(np.float32))
    seen = []

    def loss(params):
        y = np.mean(llama.losses(model._replace(params=params), IDS))
        seen[:] = steps(y)
        return y

    value_and_grad(loss)(model.params)
    assert seen.count("linear") == 7 * 2 + 1 and seen.count("attention weights") == 2 and seen.count("rms_norm") == 5
    assert seen.count("rotation") == 4 and seen.count("gated") == 2 and seen.count("log_probs") == 1 and seen.count("embedding") == 1
    together = len(seen)
    by_type.forget(Tensor)
    try:
        value_and_grad(loss)(model.params)
    finally:
        fused.register()
    assert len(seen) > 2 * together and "rms_norm" not in seen and "product" in seen


@pytest.mark.parametrize("ways", ["fused", "apart"])
def test_no_value_is_read_backward_either(ways):
    """A decoder's gradient over arrays that refuse it and are never written to, on a device without float64."""
    found = []
    for L in (traced(), library_of_numpy(np.float32)):
        model = decoder(L)
        if ways == "apart":
            by_type.forget(Tensor)
        try:
            losses = lambda params, model=model: llama.losses(model._replace(params=params), IDS)
            mean = lambda params, losses=losses: (lambda y: y.__array_namespace__().mean(y))(losses(params))
            _, gradient = value_and_grad(mean)(model.params)
        finally:
            fused.register()
        found.append({path: host(g) for path, g in tree.leaves(gradient)})
    for path, g in found[1].items():
        np.testing.assert_allclose(found[0][path], g, rtol=1e-4, atol=1e-6)


def test_every_fused_function_is_registered_and_named_in_the_book():
    assert set(by_type.registered(Tensor)) == set(fused.FUSED)
    x = Tensor(np.random.default_rng(0).normal(size=(3, 4)))
    for function, arguments, name in (
        (attention.softmax, (x,), "softmax"), (feedforward.gelu, (x,), "gelu"), (feedforward.erf, (x,), "erf"), (feedforward.gated, (x, x), "gated"),
    ):  # fmt: skip
        assert function(*arguments).origin == name


def test_what_a_fused_rule_does_not_know_is_left_to_the_equation():
    x = Tensor(np.random.default_rng(0).normal(size=(3, 4)))
    assert feedforward.gated(x, x, feedforward.gelu).origin == "multiply"
    mask = Tensor(np.zeros((3, 3)))
    weights = attention.attention_weights(x, x, mask)
    assert weights.origin == "softmax"
    weights.backward(np.eye(3))
    assert mask.grad is not None and np.abs(mask.grad).max() > 0
    assert linear(x, quantise.QuantisedMatrix(np.ones((5, 4)))).origin == "concat"


def test_an_equation_of_arrays_is_computed_as_before():
    x = np.random.default_rng(0).normal(size=(3, 4))
    assert type(attention.softmax(x)) is np.ndarray and (attention.softmax(x) == attention.softmax.__wrapped__(x)).all()


def test_ways_are_chosen_by_type_and_may_decline():
    @by_type.dispatched
    def double(x, more=0):
        return ("equation", x, more)

    class Kind(int):
        pass

    class Derived(Kind):
        pass

    by_type.register(double, Kind, lambda x, more=0: NotImplemented if more else ("way", x))
    assert double(1) == ("equation", 1, 0) and double(Kind(1)) == ("way", 1) and double(Derived(2)) == ("way", 2)
    assert double(Kind(1), 3) == ("equation", 1, 3) and double(x=Kind(4)) == ("way", 4)
    by_type.register(double, Derived, lambda x, more=0: ("nearer", x))
    assert double(Derived(2)) == ("nearer", 2) and double(Kind(1)) == ("way", 1)
    by_type.forget(Kind)
    assert double(Kind(1)) == ("equation", 1, 0)
