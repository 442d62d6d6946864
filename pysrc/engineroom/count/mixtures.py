"""Mixtures of experts: a router sends each token to a few of many feed-forward layers."""

from collections.abc import Mapping
from fractions import Fraction

from engineroom.count import windows
from engineroom.count.decoders import BIASES, WINDOW, Block, assembled, gated, sizes
from engineroom.count.layout import Family, Layout, Tensor
from engineroom.count.vision import llama4_vision
from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader

BLOCKS = {
    "mixtral": Block(
        sizes(32000, 4096, 14336, 32, 32, 8, None, num_local_experts=8, num_experts_per_tok=2), sees=windows.everywhere, stray=BIASES
    ),
    "qwen3_moe": Block(
        sizes(
            151936,
            2048,
            6144,
            24,
            32,
            4,
            None,
            sliding_window=4096,
            num_experts=128,
            num_experts_per_tok=8,
            moe_intermediate_size=768,
            decoder_sparse_step=1,
        ),
        head_norms="each",
        switched="qkvo",
        sees=windows.if_used,
        stray=WINDOW,
    ),
    "gpt_oss": Block(
        sizes(201088, 2880, 2880, 36, 64, 8, 64, sliding_window=128, attention_bias=True, num_local_experts=128, num_experts_per_tok=4),
        switched="qkvo",
        sees=windows.but_every_second,
    ),
    "glm4_moe": Block(
        sizes(
            151552,
            4096,
            10944,
            46,
            96,
            8,
            None,
            n_routed_experts=128,
            n_shared_experts=1,
            num_experts_per_tok=8,
            moe_intermediate_size=1408,
            first_k_dense_replace=1,
        ),
        switched="qkv",
    ),
    "llama4_text": Block(
        sizes(
            202048,
            5120,
            8192,
            48,
            40,
            8,
            128,
            intermediate_size_mlp=16384,
            num_local_experts=16,
            num_experts_per_tok=1,
            interleave_moe_layer_step=1,
            no_rope_layer_interval=4,
            attention_chunk_size=8192,
        ),
        switched="qkvo",
        sees=windows.llama4,
        stray=(
            "attention_chunk_size",
            "for_llm_compressor",
            "no_rope_layer_interval",
            "no_rope_layers",
            "use_qk_norm",
        ),  # their norms have no gains
    ),
}


def mixtral(f: Reader) -> Layout:
    """Mixtral (Jiang et al. 2024, arXiv 2401.04088): Mistral, every feed-forward layer replaced by experts."""
    return assembled(f, BLOCKS["mixtral"], experts(f, f.whole("intermediate_size"), "num_local_experts", f.whole("num_hidden_layers")))


def qwen3_moe(f: Reader) -> Layout:
    """Qwen3's mixtures (arXiv 2505.09388): experts in every layer, but for `decoder_sparse_step` and `mlp_only_layers`."""
    n_layers, step, dense = f.whole("num_hidden_layers"), f.whole("decoder_sparse_step"), f.numbers("mlp_only_layers") or []
    n_mixed = sum(number not in dense and number % step == step - 1 for number in range(n_layers))
    tensors = experts(f, f.whole("moe_intermediate_size"), "num_experts", n_mixed)
    tensors += gated(f.whole("hidden_size"), f.whole("intermediate_size"), n_layers - n_mixed)
    return assembled(f, BLOCKS["qwen3_moe"], tensors)


def gpt_oss(f: Reader) -> Layout:
    """gpt-oss (OpenAI 2025, arXiv 2508.10925): biases everywhere, and a learned sink for each head, which joins its softmax."""
    n_layers = f.whole("num_hidden_layers")
    tensors = experts(f, f.whole("intermediate_size"), "num_local_experts", n_layers, bias=True)
    return assembled(f, BLOCKS["gpt_oss"], [*tensors, Tensor("attention", "self_attn.sinks", (f.whole("num_attention_heads"),), n_layers)])


def glm4_moe(f: Reader) -> Layout:
    """GLM-4.5 (arXiv 2508.06471): the first layers dense, then experts and shared ones; norms of queries and keys where `use_qk_norm` is true."""
    block = BLOCKS["glm4_moe"]
    return assembled(f, block._replace(head_norms="each" if f.flag("use_qk_norm") else ""), first_dense(f))


def llama4_text(f: Reader) -> Layout:
    """Llama 4 (meta-llama/llama-models, `llama4/`): one routed expert and one shared in every layer, or in every other one.

    Three layers in four see chunks of `attention_chunk_size`.
    """
    d, n_layers, wide, step = (
        f.whole(name) for name in ("hidden_size", "num_hidden_layers", "intermediate_size", "interleave_moe_layer_step")
    )
    mixed = f.numbers("moe_layers")
    n_mixed = len(range(step - 1, n_layers, step)) if mixed is None else sum(number in mixed for number in range(n_layers))
    if mixed and (len(mixed) != n_mixed):
        raise UnsupportedConfig(f"moe_layers lists {len(mixed)} layers, of which {n_mixed} are among the {n_layers} there are")
    tensors = experts(f, wide, "num_local_experts", n_mixed) + gated(d, wide, n_mixed, "feed_forward.shared_expert")
    tensors += gated(d, f.whole("intermediate_size_mlp"), n_layers - n_mixed, "feed_forward")
    return assembled(f, BLOCKS["llama4_text"], tensors)


def llama4(f: Reader) -> Layout:
    """Llama 4 with its eyes: the text model, a vision encoder, and a projector between them."""
    text = FAMILIES["llama4_text"].read(f.inner("text_config"))
    d_text = f.inner("text_config").given(BLOCKS["llama4_text"].absent).whole("hidden_size")
    return text._replace(tensors=text.tensors + llama4_vision(f.inner("vision_config"), d_text))


def first_dense(f: Reader) -> list[Tensor]:
    """Feed-forward layers, the first `first_k_dense_replace` of them dense, the others experts and shared ones."""
    d, n_layers, wide = f.whole("hidden_size"), f.whole("num_hidden_layers"), f.whole("moe_intermediate_size")
    first = f.whole("first_k_dense_replace", least=0)
    if first > n_layers:
        raise UnsupportedConfig(f"first_k_dense_replace {first} is more than num_hidden_layers {n_layers}")
    f.only("moe_layer_freq", 1, "known is only")
    tensors = experts(f, wide, "n_routed_experts", n_layers - first)
    tensors += gated(d, wide * f.whole("n_shared_experts", least=0), n_layers - first, "mlp.shared_experts")
    return tensors + gated(d, f.whole("intermediate_size"), first)


def experts(f: Reader, d_ff: int, number: str, n_layers: int, bias: bool = False) -> list[Tensor]:
    """As many routed experts in each of n_layers as the field called `number` says, and their router."""
    d, n_experts, per_token = f.whole("hidden_size"), f.whole(number), f.whole("num_experts_per_tok")
    if per_token > n_experts:
        raise UnsupportedConfig(f"num_experts_per_tok {per_token} is more than the {n_experts} experts there are")
    share = Fraction(per_token, n_experts)
    found = [tensor._replace(part="experts", times=n_experts * n_layers, share=share) for tensor in gated(d, d_ff, 1, "experts", bias)]
    found.append(Tensor("router", "router.weight", (n_experts, d), n_layers))
    return [*found, Tensor("router", "router.bias", (n_experts,), n_layers)] if bias else found


ALIASES: Mapping[str, Mapping[str, str]] = {
    "mixtral": {"num_experts": "num_local_experts"},
    "qwen3_moe": {"num_local_experts": "num_experts"},
    "gpt_oss": {"num_experts": "num_local_experts", "experts_per_token": "num_experts_per_tok"},
    "glm4_moe": {"num_local_experts": "n_routed_experts"},
}
COUNTERS = {"mixtral": mixtral, "qwen3_moe": qwen3_moe, "gpt_oss": gpt_oss, "glm4_moe": glm4_moe, "llama4_text": llama4_text}
FAMILIES = {name: Family(count, BLOCKS[name].absent, BLOCKS[name].stray, ALIASES.get(name, {})) for name, count in COUNTERS.items()}
FAMILIES["llama4"] = Family(
    llama4,
    {},
    ("boi_token_id", "boi_token_index", "eoi_token_id", "eoi_token_index", "image_token_id", "image_token_index", "tie_word_embeddings"),
)
