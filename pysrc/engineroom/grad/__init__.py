"""Gradients: how a number changes with each of the thousands it was computed from, for one and a half times the work of computing it.

    from engineroom import grad

    def loss(params, ids):
        return np.mean(llama.losses(model._replace(params=params), ids))

    value, gradient = grad.value_and_grad(loss)(model.params, ids)  # gradient: a tree like params

Or by hand, with a `Tensor` for each array whose gradient is wanted. The library's equations take Tensors as they take arrays.
"""

from engineroom.grad import engine, fused, tree
from engineroom.grad.functional import value_and_grad
from engineroom.grad.graph import graph
from engineroom.grad.tensor import Tensor

__all__ = ["Tensor", "engine", "fused", "graph", "tree", "value_and_grad"]
