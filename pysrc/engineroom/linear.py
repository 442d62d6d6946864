"""The linear map: every learned matrix of a transformer is one of these."""

from typing import Any

from engineroom import by_type
from engineroom.arrays import Array, Params, device, floating, indices, namespace, parameter
from engineroom.errors import ShapeError
from engineroom.products import product


@by_type.dispatched
def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    r"""$y = x W^\top + b$, with $W$ stored as checkpoints store it: one row per output.

    x (..., d_in), weight (d_out, d_in), bias (d_out,), all floating; returns (..., d_out). A weight that multiplies in its own way has
    `times(x)`: quantise.QuantisedMatrix does.
    Raises ShapeError when they do not fit, DTypeError when they are not floating-point arrays.

    Differs from the paper: Vaswani et al. 2017 (arXiv 1706.03762) write $xW$; PyTorch's layout is the transpose.
    """
    floating(x)
    if getattr(weight, "dtype", None) != x.dtype:
        floating(weight, "weight")
    if weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ShapeError(
            f"linear: x {tuple(x.shape)} does not fit weight {tuple(weight.shape)}: x's last axis must equal weight's last axis"
        )
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ShapeError(f"linear: bias {tuple(bias.shape)} should be ({weight.shape[0]},)")
    y = weight.times(x) if hasattr(weight, "times") else product(x, weight)  # (..., d_out)
    return y if bias is None else y + bias


@by_type.dispatched
def embedding(weight: Array, ids: Any, ndim: int = 0) -> Array:
    """The rows of a table, one for each id: weight (vocab_size, d_model), ids (...,) integers; returns (..., d_model).

    A weight that looks its rows up in its own way has `rows(ids)`. Raises ShapeError for no ids, one outside the table, or fewer axes than
    `ndim`; DTypeError for ids that are not integers.
    """
    xp = namespace(weight, "weight")
    ids = indices(ids, weight, weight.shape[0], ndim)
    flat = namespace(ids).reshape(ids, (-1,))
    rows = weight.rows(flat) if hasattr(weight, "rows") else xp.take(weight, flat, axis=0)
    return namespace(rows).reshape(rows, (*ids.shape, weight.shape[1]))


def dense(weight: Array) -> Array:
    """The matrix itself, or all the rows of a weight that looks them up in its own way."""
    return weight.rows(namespace(weight).arange(weight.shape[0], device=device(weight))) if hasattr(weight, "rows") else weight


def project(x: Array, params: Params, name: str) -> Array:
    """`linear` with the parameters called `name`: params[name] is {"weight", "bias"}, the bias may be absent.

    Raises MissingTensor when there is no such weight, and what `linear` raises.
    """
    part = params.get(name, {})
    return linear(x, part["weight"] if "weight" in part else parameter(params, f"{name}.weight"), part.get("bias"))
