"""The linear map: every learned matrix of a transformer is one of these."""

from engineroom.arrays import Array, Params, floating, parameter
from engineroom.errors import ShapeError


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    r"""$y = x W^\top + b$, with $W$ stored as checkpoints store it: one row per output.

    x (..., d_in), weight (d_out, d_in), bias (d_out,), all floating; returns (..., d_out).
    Raises ShapeError when they do not fit, DTypeError when they are not floating-point arrays.

    Differs from the paper: Vaswani et al. 2017 (arXiv 1706.03762) write $xW$; PyTorch's layout is the transpose.
    """
    floating(x)
    floating(weight, "weight", ndim=2)
    if weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ShapeError(f"linear: x {tuple(x.shape)} does not fit weight {tuple(weight.shape)}: "
                         "x's last axis must equal weight's last axis")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ShapeError(f"linear: bias {tuple(bias.shape)} should be ({weight.shape[0]},)")
    # every matrix product with learned weights passes through this line
    y = x @ weight.T  # (..., d_out)
    return y if bias is None else y + bias


def project(x: Array, params: Params, name: str) -> Array:
    """`linear` with the parameters called `name`: params[name] is {"weight", "bias"}, the bias may be absent.

    Raises MissingTensor when there is no such weight, and what `linear` raises.
    """
    return linear(x, parameter(params, f"{name}.weight"), parameter(params, name).get("bias"))
