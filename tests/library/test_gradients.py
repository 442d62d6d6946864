"""Gradients, by a library that has them, against differences: nothing of an equation is lost to it."""

import numpy as np
import pytest

from contract import IDS, decoder, fixed_mixture
from engineroom.models import checkpoint, llama, llama_config
from libraries import Library

STEP = 1e-5


@pytest.fixture
def doubles():
    import jax

    with jax.enable_x64(True):
        yield Library(jax.numpy, jax.devices("cpu")[0], jax.numpy.float64, jax.Array)


@pytest.mark.parametrize(
    "make",
    [*(lambda L, position=position: decoder(L, position=position) for position in llama_config.POSITIONS), fixed_mixture],
    ids=[*llama_config.POSITIONS, "mixture"],
)
def test_the_losses_gradient_is_what_differences_say(doubles, make):
    """Along three directions of all parameters at once, by central differences: exact to the square of the step."""
    import jax

    model = make(doubles)
    flat = dict(checkpoint.flat(model.params))
    shapes = {name: tuple(tensor.shape) for name, tensor in flat.items()}
    mean = jax.jit(lambda flat: llama.losses(model._replace(params=checkpoint.nested(flat, shapes)), IDS).mean())
    gradient = jax.jit(jax.grad(mean))(flat)
    assert all(np.abs(part).max() > 0 for part in gradient.values())  # every tensor counts
    for seed in range(3):
        rng = np.random.default_rng(seed)
        direction = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        moved = lambda by: float(mean({name: flat[name] + by * direction[name] for name in flat}))
        slope = sum(float((gradient[name] * direction[name]).sum()) for name in flat)
        assert slope == pytest.approx((moved(STEP) - moved(-STEP)) / (2 * STEP), rel=1e-6, abs=1e-8)
