"""Blocks: attention and feed-forward, each added to what came in."""

from collections.abc import Callable

from engineroom.arrays import Array, Params, parameter
from engineroom.attention import multi_head
from engineroom.feedforward import feed_forward
from engineroom.norm import layer_norm

BERT_EPS = 1e-12  # google-research/bert, modeling.py


def encoder_block(
    x: Array, params: Params, n_heads: int, mask: Array | None = None, attend: Callable = multi_head
) -> tuple[Array, Array]:
    r"""One encoder layer: $x' = \mathrm{LayerNorm}(x + \mathrm{MultiHead}(x))$, $y = \mathrm{LayerNorm}(x' + \mathrm{FFN}(x'))$.

    Vaswani et al. 2017, section 3.1, as in BERT (Devlin et al. 2019, arXiv 1810.04805): the norm comes after the sum.
    x (..., n, d_model); params one layer of a BERT checkpoint, nested at the dots of its names
    ("attention.self.query.weight", "attention.output.dense.weight", …); mask as in scaled_dot_product.
    `attend` replaces multi_head: same arguments, same two results.
    Returns (..., n, d_model) and the attention weights (..., h, n, n). Raises MissingTensor, ShapeError, DTypeError.

    Differs from the paper: GELU for ReLU, biases in the projections, no dropout (nothing is being trained).
    """
    attention = {**parameter(params, "attention.self"), "output": parameter(params, "attention.output.dense")}
    ffn = {"up": parameter(params, "intermediate.dense"), "down": parameter(params, "output.dense")}
    attended, weights = attend(x, attention, n_heads, mask)  # (..., n, d_model), (..., h, n, n)
    x = _norm(x + attended, params, "attention.output.LayerNorm")  # (..., n, d_model)
    x = _norm(x + feed_forward(x, ffn), params, "output.LayerNorm")  # (..., n, d_model)
    return x, weights


def _norm(x: Array, params: Params, name: str) -> Array:
    return layer_norm(x, parameter(params, f"{name}.weight"), parameter(params, f"{name}.bias"), eps=BERT_EPS)
