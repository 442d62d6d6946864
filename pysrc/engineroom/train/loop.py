"""The loop: draw a batch, take the gradient of its loss, step, say what is known."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from engineroom import optim
from engineroom.arrays import Array, namespace
from engineroom.errors import ShapeError, UnsupportedConfig
from engineroom.grad import value_and_grad
from engineroom.models import llama
from engineroom.models.llama import Llama
from engineroom.optim import Optimiser
from engineroom.train import batches
from engineroom.train.batches import Split
from engineroom.train.log import Entry

type Tree = Any


class Plan(NamedTuple):
    """How long, how fast, on what. `rate` is the learning rate's schedule, a function of the step; None: warm_up_cosine to `peak`."""

    steps: int
    batch: int = 16
    length: int = 64
    peak: float = 3e-3
    warm: int | None = None  # steps to reach it; None: a tenth of all, 100 at most
    clip: float = 1.0
    every: int = 50  # steps between two measurements of the held-out loss
    windows: int = 32  # that it is measured on
    seed: int = 0
    rate: Callable[[int], float] | None = None


class State(NamedTuple):
    """All that a run needs to go on as if it had never stopped; batches follow from seed and step."""

    params: Tree
    optimiser: Tree
    step: int  # the next
    tokens: int
    seed: int


class Run:
    """A run over `ids`: iterate over it, or over `entries(n)`, and its `state` and `model` are those after the last whole step.

    Whatever ends a loop, a break, an interrupt or the last step, the next one goes on from there.
    """

    def __init__(
        self,
        model: Llama,
        ids: Any,
        plan: Plan,
        optimiser: Optimiser | None = None,
        split: Split | None = None,
        state: State | None = None,
        loss: Callable[[Llama, Array], Array] = llama.losses,
    ):
        """ids (n,) integers, NumPy's; the optimiser is AdamW, without decay of gains and biases; the split is batches.held_out's.

        `state` is one to go on from, of this plan's seed. `loss` gives the nats of each token of a batch (batch, length + 1), whose mean is
        trained on. Raises ShapeError for ids in several axes or too few of them, UnsupportedConfig for a state of another
        seed, or a warm-up that is not shorter than the run.
        """
        self._model, self._ids, self.plan, self._loss = model, np.asarray(ids), plan, loss
        if self._ids.ndim != 1:
            raise ShapeError(f"ids {self._ids.shape} should be (n,), a text in one piece")
        self.split = split or batches.held_out(
            len(self._ids), plan.length, seed=plan.seed, block=max(4 * plan.length, len(self._ids) // 256)
        )
        self._optimiser = optimiser or optim.adamw(decays=optim.matrices(model.params))
        self._rate = plan.rate or optim.warm_up_cosine(
            plan.peak, min(100, plan.steps // 10) if plan.warm is None else plan.warm, plan.steps
        )
        if state is not None and state.seed != plan.seed:
            raise UnsupportedConfig(f"the state is of a run with seed {state.seed}, the plan has {plan.seed}: other batches would follow")
        self.state = state or State(model.params, self._optimiser.start(model.params), 0, 0, plan.seed)
        self._gradient = value_and_grad(self._mean)

    @property
    def model(self) -> Llama:
        """As trained so far."""
        return self._model._replace(params=self.state.params)

    def __iter__(self) -> Iterator[Entry]:
        return self.entries(self.plan.steps)

    def entries(self, steps: int) -> Iterator[Entry]:
        """At most so many steps more, one entry for each; the held-out loss before the first, every so often, and after the last."""
        for _ in range(min(steps, self.plan.steps - self.state.step)):
            yield self._step()

    def held_out_loss(self) -> float:
        """Nats for each token of the held-out windows, which nothing was learned from."""
        windows = batches.spread(self._ids, self.split.held_out, self.plan.windows, self.plan.length)
        return float(self._mean(self.state.params, windows))

    def _mean(self, params: Tree, ids: Array) -> Array:
        losses = self._loss(self._model._replace(params=params), ids)
        return namespace(losses).mean(losses)

    def _step(self) -> Entry:
        plan, (params, state, step, tokens, seed) = self.plan, self.state
        held = self.held_out_loss() if step == 0 else None  # before anything was learned
        began = time.perf_counter()
        ids = batches.batch(self._ids, self.split.train, plan.batch, plan.length, seed, step)
        value, gradient = self._gradient(params, ids)
        gradient, norm = optim.clipped(gradient, plan.clip)
        rate = self._rate(step)
        params, state = self._optimiser.step(params, state, gradient, rate)
        tokens += ids.shape[0] * plan.length
        self.state = State(params, state, step + 1, tokens, seed)
        took = time.perf_counter() - began
        if held is None and ((step + 1) % plan.every == 0 or step + 1 == plan.steps):
            held = self.held_out_loss()
        return Entry(step, float(value), held, rate, float(norm), tokens, ids.shape[0] * plan.length / max(took, 1e-9))
