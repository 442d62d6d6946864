"""Normalisation: keep each position's numbers in a range the next layer can use."""

from engineroom import by_type
from engineroom.arrays import Array, floating
from engineroom.errors import ShapeError


@by_type.dispatched
def layer_norm(x: Array, weight: Array | None = None, bias: Array | None = None, eps: float = 1e-5) -> Array:
    r"""$\mathrm{LayerNorm}(x) = g \odot (x - \mu) / \sqrt{\sigma^2 + \epsilon} + b$, over the last axis.

    Ba et al. 2016, arXiv 1607.06450, equations 3 and 4; $\sigma^2$ divides by d, not d − 1. x (..., d) floating,
    weight $g$ and bias $b$ (d,), either may be left out. Raises ShapeError, DTypeError.

    Differs from the paper: $\epsilon$ keeps a constant row from dividing by zero (BERT 1e-12, PyTorch 1e-5).
    """
    xp = floating(x)
    for name, p in (("weight", weight), ("bias", bias)):
        if p is not None and tuple(p.shape) != (x.shape[-1],):
            raise ShapeError(f"layer_norm: {name} {tuple(p.shape)} should be ({x.shape[-1]},), the last axis of x")
    centred = x - xp.mean(x, axis=-1, keepdims=True)  # (..., d)
    variance = xp.mean(centred * centred, axis=-1, keepdims=True)  # (..., 1)
    y = centred / xp.sqrt(variance + eps)  # (..., d): mean 0, variance 1
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


@by_type.dispatched
def rms_norm(x: Array, weight: Array | None = None, eps: float = 1e-6) -> Array:
    r"""$\mathrm{RMSNorm}(x) = g \odot x / \sqrt{\frac1d \sum_i x_i^2 + \epsilon}$, over the last axis.

    Zhang & Sennrich 2019, arXiv 1910.07467, equation 4: LayerNorm without the mean and the bias. x (..., d) floating,
    weight $g$ (d,), may be left out. Raises ShapeError, DTypeError.

    Differs from the paper: $\epsilon$ keeps a row of zeros from dividing by zero (Llama 1e-5).
    """
    xp = floating(x)
    if weight is not None and tuple(weight.shape) != (x.shape[-1],):
        raise ShapeError(f"rms_norm: weight {tuple(weight.shape)} should be ({x.shape[-1]},), the last axis of x")
    mean_square = xp.vecdot(x, x)[..., None] / x.shape[-1]  # (..., 1)
    y = x / xp.sqrt(mean_square + eps)  # (..., d): mean square 1
    return y if weight is None else y * weight
