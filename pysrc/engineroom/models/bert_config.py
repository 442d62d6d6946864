"""What a BERT checkpoint says about its sizes, and which tensors it must then hold."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader
from engineroom.transformer import BERT_EPS


class Config(NamedTuple):
    """Sizes of a BERT; beside each, its name in a checkpoint's config.json."""

    vocab_size: int
    d_model: int  # hidden_size
    n_layers: int  # num_hidden_layers
    n_heads: int  # num_attention_heads
    d_ff: int  # intermediate_size
    n_positions: int  # max_position_embeddings
    n_types: int  # type_vocab_size


def read(config: Mapping[str, Any]) -> Config:
    """The sizes in a checkpoint's config.json.

    Raises UnsupportedConfig for another architecture, a size that is absent, and any entry that might change what the model computes
    and is not known here.
    """
    f = Reader(config)
    must = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "layer_norm_eps": BERT_EPS}
    for name, value in must.items():
        f.only(name, value, "this encoder is BERT's, with")
    names = (
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "max_position_embeddings",
        "type_vocab_size",
    )  # in the order of Config's fields
    sizes = Config(*(f.whole(name) for name in names))
    f.done(("tie_word_embeddings",))  # there is no head to tie
    if sizes.d_model % sizes.n_heads:
        raise UnsupportedConfig(f"hidden_size {sizes.d_model} of the config cannot be cut into num_attention_heads {sizes.n_heads}")
    return sizes


def shapes(c: Config) -> dict[str, tuple[int, ...]]:
    """Every tensor of the encoder, and the pooler that BERT's pretraining left behind, with its shape."""

    def dense(name: str, d_out: int, d_in: int) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (d_out, d_in), f"{name}.bias": (d_out,)}

    def norm(name: str) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (c.d_model,), f"{name}.bias": (c.d_model,)}

    found = {
        "embeddings.word_embeddings.weight": (c.vocab_size, c.d_model),
        "embeddings.position_embeddings.weight": (c.n_positions, c.d_model),
        "embeddings.token_type_embeddings.weight": (c.n_types, c.d_model),
        **norm("embeddings.LayerNorm"),
    }
    for layer in (f"encoder.layer.{number}" for number in range(c.n_layers)):
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            found |= dense(f"{layer}.{name}", c.d_model, c.d_model)
        found |= norm(f"{layer}.attention.output.LayerNorm")
        found |= dense(f"{layer}.intermediate.dense", c.d_ff, c.d_model)
        found |= dense(f"{layer}.output.dense", c.d_model, c.d_ff)
        found |= norm(f"{layer}.output.LayerNorm")
    return found | dense("pooler.dense", c.d_model, c.d_model)
