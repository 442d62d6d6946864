"""RoPE: turn each pair of numbers of a query or key by an angle that grows with its position.

Su et al. 2021, "RoFormer", arXiv 2104.09864, section 3.2. The dot product of a query turned to position m and a key turned
to position n depends on m − n only.
"""

from typing import Any, Literal, NamedTuple

from engineroom import by_type
from engineroom.arrays import Array, device, floating, namespace, placed
from engineroom.errors import ShapeError, UnsupportedConfig
from engineroom.rope_angles import frequencies, scaled

__all__ = ["Layout", "Rotation", "frequencies", "repack", "rotate", "rotation", "scaled"]

type Layout = Literal["half", "interleaved"]  # pairs (i, i + d/2), as Hugging Face keeps them; or (2i, 2i + 1), as the paper


class Rotation(NamedTuple):
    """The turns of n positions, ready to be applied: `rotation(x)` for x (..., n, d_head)."""

    cos: Array  # (n, d_head)
    sin: Array  # (n, d_head), negative at the first of each pair
    other: Array  # (d_head,): where each number's partner is

    @by_type.dispatched
    def __call__(self, x: Array) -> Array:
        """x turned, of the same shape. Raises ShapeError when x has other positions or pairs."""
        if tuple(x.shape[-2:]) != tuple(self.cos.shape):
            n, d_head = self.cos.shape
            raise ShapeError(f"x {tuple(x.shape)} is not {n} positions of {d_head // 2} pairs")
        return x * self.cos + namespace(x).take(x, self.other, axis=-1) * self.sin


def rotation(
    theta: Array, n: int, start: int = 0, layout: Layout = "half", amplitude: float = 1.0, dtype: Any = None, like: Array | None = None
) -> Rotation:
    r"""$\cos m\theta_i$ and $\sin m\theta_i$ for the positions $m$ = start, …, start + n − 1, in `dtype` (theta's own).

    Computed where theta is, in theta's dtype. With `like`, NumPy's angles turn arrays of like's library, on its device.

    `layout` says which numbers of a head are a pair; `amplitude` multiplies the result, as YaRN asks. Raises UnsupportedConfig.
    """
    xp = floating(theta, "theta")
    _known(layout)
    m = xp.arange(start, start + n, dtype=theta.dtype, device=device(theta))
    angle = m[:, None] * theta[None, :]  # (n, d_head/2)
    like, numbers = theta if like is None else like, xp.arange(2 * theta.shape[0], device=device(theta))
    cos, sin = (placed(f(angle) * amplitude, like, dtype or theta.dtype) for f in (xp.cos, xp.sin))
    first, second = _pairs(placed(numbers, like), layout)
    return Rotation(_join(cos, cos, layout), _join(-sin, sin, layout), _join(second, first, layout))


def rotate(x: Array, theta: Array, start: int = 0, layout: Layout = "half", amplitude: float = 1.0) -> Array:
    r"""$(x_a, x_b) \to (x_a \cos m\theta_i - x_b \sin m\theta_i,\; x_a \sin m\theta_i + x_b \cos m\theta_i)$, equation 34.

    x (..., n, d_head) floating, at positions m = start, start + 1, …; theta (d_head/2,) from `frequencies` or `scaled`, of x's library or
    NumPy's; the rest as in `rotation`. Same shape and dtype as x. Raises ShapeError when theta does not fit, DTypeError, UnsupportedConfig.
    """
    floating(x, ndim=2)
    return rotation(theta, x.shape[-2], start, layout, amplitude, x.dtype, like=x)(x)


def _known(layout: str) -> None:
    if layout not in ("half", "interleaved"):
        raise UnsupportedConfig(f"layout must be 'half' or 'interleaved', not {layout!r}")


def _pairs(x: Array, layout: Layout) -> tuple[Array, Array]:
    half = x.shape[-1] // 2
    if layout == "half":
        return x[..., :half], x[..., half:]
    return x[..., 0::2], x[..., 1::2]


def _join(a: Array, b: Array, layout: Layout) -> Array:
    xp = namespace(a)
    if layout == "half":
        return xp.concat([a, b], axis=-1)
    return xp.reshape(xp.stack([a, b], axis=-1), (*a.shape[:-1], 2 * a.shape[-1]))


def repack(weight: Array, n_heads: int, to: Layout) -> Array:
    """A query or key matrix with its rows moved so that the pairs lie as `to` wants them; the inverse of itself with the other.

    weight (n_heads·d_head, d_in), or its bias (n_heads·d_head,), in the other layout. Scores stay the same when query and
    key are both repacked and turned in the new layout. Raises ShapeError when the rows are no heads of pairs, UnsupportedConfig.
    """
    _known(to)
    xp = floating(weight, "weight")
    rows = weight.shape[0]
    if n_heads < 1 or rows % (2 * n_heads):
        raise ShapeError(f"{rows} rows are not {n_heads} heads of pairs")
    cut = (2, rows // n_heads // 2) if to == "interleaved" else (rows // n_heads // 2, 2)
    w = xp.reshape(weight, (n_heads, *cut, *weight.shape[1:]))
    return xp.reshape(xp.moveaxis(w, 1, 2), tuple(weight.shape))
