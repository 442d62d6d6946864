"""Blocks: attention and feed-forward, each added to what came in. Three kinds, and the two places for a norm.

Each block takes one layer of a checkpoint, nested at the dots of its own names, and returns the attention weights too.
"""

from collections.abc import Callable
from typing import Any

from engineroom.arrays import Array, Params, parameter
from engineroom.attention import multi_head
from engineroom.feedforward import feed_forward, gated_feed_forward, relu, silu
from engineroom.norm import layer_norm, rms_norm

BERT_EPS = 1e-12  # google-research/bert, modeling.py
EPS = 1e-5  # PyTorch's LayerNorm


def encoder_block(x: Array, params: Params, n_heads: int, mask: Array | None = None, attend: Callable = multi_head) -> tuple[Array, Array]:
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
    x = _layer_norm(x + attended, params, "attention.output.LayerNorm", BERT_EPS)  # (..., n, d_model)
    x = _layer_norm(x + feed_forward(x, ffn), params, "output.LayerNorm", BERT_EPS)  # (..., n, d_model)
    return x, weights


def swiglu(x: Array, params: Params, activation: Callable[[Array], Array] = silu) -> Array:
    """The feed-forward part of a Llama layer: gated_feed_forward with the layer's "mlp.gate_proj", "mlp.up_proj" and "mlp.down_proj".

    x (..., d_model), params the layer's; returns (..., d_model). Raises MissingTensor, ShapeError, DTypeError.
    """
    ffn = {name: parameter(params, f"mlp.{name}_proj") for name in ("gate", "up", "down")}
    return gated_feed_forward(x, ffn, activation)


def decoder_block(
    x: Array,
    params: Params,
    n_heads: int,
    mask: Array | None = None,
    attend: Callable = multi_head,
    feed: Callable[[Array, Params], Array] = swiglu,
    norm: Callable = rms_norm,
    eps: float = EPS,
    **options: Any,
) -> tuple[Array, Array]:
    r"""One decoder layer: $x' = x + \mathrm{MultiHead}(\mathrm{RMSNorm}(x))$, $y = x' + \mathrm{SwiGLU}(\mathrm{RMSNorm}(x'))$.

    Touvron et al. 2023, "LLaMA", arXiv 2302.13971, section 2.2: the norm comes before each part, so that what enters a layer
    also leaves it, plus two corrections. x (..., n, d_model); params one layer of a Llama checkpoint ("self_attn.q_proj.weight",
    "mlp.gate_proj.weight", …); mask as in scaled_dot_product. `attend` replaces multi_head, and `options` go to it: `rotate`, `cache`;
    `feed` replaces swiglu, taking the layer's params; `norm` replaces rms_norm, taking a weight and `eps`.
    Returns (..., n, d_model) and the attention weights (..., h, n, n_k). Raises MissingTensor, ShapeError, DTypeError.
    """
    normed = norm(x, parameter(params, "input_layernorm.weight"), eps=eps)  # (..., n, d_model)
    attended, weights = attend(normed, _parts(params, "self_attn", LLAMA), n_heads, mask, **options)  # (..., n, d_model), (..., h, n, n_k)
    x = x + attended
    x = x + feed(norm(x, parameter(params, "post_attention_layernorm.weight"), eps=eps), params)
    return x, weights


def source_block(x: Array, params: Params, n_heads: int, mask: Array | None = None) -> tuple[Array, Array]:
    r"""One layer of an encoder–decoder's encoder, as the paper has it: `encoder_block` with ReLU.

    Vaswani et al. 2017, section 3.1. x (..., n, d_model); params one encoder layer of a BART checkpoint ("self_attn.q_proj.weight",
    "fc1.weight", …). Returns (..., n, d_model) and the weights (..., h, n, n). Raises MissingTensor, ShapeError, DTypeError.
    """
    attended, weights = multi_head(x, _parts(params, "self_attn", BART), n_heads, mask)
    x = _layer_norm(x + attended, params, "self_attn_layer_norm")  # (..., n, d_model)
    return _fed(x, params), weights


def target_block(
    x: Array, source: Array, params: Params, n_heads: int, mask: Array | None = None, cross_mask: Array | None = None, **options: Any
) -> tuple[Array, Array, Array]:
    r"""One layer of an encoder–decoder's decoder: self-attention, then cross-attention to the encoder's output, then FFN.

    Vaswani et al. 2017, section 3.1 and 3.2.3. x (..., n, d_model), source (..., n_s, d_model) what the encoder made; params one
    decoder layer of a BART checkpoint; `mask` is for the self-attention, `cross_mask` for the cross-attention, broadcasting to
    (..., h, n, n_s): where it hides everything, nothing of the source arrives. `options` go to the self-attention: `cache`.
    Returns (..., n, d_model), the self-attention weights (..., h, n, n_k) and the cross-attention weights (..., h, n, n_s).
    Raises MissingTensor, ShapeError, DTypeError.
    """
    attended, own = multi_head(x, _parts(params, "self_attn", BART), n_heads, mask, **options)
    x = _layer_norm(x + attended, params, "self_attn_layer_norm")  # (..., n, d_model)
    attended, cross = multi_head(x, _parts(params, "encoder_attn", BART), n_heads, cross_mask, source=source)
    x = _layer_norm(x + attended, params, "encoder_attn_layer_norm")  # (..., n, d_model)
    return _fed(x, params), own, cross


BART = ("q_proj", "k_proj", "v_proj", "out_proj")
LLAMA = ("q_proj", "k_proj", "v_proj", "o_proj")


def _parts(params: Params, name: str, projections: tuple[str, ...]) -> Params:
    parts = zip(("query", "key", "value", "output"), projections)
    return {part: parameter(params, f"{name}.{projection}") for part, projection in parts}


def _fed(x: Array, params: Params) -> Array:
    ffn = {"up": parameter(params, "fc1"), "down": parameter(params, "fc2")}
    return _layer_norm(x + feed_forward(x, ffn, relu), params, "final_layer_norm")


def _layer_norm(x: Array, params: Params, name: str, eps: float = EPS) -> Array:
    return layer_norm(x, parameter(params, f"{name}.weight"), parameter(params, f"{name}.bias"), eps=eps)
