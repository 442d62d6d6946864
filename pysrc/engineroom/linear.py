"""The linear map: every learned matrix of a transformer is one of these."""

from collections.abc import Sequence

from engineroom.arrays import Array, Params, floating, namespace, parameter
from engineroom.errors import DTypeError, ShapeError
from engineroom.products import product
from engineroom.quantise import QuantisedMatrix


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    r"""$y = x W^\top + b$, with $W$ stored as checkpoints store it: one row per output.

    x (..., d_in), weight (d_out, d_in), bias (d_out,), all floating; returns (..., d_out).
    Raises ShapeError when they do not fit, DTypeError when they are not floating-point arrays.

    Differs from the paper: Vaswani et al. 2017 (arXiv 1706.03762) write $xW$; PyTorch's layout is the transpose.
    """
    floating(x)
    if getattr(weight, "dtype", None) != x.dtype:
        floating(weight, "weight")
    if weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ShapeError(f"linear: x {tuple(x.shape)} does not fit weight {tuple(weight.shape)}: "
                         "x's last axis must equal weight's last axis")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ShapeError(f"linear: bias {tuple(bias.shape)} should be ({weight.shape[0]},)")
    y = weight.times(x) if type(weight) is QuantisedMatrix else product(x, weight)  # (..., d_out)
    return y if bias is None else y + bias


def embedding(weight: Array, ids: Sequence[int]) -> Array:
    """The rows of a table, one for each id: weight (vocab_size, d_model), ids (n,) integers; returns (n, d_model).

    Raises ShapeError for no ids, or one outside the table; DTypeError for ids that are not integers.
    """
    xp = namespace(weight, "weight")
    if len(ids) == 0:
        raise ShapeError("at least one id is needed")
    try:
        numbers = [i.__index__() for i in ids]
    except AttributeError:
        raise DTypeError("ids must be integers: [token.id for token in tokens]") from None
    wrong = next((i for i in numbers if not 0 <= i < weight.shape[0]), None)
    if wrong is not None:
        raise ShapeError(f"id {wrong} is outside the vocabulary of {weight.shape[0]}")
    rows = xp.asarray(numbers)
    return weight.rows(rows) if isinstance(weight, QuantisedMatrix) else xp.take(weight, rows, axis=0)


def project(x: Array, params: Params, name: str) -> Array:
    """`linear` with the parameters called `name`: params[name] is {"weight", "bias"}, the bias may be absent.

    Raises MissingTensor when there is no such weight, and what `linear` raises.
    """
    part = params.get(name, {})
    return linear(x, part["weight"] if "weight" in part else parameter(params, f"{name}.weight"), part.get("bias"))
