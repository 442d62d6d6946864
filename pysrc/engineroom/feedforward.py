"""The feed-forward layer: each position alone, through a wider space and back."""

import math
from collections.abc import Callable, Sequence

from engineroom import by_type
from engineroom.arrays import Array, Params, floating
from engineroom.linear import project

# Cody 1969, "Rational Chebyshev Approximations for the Error Function", Mathematics of Computation 23, pp. 631–637:
# numerators and denominators, highest power first. erf(x) = x·R(x²) for |x| ≤ 0.46875; erfc(x) = e^(−x²)·R(x) beyond.
_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_FAR = (
    (
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)


def _ratio(x: Array, coefficients: tuple[Sequence[float], Sequence[float]]) -> Array:
    above, below = (polynomial[0] * x + polynomial[1] for polynomial in coefficients)
    for a, b in zip(coefficients[0][2:], coefficients[1][2:]):
        above, below = above * x + a, below * x + b
    return above / below


@by_type.dispatched
def erf(x: Array) -> Array:
    r"""$\mathrm{erf}(x) = \frac{2}{\sqrt\pi} \int_0^x e^{-t^2}\,dt$, elementwise, to the precision of x's dtype.

    The Array API has no erf, so this is Cody's approximation (1969), in float64 within 3e-16 of the true value.
    Raises DTypeError for non-floating arrays.
    """
    xp = floating(x, ndim=0)
    size = xp.abs(x)
    inner = xp.where(size < 0.46875, x, xp.zeros_like(x))
    outer = xp.where(size > 6, xp.full_like(x, 6.0), size)  # 1 − erf(6) is 2e-17: one, in float64
    near = inner * _ratio(inner * inner, _NEAR)
    far = 1 - xp.exp(-outer * outer) * _ratio(outer, _FAR)
    return xp.where(size < 0.46875, near, xp.where(x < 0, -far, far))


def relu(x: Array) -> Array:
    r"""$\max(0, x)$, elementwise: the activation of Vaswani et al. 2017, equation 2. Raises DTypeError for non-floating arrays."""
    xp = floating(x, ndim=0)
    return xp.where(x > 0, x, xp.zeros_like(x))


def silu(x: Array) -> Array:
    r"""$x\,\sigma(x) = x / (1 + e^{-x})$, elementwise; also called swish.

    Elfwing et al. 2017, arXiv 1702.03118, equation 1. Raises DTypeError for non-floating arrays.
    """
    xp = floating(x, ndim=0)
    half = 0.5 * x
    return half + half * xp.tanh(half)  # the same number, and no overflow


@by_type.dispatched
def gelu(x: Array) -> Array:
    r"""$\mathrm{GELU}(x) = x\,\Phi(x) = \frac{x}{2}\,(1 + \mathrm{erf}(x / \sqrt 2))$, elementwise.

    Hendrycks & Gimpel 2016, arXiv 1606.08415, section 2. Raises DTypeError for non-floating arrays.
    """
    floating(x, ndim=0)
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def gelu_tanh(x: Array) -> Array:
    r"""$\frac{x}{2}\,(1 + \tanh(\sqrt{2/\pi}\,(x + 0.044715\,x^3)))$, elementwise: GPT-2's GELU.

    Hendrycks & Gimpel 2016, arXiv 1606.08415, section 2: an approximation, off by at most 5e-4.
    Raises DTypeError for non-floating arrays.
    """
    xp = floating(x, ndim=0)
    return 0.5 * x * (1 + xp.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


@by_type.dispatched
def gated(gate: Array, up: Array, activation: Callable[[Array], Array] = silu) -> Array:
    r"""$\mathrm{activation}(g) \odot u$: how much of each number of `up` passes, both (..., d_ff). The middle of gated_feed_forward."""
    return activation(gate) * up


def feed_forward(x: Array, params: Params, activation: Callable[[Array], Array] = gelu) -> Array:
    r"""$\mathrm{FFN}(x) = \mathrm{activation}(xW_1 + b_1)\,W_2 + b_2$: Vaswani et al. 2017, equation 2.

    x (..., d_model); params {"up": {"weight": (d_ff, d_model), "bias"}, "down": {"weight": (d_model, d_ff), "bias"}}.
    Returns (..., d_model). Raises MissingTensor, ShapeError, DTypeError.

    Differs from the paper: GELU, as in BERT and GPT, where the paper has ReLU.
    """
    hidden = activation(project(x, params, "up"))  # (..., d_ff)
    return project(hidden, params, "down")  # (..., d_model)


def gated_feed_forward(x: Array, params: Params, activation: Callable[[Array], Array] = silu) -> Array:
    r"""$\mathrm{SwiGLU}(x) = (\mathrm{silu}(xW_g) \odot xW_u)\,W_d$: a second product decides how much of the first passes.

    Shazeer 2020, arXiv 2002.05202, equation 6; with `activation=gelu` it is GEGLU. x (..., d_model); params {"gate", "up":
    {"weight": (d_ff, d_model)}, "down": {"weight": (d_model, d_ff)}}. Returns (..., d_model).
    Raises MissingTensor, ShapeError, DTypeError.
    """
    hidden = gated(project(x, params, "gate"), project(x, params, "up"), activation)  # (..., d_ff)
    return project(hidden, params, "down")  # (..., d_model)
