"""What an encoder–decoder's checkpoint says about its sizes and alphabets, and which tensors it must then hold."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader


class Config(NamedTuple):
    """Sizes and alphabets; beside each, its name in config.json."""

    d_model: int
    n_encoder_layers: int  # encoder_layers
    n_decoder_layers: int  # decoder_layers
    n_heads: int  # encoder_attention_heads and decoder_attention_heads
    d_ff: int  # encoder_ffn_dim and decoder_ffn_dim
    source: tuple[str, ...]  # source_tokens
    target: tuple[str, ...]  # target_tokens


def read(config: Mapping[str, Any]) -> Config:
    """The sizes in a checkpoint's config.json.

    Raises UnsupportedConfig for a size or an alphabet that is absent, decoder and encoder of different widths, and any entry that
    might change what the model computes and is not known here.
    """
    f = Reader(config)
    f.only("model_type", "engineroom-seq2seq", "the encoder–decoder here is")
    f.only("activation_function", "relu", "the feed-forward layers here are Vaswani's, with")
    names = ("d_model", "encoder_layers", "decoder_layers", "encoder_attention_heads", "encoder_ffn_dim")  # in the order of Config's fields
    source, target = (tuple(f.names(f"{side}_tokens") or ()) for side in ("source", "target"))
    if not source or not target:
        raise UnsupportedConfig("source_tokens and target_tokens of the config must name what each id stands for")
    sizes = Config(*(f.whole(name) for name in names), source=source, target=target)
    for name, value in (("decoder_attention_heads", sizes.n_heads), ("decoder_ffn_dim", sizes.d_ff)):
        f.only(name, value, "it must be the encoder's,")
    f.done()
    return sizes


def shapes(c: Config) -> dict[str, tuple[int, ...]]:
    """Every tensor of the model, with its shape."""
    found: dict[str, tuple[int, ...]] = {}
    for side, pieces, n_layers in (("encoder", c.source, c.n_encoder_layers), ("decoder", c.target, c.n_decoder_layers)):
        found[f"{side}.embed_tokens.weight"] = (len(pieces), c.d_model)
        attentions = ("self_attn",) if side == "encoder" else ("self_attn", "encoder_attn")
        for layer in (f"{side}.layers.{number}" for number in range(n_layers)):
            dense = {f"{part}.{p}_proj": (c.d_model, c.d_model) for part in attentions for p in ("q", "k", "v", "out")}
            for name, shape in {**dense, "fc1": (c.d_ff, c.d_model), "fc2": (c.d_model, c.d_ff)}.items():
                found |= {f"{layer}.{name}.weight": shape, f"{layer}.{name}.bias": shape[:1]}
            for name in (*(f"{part}_layer_norm" for part in attentions), "final_layer_norm"):
                found |= {f"{layer}.{name}.weight": (c.d_model,), f"{layer}.{name}.bias": (c.d_model,)}
    return found
