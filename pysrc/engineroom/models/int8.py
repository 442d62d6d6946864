"""Weights in one byte each: every row of a matrix has its own scale.

Absmax quantisation, row by row: Dettmers et al. 2022, "LLM.int8()", arXiv 2208.07339, section 2.
"""

from collections.abc import Mapping

from engineroom.arrays import Array, floating, namespace
from engineroom.errors import MissingTensor, ShapeError

SCALE = ".scale"  # a quantised tensor "w" is stored as "w" (int8) and "w.scale" (float32)


def quantise(weight: Array) -> tuple[Array, Array]:
    r"""$q_{ij} = \mathrm{round}(w_{ij} / s_i)$ with $s_i = \max_j |w_{ij}| / 127$.

    weight (rows, columns) floating; returns q, int8 of the same shape, and s (rows,) of weight's dtype. The error of
    each entry is at most $s_i/2$. Raises ShapeError, DTypeError.
    """
    xp = floating(weight, "weight", ndim=2)
    scale = xp.max(xp.abs(weight), axis=-1) / 127  # (rows,)
    safe = xp.where(scale == 0, xp.ones_like(scale), scale)  # a row of zeros stays zeros
    return xp.astype(xp.round(weight / safe[:, None]), xp.int8), scale


def dequantise(q: Array, scale: Array) -> Array:
    r"""$w_{ij} \approx s_i\,q_{ij}$: q (rows, columns) int8, scale (rows,); returns (rows, columns) in scale's dtype.

    Raises ShapeError when they do not agree on the rows.
    """
    xp = namespace(q, "q")
    if tuple(scale.shape) != tuple(q.shape[:-1]):
        raise ShapeError(f"scale {tuple(scale.shape)} should have one number for each row of q {tuple(q.shape)}")
    return xp.astype(q, scale.dtype) * scale[:, None]


def expand(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """A checkpoint with every int8 tensor dequantised by its ".scale"; the others as they are.

    Raises MissingTensor when a scale is absent.
    """
    expanded = {}
    for name, tensor in tensors.items():
        if name.endswith(SCALE):
            continue
        if namespace(tensor).isdtype(tensor.dtype, "signed integer") and tensor.ndim == 2:
            if name + SCALE not in tensors:
                raise MissingTensor(f"the checkpoint has {name} in int8, without its scales {name}{SCALE}")
            tensor = dequantise(tensor, tensors[name + SCALE])
        expanded[name] = tensor
    return expanded
