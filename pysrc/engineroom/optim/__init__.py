"""Optimisers: from parameters, state and gradient to the next parameters and state. Pure functions: nothing is written to.

    optimiser = optim.adamw(decays=optim.matrices(params))
    state = optimiser.start(params)
    gradient, norm = optim.clipped(gradient, 1.0)
    params, state = optimiser.step(params, state, gradient, rate)

Parameters, states and gradients are trees, of arrays of any library; one flat vector is a tree too, whose step is a few passes (`flatten`).
"""

from engineroom.optim.adamw import adamw
from engineroom.optim.clip import clipped, global_norm
from engineroom.optim.flat import flatten
from engineroom.optim.kinds import Optimiser, by_part, matrices
from engineroom.optim.muon import muon, orthogonal
from engineroom.optim.schedules import warm_up_cosine, warm_up_stable_decay
from engineroom.optim.sgd import sgd

__all__ = [
    "Optimiser",
    "adamw",
    "by_part",
    "clipped",
    "flatten",
    "global_norm",
    "matrices",
    "muon",
    "orthogonal",
    "sgd",
    "warm_up_cosine",
    "warm_up_stable_decay",
]
