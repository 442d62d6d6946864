"""Latent attention: keys and values of all heads are made from one small vector, and only that is kept."""

from engineroom.count import windows
from engineroom.count.decoders import head, sizes
from engineroom.count.layout import Attention, Family, Layout, Tensor
from engineroom.count.mixtures import first_dense
from engineroom.hf_config import Reader

ABSENT = sizes(
    129280,
    7168,
    18432,
    61,
    128,
    128,
    None,
    moe_intermediate_size=2048,
    n_routed_experts=256,
    n_shared_experts=1,
    num_experts_per_tok=8,
    first_k_dense_replace=3,
    q_lora_rank=1536,
    kv_lora_rank=512,
    qk_nope_head_dim=128,
    qk_rope_head_dim=64,
    v_head_dim=128,
)


def deepseek_v3(f: Reader) -> Layout:
    """DeepSeek-V3 (arXiv 2412.19437): latent attention, and many small experts after the first layers. Kimi K2 (arXiv 2507.20534) is built alike.

    The router's balancing biases are no parameters (they are not trained by gradient), nor is the module that predicts two tokens.
    """
    d, n_layers, h, tied = (
        f.whole("hidden_size"),
        f.whole("num_hidden_layers"),
        f.whole("num_attention_heads"),
        f.flag("tie_word_embeddings"),
    )
    q_rank, kv_rank, turned = f.optional("q_lora_rank"), f.whole("kv_lora_rank"), f.whole("qk_rope_head_dim")
    plain, d_v = f.whole("qk_nope_head_dim"), f.whole("v_head_dim")
    queries = h * (plain + turned)
    shapes = {"q_proj": (queries, d)} if q_rank is None else {"q_a_proj": (q_rank, d), "q_b_proj": (queries, q_rank)}
    shapes |= {"kv_a_proj_with_mqa": (kv_rank + turned, d), "kv_b_proj": (h * (plain + d_v), kv_rank), "o_proj": (d, h * d_v)}
    biased = ("q_a_proj", "kv_a_proj_with_mqa", "o_proj") if f.flag("attention_bias") else ()
    tensors = [Tensor("embedding", "embed_tokens.weight", (f.whole("vocab_size"), d))]
    tensors += [Tensor("attention", f"self_attn.{name}.weight", shape, n_layers) for name, shape in shapes.items()]
    tensors += [Tensor("attention", f"self_attn.{name}.bias", shapes[name][:1], n_layers) for name in biased if name in shapes]
    norms = {"self_attn.q_a_layernorm.weight": q_rank, "self_attn.kv_a_layernorm.weight": kv_rank}
    tensors += [Tensor("norm", name, (n,), n_layers) for name, n in norms.items() if n is not None]
    tensors += [Tensor("norm", "2 norms of each layer", (d,), 2 * n_layers), Tensor("norm", "norm.weight", (d,))]
    windows.nowhere(f, n_layers)
    layer = Attention(h, plain + turned, d_v, kv_rank + turned)
    return Layout([*tensors, *first_dense(f), *head(f, tied)], [layer] * n_layers, tied=tied)


STRAY = ("head_dim", "num_key_value_heads", "qk_head_dim")  # of latent attention each follows from other sizes
FAMILIES = {name: Family(deepseek_v3, ABSENT, STRAY, {"num_local_experts": "n_routed_experts"}) for name in ("deepseek_v3", "kimi_k2")}
