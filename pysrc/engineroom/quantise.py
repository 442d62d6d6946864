"""Weights in one byte each, or less: every row of a matrix is cut into blocks with a scale of their own.

Absmax quantisation: Dettmers et al. 2022, "LLM.int8()", arXiv 2208.07339, section 2. One scale for a whole row is not
enough where a few weights are a hundred times larger than the rest, as in a BERT's feed-forward layers: they would
leave the others only a few of the 255 steps (section 3 of the same paper). Blocks keep the damage local.
"""

import copy
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from engineroom.arrays import Array, device, floating, namespace
from engineroom.errors import MissingTensor, ShapeError
from engineroom.products import engine_of, product

ROWS = 1024  # of a QuantisedMatrix that are floating at a time
SCALE = ".scale"  # a quantised tensor "w" is stored as "w" (int8) and "w.scale" (float32)


def quantise(weight: Array, block: int = 64, bits: int = 8) -> tuple[Array, Array]:
    r"""$q = \mathrm{round}(w / s)$ with $s = \max |w| / (2^{b-1} - 1)$ over each block of `block` neighbours in a row.

    weight (rows, columns) floating; returns q, int8 of the same shape, and s (rows, columns/block) of weight's dtype.
    With 8 bits q is within ±127, with 4 within ±7. The error of each entry is at most $s/2$.
    Raises ShapeError when `block` does not divide the columns, bits are not 2 to 8, or weight is no matrix; DTypeError.
    """
    xp = floating(weight, "weight", ndim=2)
    if weight.ndim != 2:
        raise ShapeError(f"weight {tuple(weight.shape)} should be (rows, columns)")
    rows, columns = weight.shape
    if not 2 <= bits <= 8:
        raise ShapeError(f"{bits} bits: an int8 holds 2 to 8")
    if block < 1 or columns % block:
        raise ShapeError(f"rows of {columns} cannot be cut into blocks of {block}")
    w = xp.reshape(weight, (rows, columns // block, block))
    scale = xp.max(xp.abs(w), axis=-1) / (2 ** (bits - 1) - 1)  # (rows, columns/block)
    safe = xp.where(scale == 0, xp.ones_like(scale), scale)  # a block of zeros stays zeros
    return xp.reshape(xp.astype(xp.round(w / safe[:, :, None]), xp.int8), (rows, columns)), scale


def dequantise(q: Array, scale: Array) -> Array:
    r"""$w \approx s\,q$: q (rows, columns) int8, scale (rows, blocks); returns (rows, columns) in scale's dtype.

    Raises ShapeError when the blocks do not divide the columns or the rows disagree.
    """
    namespace(q, "q")
    xp = namespace(scale, "scale")
    if q.ndim != 2 or scale.ndim != 2 or scale.shape[0] != q.shape[0] or not scale.shape[1] or q.shape[1] % scale.shape[1]:
        raise ShapeError(f"scale {tuple(scale.shape)} does not cut the rows of q {tuple(q.shape)} into equal blocks")
    rows, columns = q.shape
    blocks = xp.reshape(xp.astype(q, scale.dtype), (rows, scale.shape[1], columns // scale.shape[1]))
    return xp.reshape(blocks * scale[:, :, None], (rows, columns))


def expand(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """A checkpoint with every int8 matrix dequantised by its ".scale", the other tensors copied.

    Nothing of it refers to the file it was read from, whose memory can be let go. Raises MissingTensor when a scale is absent.
    """
    expanded = {}
    for name, tensor in tensors.items():
        if name.endswith(SCALE):
            continue
        xp = namespace(tensor, name)
        if tensor.ndim != 2 or not xp.isdtype(tensor.dtype, "signed integer"):
            expanded[name] = xp.asarray(tensor, copy=True, device=device(tensor))
        elif name + SCALE in tensors:
            expanded[name] = dequantise(tensor, tensors[name + SCALE])
        else:
            raise MissingTensor(f"the checkpoint has {name} in int8, without its scales {name}{SCALE}")
    return expanded


class QuantisedMatrix:
    """A matrix kept in whole numbers and their scales, that multiplies as if it were floating: `linear` takes it as a weight.

    Eight bits take a quarter of float32's memory, since only a few rows at a time are floating. Fewer bits are kept in a byte each
    all the same: they show what the precision costs, not what it saves.
    """

    ndim = 2

    def __init__(self, weight: Array, bits: int = 8, block: int | None = None):
        """weight (rows, columns) floating; a scale for each `block` neighbours, None for the whole row. Raises what `quantise` raises."""
        xp = floating(weight, "weight", ndim=2)
        self.shape, self.dtype = tuple(weight.shape), weight.dtype
        if weight.ndim != 2:
            raise ShapeError(f"weight {tuple(weight.shape)} should be (rows, columns)")
        parts = [quantise(weight[span, :], block or self.shape[1], bits) for span in self._spans()]
        self.q, self.scale = (xp.concat(arrays) for arrays in zip(*parts))  # (rows, columns) int8, (rows, columns/block)

    def __array_namespace__(self, **_: Any) -> ModuleType:
        return namespace(self.q)

    @property
    def device(self) -> Any:
        return device(self.q)

    def times(self, x: Array) -> Array:
        r"""$x W^\top$: x (..., columns) → (..., rows)."""
        y = engine_of(x, self.q, self.scale).quantised(x, self.q, self.scale)
        if y is not NotImplemented:
            return y
        xp = namespace(x)
        scale = xp.astype(self.scale, xp.result_type(x, self.scale), copy=False)  # a product of two dtypes would cast number by number
        return xp.concat([product(x, dequantise(self.q[span, :], scale[span, :])) for span in self._spans()], axis=-1)

    def rows(self, ids: Array) -> Array:
        """The rows at integer ids (n,), dequantised: (n, columns)."""
        return dequantise(*self._taken(ids))

    def take(self, ids: Array) -> "QuantisedMatrix":
        """The matrix of the rows at integer ids (n,), in this order and still quantised: (n, columns)."""
        taken = copy.copy(self)
        taken.q, taken.scale = self._taken(ids)
        taken.shape = tuple(taken.q.shape)
        return taken

    def astype(self, dtype: Any) -> "QuantisedMatrix":
        """The same whole numbers, with scales of another floating dtype, which its rows then have."""
        cast = copy.copy(self)
        cast.scale, cast.dtype = namespace(self.scale).astype(self.scale, dtype), dtype
        return cast

    def _taken(self, ids: Array) -> tuple[Array, Array]:
        q, scale = (namespace(array).take(array, ids, axis=0) for array in (self.q, self.scale))
        return q, scale

    def _spans(self) -> list[slice]:
        return [slice(at, min(at + ROWS, self.shape[0])) for at in range(0, self.shape[0], ROWS)]
