"""What a Llama checkpoint says about its sizes, and which tensors it must then hold."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from engineroom import rope_config
from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader

POSITIONS = ("rope", "sinusoidal", "alibi", "none")
STRAY = ("max_window_layers", "sliding_window", "use_sliding_window")  # of other families: no layer of Llama's has a window


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
    rope_scaling: dict[str, Any] | None = None  # rope_scaling or rope_parameters, with all it leaves out: see rope.scaled
    attention_bias: bool = False  # attention_bias: of query, key, value and output
    feed_forward_bias: bool = False  # mlp_bias: of gate, up and down
    window: int | None = None  # sliding_window, of Mixtral: how many positions a query sees; None for all
    experts_per_token: int = 0  # num_experts_per_tok; 0: one feed-forward layer for all


def read(config: Mapping[str, Any]) -> Config:
    """The sizes in the config.json of a Llama.

    Raises UnsupportedConfig for another architecture, a size that is absent or does not fit, and any entry that might change what the
    model computes and is not known here.
    """
    f = Reader(config)
    sizes = shared(f, "llama", 10000.0)._replace(attention_bias=f.flag("attention_bias"), feed_forward_bias=f.flag("mlp_bias"))
    done(f, STRAY)
    return sizes


def shared(f: Reader, model_type: str, rope_base: float) -> Config:
    """The sizes of a model of this type, which has Llama's attention and norms; rope_base is what an absent rope_theta means.

    Raises UnsupportedConfig naming an entry that is wrong, or of another model.
    """
    why = f"this decoder is {model_type.capitalize()}'s, with"
    f.only("model_type", model_type, why)
    f.only("hidden_act", "silu", why)
    n_heads, n_kv_heads, d_head = f.heads()
    n_positions, position = f.whole("max_position_embeddings"), f.text("position", "rope")
    if position not in POSITIONS:
        raise UnsupportedConfig(f"position is {position!r}; known are {', '.join(POSITIONS)}")
    turning = rope_config.read(f, d_head, n_positions, rope_base)
    return Config(
        f.whole("vocab_size"),
        f.whole("hidden_size"),
        f.whole("num_hidden_layers"),
        n_heads,
        n_kv_heads,
        d_head,
        f.whole("intermediate_size"),
        n_positions,
        turning.base,
        f.number("rms_norm_eps", 1e-6),
        f.flag("tie_word_embeddings"),
        position,
        turning.scaling,
    )


def done(f: Reader, stray: Collection[str] = ()) -> None:
    """Raises UnsupportedConfig naming what was not read of a model with Llama's block."""
    f.only("layer_types", ["full_attention"] * f.whole("num_hidden_layers"), "every layer here is of the kind that sees all:")
    f.done(stray)


def write(c: Config) -> dict[str, Any]:
    """The config.json of a Llama of these sizes, as transformers reads it; `read` undoes it.

    Raises UnsupportedConfig for what transformers' Llama has not: other positions than RoPE's, experts, a window.
    """
    if c.position != "rope" or c.experts_per_token or c.window:
        what = f"positions by {c.position}" if c.position != "rope" else "experts" if c.experts_per_token else "a window"
        raise UnsupportedConfig(f"transformers' Llama has no {what}: it would load the weights and compute something else")
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "vocab_size": c.vocab_size,
        "hidden_size": c.d_model,
        "num_hidden_layers": c.n_layers,
        "num_attention_heads": c.n_heads,
        "num_key_value_heads": c.n_kv_heads,
        "head_dim": c.d_head,
        "intermediate_size": c.d_ff,
        "max_position_embeddings": c.n_positions,
        "rope_theta": c.rope_base,
        "rope_scaling": c.rope_scaling,
        "rms_norm_eps": c.eps,
        "tie_word_embeddings": c.tied,
        "attention_bias": c.attention_bias,
        "mlp_bias": c.feed_forward_bias,
    }


def shapes(c: Config) -> dict[str, tuple[int, ...]]:
    """Every tensor of the model, with its shape."""
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (c.vocab_size, c.d_model)}
    queries, keys = c.n_heads * c.d_head, c.n_kv_heads * c.d_head
    attention = {"q": (queries, c.d_model), "k": (keys, c.d_model), "v": (keys, c.d_model), "o": (c.d_model, queries)}
    feed_forward = {"gate": (c.d_ff, c.d_model), "up": (c.d_ff, c.d_model), "down": (c.d_model, c.d_ff)}
    for layer in (f"model.layers.{number}" for number in range(c.n_layers)):
        for part, matrices, biased in (("self_attn", attention, c.attention_bias), ("mlp", feed_forward, c.feed_forward_bias)):
            for name, shape in matrices.items():
                found[f"{layer}.{part}.{name}_proj.weight"] = shape
                if biased:
                    found[f"{layer}.{part}.{name}_proj.bias"] = shape[:1]
        found |= {f"{layer}.{norm}_layernorm.weight": (c.d_model,) for norm in ("input", "post_attention")}
    found["model.norm.weight"] = (c.d_model,)
    return found if c.tied else found | {"lm_head.weight": (c.vocab_size, c.d_model)}
