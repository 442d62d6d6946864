"""Mixtures of experts: a router sends each token to a few of many feed-forward layers."""

from fractions import Fraction

from engineroom.count import decoders
from engineroom.config import Fields
from engineroom.count.layout import Attention, Layout, Tensor
from engineroom.count.vision import llama4_vision
from engineroom.errors import UnsupportedConfig


def mixtral(f: Fields) -> Layout:
    """Mixtral (arXiv 2401.04088): Mistral, every feed-forward layer replaced by experts."""
    d, n_layers, tied = f.whole("hidden_size"), f.whole("num_hidden_layers"), f.flag("tie_word_embeddings", False)
    routed = _experts(d, f.whole("intermediate_size"), f.whole("num_local_experts"), f.whole("num_experts_per_tok"), n_layers)
    tensors = [*decoders.body(f, norms=2), *routed, *decoders.head(f, tied)]
    return Layout(tensors, decoders.attention(f, f.windows(n_layers)), tied=tied)


def llama4(f: Fields) -> Layout:
    """Llama 4 with its eyes: the text model, a vision encoder, and a projector between them."""
    text = llama4_text(f.inner("text_config"))
    return text._replace(tensors=text.tensors + llama4_vision(f.inner("vision_config"), f.inner("text_config").whole("hidden_size")))


def llama4_text(f: Fields) -> Layout:
    """Llama 4 (meta-llama/llama-models, `llama4/`): one routed expert and one shared in every layer, or in every other one.

    Three layers in four see chunks of `attention_chunk_size`.
    """
    d, n_layers, tied = f.whole("hidden_size"), f.whole("num_hidden_layers"), f.flag("tie_word_embeddings", False)
    step, wide = f.whole("interleave_moe_layer_step", 1), f.whole("intermediate_size")
    listed = f.numbers("moe_layers")
    n_mixed = len(listed) if listed is not None else len(range(step - 1, n_layers, step))
    if not 0 <= n_mixed <= n_layers:
        raise UnsupportedConfig(f"moe_layers lists {n_mixed} layers of {n_layers}")
    tensors = decoders.body(f, norms=2)
    tensors += _experts(d, wide, f.whole("num_local_experts"), f.whole("num_experts_per_tok", 1), n_mixed)
    tensors += decoders.gated(d, wide, n_mixed, "feed_forward.shared_expert")
    if n_mixed < n_layers:
        tensors += decoders.gated(d, f.whole("intermediate_size_mlp"), n_layers - n_mixed, "feed_forward")
    windows = f.windows(n_layers)
    if not f.has("layer_types"):
        chunk = f.whole("attention_chunk_size", 8192)
        windows = [None if number % 4 == 3 else chunk for number in range(n_layers)]
    return Layout([*tensors, *decoders.head(f, tied)], decoders.attention(f, windows), tied=tied)


def deepseek_v3(f: Fields) -> Layout:
    """DeepSeek-V3 (arXiv 2412.19437): latent attention, whose cache is one small vector, and many small experts.

    The router's balancing biases are no parameters (they are not trained by gradient), nor is the module that predicts two tokens.
    """
    d, n_layers, h = f.whole("hidden_size"), f.whole("num_hidden_layers"), f.whole("num_attention_heads")
    q_rank, kv_rank, turned = f.whole("q_lora_rank"), f.whole("kv_lora_rank"), f.whole("qk_rope_head_dim")
    plain, d_v, tied = f.whole("qk_nope_head_dim"), f.whole("v_head_dim"), f.flag("tie_word_embeddings", False)
    shapes = {
        "q_a_proj": (q_rank, d), "q_b_proj": (h * (plain + turned), q_rank), "kv_a_proj_with_mqa": (kv_rank + turned, d),
        "kv_b_proj": (h * (plain + d_v), kv_rank), "o_proj": (d, h * d_v),
    }
    first, wide = f.whole("first_k_dense_replace", 0, least=0), f.whole("moe_intermediate_size")
    if first > n_layers:
        raise UnsupportedConfig(f"first_k_dense_replace {first} is more than num_hidden_layers {n_layers}")
    tensors = [Tensor("embedding", "embed_tokens.weight", (f.whole("vocab_size"), d))]
    tensors += [Tensor("attention", f"self_attn.{name}.weight", shape, n_layers) for name, shape in shapes.items()]
    tensors += [
        Tensor("norm", "self_attn.q_a_layernorm.weight", (q_rank,), n_layers), Tensor("norm", "self_attn.kv_a_layernorm.weight", (kv_rank,), n_layers),
        Tensor("norm", "2 norms of each layer", (d,), 2 * n_layers), Tensor("norm", "norm.weight", (d,)),
    ]
    tensors += _experts(d, wide, f.whole("n_routed_experts"), f.whole("num_experts_per_tok"), n_layers - first)
    tensors += decoders.gated(d, wide * f.whole("n_shared_experts", 0, least=0), n_layers - first, "mlp.shared_experts")
    tensors += decoders.gated(d, f.whole("intermediate_size"), first)
    layer = Attention(h, plain + turned, d_v, kv_rank + turned)
    return Layout([*tensors, *decoders.head(f, tied)], [layer] * n_layers, tied=tied)


def _experts(d: int, d_ff: int, n_experts: int, per_token: int, n_layers: int) -> list[Tensor]:
    if per_token > n_experts:
        raise UnsupportedConfig(f"num_experts_per_tok {per_token} is more than the {n_experts} experts there are")
    share = Fraction(per_token, n_experts)
    experts = (
        tensor._replace(part="experts", times=n_experts * n_layers, share=share) for tensor in decoders.gated(d, d_ff, 1, "experts")
    )
    return [*experts, Tensor("router", "router.weight", (n_experts, d), n_layers)]
