"""Mixture of experts: many feed-forward layers, of which a router gives each token a few.

Shazeer et al. 2017, arXiv 1701.06538. `routing` chooses, `experts` computes what was chosen, `balance` says how evenly, `capacity` how many
fit; `layers` are the mixtures of published models, on their own checkpoints' names. Shapes: n tokens, E experts, k of them for a token.
"""

from engineroom.moe.balance import adjusted_bias, load, mixtral_loss, switch_loss
from engineroom.moe.capacity import capacity, distinct, limit
from engineroom.moe.experts import dispatch, dispatch_fixed, mixture
from engineroom.moe.layers import deepseek, llama4, mixtral, route
from engineroom.moe.routing import Routing, biased_top_k, sigmoid_top_1, softmax_top_k

__all__ = [
    "Routing",
    "adjusted_bias",
    "biased_top_k",
    "capacity",
    "deepseek",
    "dispatch",
    "dispatch_fixed",
    "distinct",
    "limit",
    "llama4",
    "load",
    "mixtral",
    "mixtral_loss",
    "mixture",
    "route",
    "sigmoid_top_1",
    "softmax_top_k",
    "switch_loss",
]
