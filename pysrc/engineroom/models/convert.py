"""From a Llama to another one, whose numbers are the same or changed in one known way."""

from collections.abc import Callable

from engineroom import rope
from engineroom.arrays import Array, Params, namespace, parameter
from engineroom.models.llama import Llama
from engineroom.quantise import QuantisedMatrix


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


def with_attention(model: Llama, change: Callable[[Params], Params]) -> Llama:
    """The model with `change` made to each layer's attention, {"q_proj": {"weight": array}, …}. Nothing else of it is copied."""
    layers = parameter(model.params, "model.layers")
    changed = {number: {**layer, "self_attn": change(layer["self_attn"])} for number, layer in layers.items()}
    return model._replace(params={**model.params, "model": {**model.params["model"], "layers": changed}})


def _moved(weight: Array, n_heads: int, layout: rope.Layout) -> Array:
    if not isinstance(weight, QuantisedMatrix):
        return rope.repack(weight, n_heads, layout)
    xp = namespace(weight)
    order = rope.repack(xp.arange(weight.shape[0], dtype=xp.float64), n_heads, layout)
    return weight.take(xp.astype(order, xp.int64))
