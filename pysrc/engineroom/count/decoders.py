"""Decoders since Llama: the same block, with other norms, biases and windows. A family is a row of BLOCKS."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from engineroom.count import windows
from engineroom.count.layout import Attention, Family, Layout, Tensor
from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader

SIZES = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim")
BIASES = ("attention_bias", "mlp_bias")
WINDOW = ("sliding_window", "use_sliding_window", "max_window_layers")


def sizes(*values: int | None, tied: bool = False, **more: Any) -> dict[str, Any]:
    """What absent entries mean: SIZES in their order, and others. Key heads None: as many as heads; head_dim None: a fair share."""
    return {**dict(zip(SIZES, values, strict=True)), "tie_word_embeddings": tied, **more}


class Block(NamedTuple):
    """What makes a family's layers; the defaults are Mistral's of today.

    norms: RMSNorms of d_model in a layer. head_norms: of queries and keys: "each" head, or "all" heads as one. biased: the projections
    with a bias, always; switched: those to which `attention_bias` gives one. fed: whether `mlp_bias` gives gate, up and down one.
    both_ways: whether `use_bidirectional_attention` makes an encoder of it. sees: the window of each of so many layers.
    """

    absent: Mapping[str, Any]
    norms: int = 2
    head_norms: str = ""
    biased: str = ""
    switched: str = ""
    fed: bool = False
    both_ways: bool = False
    sees: Callable[[Reader, int], windows.Windows] = windows.nowhere
    stray: tuple[str, ...] = ()


BLOCKS = {
    # Touvron et al. 2023, arXiv 2302.13971
    "llama": Block(sizes(32000, 4096, 11008, 32, 32, None, None), switched="qkvo", fed=True, stray=WINDOW),
    # Jiang et al. 2023, arXiv 2310.06825; mistralai, Ministral of 2024 and of 2025
    "mistral": Block(sizes(32000, 4096, 14336, 32, 32, 8, None, sliding_window=4096), sees=windows.everywhere, stray=BIASES),
    "ministral": Block(sizes(32000, 4096, 14336, 32, 32, 8, None, sliding_window=4096), sees=windows.everywhere, stray=BIASES),
    "ministral3": Block(sizes(131072, 4096, 14336, 34, 32, 8, 128), sees=windows.everywhere, stray=BIASES),
    # Yang et al. 2024 and 2025, arXiv 2407.10671 and 2505.09388
    "qwen2": Block(
        sizes(151936, 4096, 22016, 32, 32, 32, None, sliding_window=4096, max_window_layers=28),
        biased="qkv",
        sees=windows.late_if_used,
        stray=(*BIASES, *WINDOW),
    ),
    "qwen3": Block(
        sizes(151936, 4096, 22016, 32, 32, 32, 128, sliding_window=4096, max_window_layers=28),
        head_norms="each",
        switched="qkvo",
        sees=windows.late_if_used,
        stray=("mlp_bias", *WINDOW),
    ),
    # Gemma Team 2024 and 2025, arXiv 2403.08295, 2408.00118, 2503.19786: a norm before and after each part since the second
    "gemma": Block(sizes(256000, 3072, 24576, 28, 16, 16, 256, tied=True), switched="qkvo", both_ways=True),
    "gemma2": Block(
        sizes(256000, 2304, 9216, 26, 8, 4, 256, tied=True, sliding_window=4096),
        norms=4,
        switched="qkvo",
        both_ways=True,
        sees=windows.but_every_second,
    ),
    "gemma3_text": Block(
        sizes(262208, 2304, 9216, 26, 8, 4, 256, tied=True, sliding_window=4096, sliding_window_pattern=6),
        norms=4,
        head_norms="each",
        switched="qkvo",
        both_ways=True,
        sees=windows.gemma3,
        stray=("sliding_window_pattern",),
    ),
    # Abdin et al. 2024, arXiv 2404.14219, and Phi-4-mini, arXiv 2503.01743: query, key and value in one matrix, gate and up in another, of as many numbers
    "phi3": Block(sizes(32064, 3072, 8192, 32, 32, None, None), sees=windows.everywhere, stray=BIASES),
    # Team OLMo 2024, arXiv 2501.00656: norms after each part, and of all queries and all keys
    "olmo2": Block(sizes(50304, 4096, 11008, 32, 32, None, None), head_norms="all", switched="qkvo", stray=WINDOW),
    # IBM, Granite 3: Llama's block with four multipliers
    "granite": Block(sizes(32000, 4096, 11008, 32, 32, None, None), switched="qkvo", fed=True, stray=WINDOW),
}


def dense(f: Reader, block: Block) -> Layout:
    """A decoder with one feed-forward layer in each of its layers."""
    d, n_layers = f.whole("hidden_size"), f.whole("num_hidden_layers")
    tensors = gated(d, f.whole("intermediate_size"), n_layers, bias=block.fed and f.flag("mlp_bias"))
    return assembled(f, block, tensors)


def assembled(f: Reader, block: Block, feed_forward: list[Tensor]) -> Layout:
    """A decoder around its feed-forward layers: embedding, attention, norms, head."""
    d, n_layers, tied = f.whole("hidden_size"), f.whole("num_hidden_layers"), f.flag("tie_word_embeddings")
    h, kv, d_head = f.heads()
    rows = {"q": h * d_head, "k": kv * d_head, "v": kv * d_head, "o": d}
    biased = block.biased + (block.switched if block.switched and f.flag("attention_bias") else "")
    found = [Tensor("embedding", "embed_tokens.weight", (f.whole("vocab_size"), d))]
    for name, n in rows.items():
        found.append(Tensor("attention", f"self_attn.{name}_proj.weight", (n, h * d_head if name == "o" else d), n_layers))
        if name in biased:
            found.append(Tensor("attention", f"self_attn.{name}_proj.bias", (n,), n_layers))
    for name, n in (("q", h), ("k", kv)):
        if block.head_norms:
            found.append(Tensor("norm", f"self_attn.{name}_norm.weight", (d_head if block.head_norms == "each" else n * d_head,), n_layers))
    found += [Tensor("norm", f"{block.norms} norms of each layer", (d,), block.norms * n_layers), Tensor("norm", "norm.weight", (d,))]
    layers = [Attention(h, d_head, d_head, 2 * kv * d_head, window) for window in block.sees(f, n_layers)]
    causal = not (block.both_ways and f.flag("use_bidirectional_attention"))
    return Layout([*found, *feed_forward, *head(f, tied)], layers, causal, tied)


def gated(d: int, d_ff: int, times: int, name: str = "mlp", bias: bool = False) -> list[Tensor]:
    """Gate, up and down of a gated feed-forward layer."""
    shapes = {"gate": (d_ff, d), "up": (d_ff, d), "down": (d, d_ff)}
    found = [Tensor("feed-forward", f"{name}.{part}_proj.weight", shape, times) for part, shape in shapes.items()]
    return found + [Tensor("feed-forward", f"{name}.{part}_proj.bias", shape[:1], times) for part, shape in shapes.items() if bias]


def head(f: Reader, tied: bool) -> list[Tensor]:
    return [] if tied else [Tensor("head", "lm_head.weight", (f.whole("vocab_size"), f.whole("hidden_size")))]


def mistral3(f: Reader) -> Layout:
    """The text model of Mistral Small 3.1 and its kind; what sees pictures is not counted. Its own `tie_word_embeddings` comes first."""
    tied = {"tie_word_embeddings": f.flag("tie_word_embeddings")} if f.has("tie_word_embeddings") else {}
    text = f.inner("text_config", **tied)
    kind = text.text("model_type", "mistral")
    if kind not in TEXTS:
        raise UnsupportedConfig(f"model_type of the text_config is {kind!r}; known are {', '.join(TEXTS)}")
    return FAMILIES[kind].read(text)


TEXTS = ("mistral", "ministral", "ministral3")
PICTURES = (
    "image_token_id",
    "image_token_index",
    "multimodal_projector_bias",
    "projector_hidden_act",
    "spatial_merge_size",
    "vision_config",
    "vision_feature_layer",
)
FAMILIES = {name: Family(partial(dense, block=block), block.absent, block.stray) for name, block in BLOCKS.items()}
FAMILIES["mistral3"] = Family(mistral3, {}, PICTURES)
