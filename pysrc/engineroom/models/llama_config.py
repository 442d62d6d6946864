"""What a Llama checkpoint says about its sizes, and which tensors it must then hold."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from engineroom.config import Fields
from engineroom.errors import UnsupportedConfig

POSITIONS = ("rope", "sinusoidal", "alibi", "none")


class Config(NamedTuple):
    """Sizes of a Llama; beside each, its name in a checkpoint's config.json."""

    vocab_size: int
    d_model: int  # hidden_size
    n_layers: int  # num_hidden_layers
    n_heads: int  # num_attention_heads
    n_kv_heads: int  # num_key_value_heads; absent: as many as heads
    d_head: int  # head_dim; absent: hidden_size / num_attention_heads
    d_ff: int  # intermediate_size
    n_positions: int  # max_position_embeddings
    rope_base: float  # rope_theta
    eps: float  # rms_norm_eps
    tied: bool  # tie_word_embeddings: the head is the embedding table
    position: str  # position, a key of our own: one of POSITIONS
    experts_per_token: int = 0  # num_experts_per_tok; 0: one feed-forward layer for all


def read(config: Mapping[str, Any], model_type: str = "llama") -> Config:
    """The sizes in a checkpoint's config.json, which is of this type: Llama's, or one that shares its attention and norms.

    Raises UnsupportedConfig for another architecture, or a size that is absent or does not fit.
    """
    must = {"model_type": model_type, "hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
    for key, value in must.items():
        if config.get(key, value) != value:
            raise UnsupportedConfig(f"{key} is {config[key]!r}; this decoder is {model_type.capitalize()}'s, with {value!r}")
    fields = Fields(config)
    n_heads, n_kv_heads, d_head = fields.heads()
    position = fields.text("position", "rope")
    if position not in POSITIONS:
        raise UnsupportedConfig(f"position is {position!r}; known are {', '.join(POSITIONS)}")
    return Config(
        fields.whole("vocab_size"), fields.whole("hidden_size"), fields.whole("num_hidden_layers"), n_heads, n_kv_heads, d_head,
        fields.whole("intermediate_size"), fields.whole("max_position_embeddings"),
        config.get("rope_theta", 10000.0), config.get("rms_norm_eps", 1e-6), fields.flag("tie_word_embeddings", False), position,
    )


def shapes(c: Config) -> dict[str, tuple[int, ...]]:
    """Every tensor of the model, with its shape."""
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (c.vocab_size, c.d_model)}
    queries, keys = c.n_heads * c.d_head, c.n_kv_heads * c.d_head
    for layer in (f"model.layers.{number}" for number in range(c.n_layers)):
        found |= {
            f"{layer}.input_layernorm.weight": (c.d_model,),
            f"{layer}.self_attn.q_proj.weight": (queries, c.d_model),
            f"{layer}.self_attn.k_proj.weight": (keys, c.d_model),
            f"{layer}.self_attn.v_proj.weight": (keys, c.d_model),
            f"{layer}.self_attn.o_proj.weight": (c.d_model, queries),
            f"{layer}.post_attention_layernorm.weight": (c.d_model,),
            f"{layer}.mlp.gate_proj.weight": (c.d_ff, c.d_model),
            f"{layer}.mlp.up_proj.weight": (c.d_ff, c.d_model),
            f"{layer}.mlp.down_proj.weight": (c.d_model, c.d_ff),
        }
    found["model.norm.weight"] = (c.d_model,)
    return found if c.tied else found | {"lm_head.weight": (c.vocab_size, c.d_model)}
