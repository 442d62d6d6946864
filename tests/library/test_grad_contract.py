"""The array contract, for gradients: what grad makes of every public function's case is what JAX's grad makes of it."""

from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from contract import CASES, IDS, Case, fixed_mixture, mixture
from engineroom import arrays, moe, transformer
from engineroom.grad import Tensor
from engineroom.models import llama
from libraries import Library, leaves

NO_GRADIENT = {
    *("optim.kinds.zeros", "optim.kinds.matrices"),  # their results are integers, masks, or come from no array of numbers
    *("arrays.indices", "attention.causal_mask", "flash.tiles.causal", "flash.tiles.look_for"),
    *("masks.chunked_mask", "masks.sliding_mask", "models.llama.new_cache", "moe.balance.load", "moe.routing.largest"),
    *("position.alibi", "position.sinusoidal", "rope_angles.frequencies", "rope.rotation", "rope_angles.scaled", "flash.online.start"),
}


class Drawn(Library):
    """Gives leaves for real numbers, one after the other: made by `make` of the values, and kept in `given`."""

    given: list[Any]
    make: Any

    def __call__(self, values: Any) -> Any:
        values = np.asarray(values)
        if values.dtype.kind != "f":
            return self.xp.asarray(values, device=self.device)
        self.given.append(self.make(values, len(self.given)))
        return self.given[-1]


def library(xp: Any, device: Any, real: Any, kind: Any, make: Any) -> Drawn:
    there = Drawn(xp, device, real, kind)
    there.given, there.make = [], make
    return there


def seeded(outputs: Any, dtype: Any) -> list[tuple[Any, np.ndarray]]:
    """The real results, each with what its numbers count; where they are infinite, as below a mask, nothing."""
    real = [out for out in leaves(outputs) if hasattr(out, "dtype") and "float" in str(out.dtype)]
    return [(out, np.random.default_rng([i, *out.shape]).normal(size=out.shape).astype(dtype)) for i, out in enumerate(real)]


def ours(case: Case, dtype: Any) -> tuple[list[np.ndarray], list[Any]]:
    """The leaves' values and their gradients."""
    xp = arrays.namespace(Tensor(np.zeros((), dtype)))
    there = library(xp, "cpu", dtype, Tensor | np.ndarray, lambda values, _: Tensor(values.astype(dtype)))
    total = None
    for out, seed in seeded(case(there), dtype):
        if isinstance(out, Tensor):
            part = np.sum(np.where(np.isfinite(out.data), out, np.zeros_like(out.data)) * seed)
            total = part if total is None else total + part
    if total is not None:
        total.backward()
    return [leaf.data for leaf in there.given], [leaf.grad for leaf in there.given]


def jaxs(case: Case, values: list[np.ndarray]) -> list[np.ndarray]:
    import jax
    import jax.numpy as jnp

    def total(given: list[Any]) -> Any:
        there = library(jnp, jax.devices("cpu")[0], values[0].dtype, jax.Array, lambda _, i: given[i])
        return sum(jnp.sum(jnp.where(jnp.isfinite(out), out, 0) * seed) for out, seed in seeded(case(there), values[0].dtype))

    return [np.asarray(g) for g in jax.jit(jax.grad(total))([jnp.asarray(v) for v in values])]


@cache
def expected(name: str) -> list[np.ndarray]:
    """JAX's, in double precision."""
    import jax

    with jax.enable_x64(True):
        return jaxs(CASES[name], ours(CASES[name], np.float64)[0])


@pytest.mark.parametrize("name", [name for name in CASES if name not in NO_GRADIENT])
@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_every_gradient_is_jaxs(name, dtype, near):
    (values, found), theirs = ours(CASES[name], dtype), expected(name)
    assert any(g is not None for g in found)
    scale = max(1.0, *(np.abs(e).max(initial=0) for e in theirs))
    for mine, its, value in zip(found, theirs, values, strict=True):
        mine = np.zeros_like(value) if mine is None else mine
        assert mine.dtype == dtype and mine.shape == value.shape
        np.testing.assert_allclose(mine, its, rtol=near, atol=near * scale)


@pytest.mark.parametrize("name", sorted(NO_GRADIENT))
def test_what_has_no_gradient_is_known(name):
    assert all(g is None or not np.any(g) for g in ours(CASES[name], np.float64)[1])


def test_a_mixture_that_reads_values_is_differentiated_too():
    """`dispatch` gives each expert its own tokens, `dispatch_fixed` room for all: one gradient."""
    found = [ours(lambda L, make=make: llama.losses(make(L), IDS), np.float64)[1] for make in (mixture, lambda L: roomy(fixed_mixture(L)))]
    assert len(found[0]) == len(found[1]) > 20
    for one, other in zip(*found):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def roomy(model: Any) -> Any:
    return model._replace(block=partial(transformer.decoder_block, feed=partial(moe.mixtral, k=2, room=16)))
