"""From a Llama to another one, whose numbers are the same or changed in one known way."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engineroom import rope
from engineroom.arrays import Array, Params, device, namespace, parameter
from engineroom.errors import DTypeError
from engineroom.models.llama import Llama

READERS = {  # of each norm of a layer: the part of the layer, and the matrices in it, that its output goes to
    "input_layernorm": ("self_attn", ("q_proj", "k_proj", "v_proj")),
    "post_attention_layernorm": ("mlp", ("gate_proj", "up_proj")),
}


def repack(model: Llama, layout: rope.Layout) -> Llama:
    """The same model with RoPE's pairs where `layout` wants them: the rows of every query and key matrix move, its logits stay.

    As transformers does to Meta's checkpoints (`permute` in convert_llama_weights_to_hf.py). What does not move is shared with `model`.
    Raises UnsupportedConfig for a layout that is none.
    """
    heads = {"q_proj": model.config.n_heads, "k_proj": model.config.n_kv_heads}
    if layout == model.layout:
        return model

    def moved(attention: Params) -> Params:
        found = {name: {leaf: _moved(array, n, layout) for leaf, array in attention[name].items()} for name, n in heads.items()}
        return {**attention, **found}

    return with_attention(model, moved)._replace(layout=layout)


def fold_norms(model: Llama) -> Llama:
    r"""The same model with each norm's gain in the matrices that read it, $W (g \odot y) = (W \operatorname{diag} g)\,y$; its logits stay.

    Every gain is then one. The head becomes a matrix of its own: a table that is also the embedding cannot take the last norm's gain.
    As TransformerLens folds layer norms (`fold_layer_norm`). Raises MissingTensor naming what a layer does not have, DTypeError for
    quantised matrices, whose scales go by rows.
    """
    head = "model.embed_tokens.weight" if model.config.tied else "lm_head.weight"
    layers = {number: _folded(layer) for number, layer in parameter(model.params, "model.layers").items()}
    gain = parameter(model.params, "model.norm.weight")
    body = {**model.params["model"], "layers": layers, "norm": {"weight": _ones(gain)}}
    params = {**model.params, "model": body, "lm_head": {"weight": _scaled(parameter(model.params, head), gain, head)}}
    return model._replace(config=model.config._replace(tied=False), params=params)


def computing_in(model: Llama, dtype: Any) -> Llama:
    """The same weights, computed with in `dtype`: what enters the first layer has it, and every product follows.

    Only the embedding table is copied. In float64 machines that add in different orders agree to a dozen digits, which is what
    training or an eigenvector may need to come out alike.
    """
    table = parameter(model.params, "model.embed_tokens.weight")
    table = table.astype(dtype) if hasattr(table, "rows") else namespace(table).astype(table, dtype)
    return model._replace(params={**model.params, "model": {**model.params["model"], "embed_tokens": {"weight": table}}})


def with_attention(model: Llama, change: Callable[[Params], Params]) -> Llama:
    """The model with `change` made to each layer's attention, {"q_proj": {"weight": array}, …}. Nothing else of it is copied."""
    layers = parameter(model.params, "model.layers")
    changed = {number: {**layer, "self_attn": change(layer["self_attn"])} for number, layer in layers.items()}
    return model._replace(params={**model.params, "model": {**model.params["model"], "layers": changed}})


def _moved(weight: Array, n_heads: int, layout: rope.Layout) -> Array:
    if not hasattr(weight, "rows"):
        return rope.repack(weight, n_heads, layout)
    order = rope.repack(np.arange(weight.shape[0], dtype=np.float64), n_heads, layout)
    rows = [int(row) for row in order]  # for the library's own integers: in the page they have 32 bits, and 64 are refused
    return weight.take(namespace(weight).asarray(rows, device=device(weight)))


def _folded(layer: Params) -> Params:
    changed = dict(layer)
    for norm, (part, names) in READERS.items():
        gain = parameter(layer, f"{norm}.weight")
        readers = {
            name: {**parameter(layer, f"{part}.{name}"), "weight": _scaled(parameter(layer, f"{part}.{name}.weight"), gain, name)}
            for name in names
        }
        changed |= {norm: {"weight": _ones(gain)}, part: {**layer[part], **readers}}
    return changed


def _scaled(weight: Array, gain: Array, name: str) -> Array:
    if hasattr(weight, "rows"):
        raise DTypeError(f"{name} is quantised: its scales go by rows, a gain by columns. Fold the norms first, then quantise")
    return weight * gain


def _ones(gain: Array) -> Array:
    return namespace(gain).ones_like(gain)
