"""Optimisers: the numbers of PyTorch's, pure, and the same on one flat vector."""

import sys
from pathlib import Path

import numpy as np
import pytest

from engineroom import optim
from engineroom.errors import MissingTensor, ShapeError
from engineroom.grad import tree

STEPS, SHAPES = 20, {"gain": (5,), "tall": (7, 4), "wide": (3, 6)}  # as in golden/make_optim.py


def drawn(step, name, dtype=np.float64):
    return np.random.default_rng([step, len(name)]).normal(size=SHAPES[name]).astype(dtype)


def run(optimiser, names=tuple(SHAPES), dtype=np.float64, rate=0.01):
    params = {name: drawn(0, name, dtype) for name in names}
    state = optimiser.start(params)
    for step in range(STEPS):
        params, state = optimiser.step(params, state, {name: drawn(step + 1, name, dtype) for name in names}, rate)
    return params


DECAYS = {"gain": False, "tall": True, "wide": True}
RUNS = {
    "adamw": (optim.adamw(decays=DECAYS), tuple(SHAPES)),
    "sgd": (optim.sgd(decay=0.01), tuple(SHAPES)),
    "muon": (optim.muon(), ("tall", "wide")),
    "muon original": (optim.muon(match_adamw=False), ("tall", "wide")),
}


@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-10), (np.float32, 2e-5)])
@pytest.mark.parametrize("kind", RUNS)
def test_twenty_steps_are_pytorchs(golden, kind, dtype, near):
    expected = golden("optim")
    for name, found in run(*RUNS[kind], dtype).items():
        assert found.dtype == dtype
        np.testing.assert_allclose(found, expected[f"{kind}/{name}"], rtol=near, atol=near)


def test_how_far_from_pytorch(golden, measured):
    expected = golden("optim")
    errors = [np.abs(x - expected[f"{kind}/{name}"]).max() for kind in RUNS for name, x in run(*RUNS[kind]).items()]
    measured(
        "optim", against=str(expected["against"]), error=max(errors), metric="max abs. error after 20 steps in float64", cases=len(errors)
    )


def test_clipping_is_pytorchs(golden):
    expected = golden("optim")
    gradient = {name: drawn(1, name) for name in SHAPES}
    found, norm = optim.clipped(gradient, 1.0)
    np.testing.assert_allclose(norm, expected["norm"], rtol=1e-12)
    for name in SHAPES:
        np.testing.assert_allclose(found[name], expected[f"clipped/{name}"], rtol=1e-12)
    same, _ = optim.clipped(gradient, 1e3)
    assert all((same[name] == gradient[name]).all() for name in SHAPES)
    mixed, _ = optim.clipped({"a": drawn(1, "gain", np.float32), "b": drawn(1, "tall")}, 1.0)
    assert mixed["a"].dtype == np.float32 and mixed["b"].dtype == np.float64


def test_rates_are_pytorchs(golden):
    expected = golden("optim")
    found = optim.warm_up_cosine(0.5, 10, 100)
    np.testing.assert_allclose([found(step) for step in range(101)], expected["cosine"], rtol=1e-9)
    found = optim.warm_up_stable_decay(0.5, 10, 100, 30, 0.2)
    np.testing.assert_allclose([found(step) for step in range(101)], expected["stable"], rtol=1e-9)


@pytest.mark.parametrize("kind", RUNS)
def test_nothing_that_is_given_is_written_to(kind):
    optimiser, names = RUNS[kind]
    given = [{name: drawn(i, name) for name in names} for i in (0, 1)]
    state = optimiser.start(given[0])
    _, state = optimiser.step(given[0], state, given[1], 0.1)
    for _, x in [*tree.leaves(given), *tree.leaves(state)]:
        if isinstance(x, np.ndarray):
            x.flags.writeable = False
    one, other = (optimiser.step(given[0], state, given[1], 0.1) for _ in range(2))
    for (_, a), (_, b) in zip(tree.leaves(one), tree.leaves(other)):
        assert np.array_equal(a, b)
    assert all((given[0][name] == drawn(0, name)).all() for name in names)


def test_a_flat_vector_steps_as_its_parts_do():
    params = {"a": [drawn(0, "tall"), drawn(0, "gain")], "b": drawn(0, "wide")}
    vector, cut = optim.flatten(params)
    assert vector.shape == (28 + 5 + 18,) and all(np.shares_memory(x, vector) for _, x in tree.leaves(cut(vector)))
    decays, _ = optim.flatten(tree.map(lambda x: np.full(x.shape, float(x.ndim > 1)), params))
    whole, parts = optim.adamw(decays=decays), optim.adamw(decays=optim.matrices(params))
    state, apart = whole.start(vector), parts.start(params)
    for step in range(5):
        gradient = tree.map(lambda x, step=step: np.cos(x + step), params)
        vector, state = whole.step(vector, state, optim.flatten(gradient)[0], 0.01)
        params, apart = parts.step(params, apart, gradient, 0.01)
    for (_, one), (_, other) in zip(tree.leaves(cut(vector)), tree.leaves(params)):
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_an_orthogonal_step_has_singular_values_near_one():
    for shape in ((6, 6), (4, 9), (9, 4)):
        values = np.linalg.svd(optim.orthogonal(np.random.default_rng(0).normal(size=shape)), compute_uv=False)
        assert (values > 0.3).all() and (values < 1.3).all()
    assert not optim.orthogonal(np.zeros((2, 3))).any()


def test_two_parts_have_an_optimiser_each():
    both = run(optim.by_part(DECAYS, optim.muon(), optim.sgd(decay=0.01)))
    muon, sgd = run(*RUNS["muon"]), run(*RUNS["sgd"])
    assert list(both) == list(SHAPES)
    np.testing.assert_array_equal(both["tall"], muon["tall"])
    np.testing.assert_array_equal(both["gain"], sgd["gain"])
    with pytest.raises(MissingTensor, match="by_part was told of gain, tall, wide; here are tall"):
        optim.by_part(DECAYS, optim.muon(), optim.sgd()).start({"tall": drawn(0, "tall")})
    with pytest.raises(ShapeError, match=r"Muon steps matrices; an array of shape \(5,\)"):
        run(optim.muon())


def test_the_golden_script_draws_what_is_drawn_here():
    text = (Path(__file__).parent / "golden" / "make_optim.py").read_text(encoding="utf-8")
    assert (
        f"STEPS, SHAPES = {STEPS}, " in text and "np.random.default_rng([step, len(name)]).normal" in text and sys.version_info >= (3, 12)
    )
