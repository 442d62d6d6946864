"""GPT-2, BERT, RoBERTa and T5: the families before Llama."""

from engineroom.count.layout import Attention, Family, Layout, Part, Tensor, parted
from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader
from engineroom.models import bert_config

_BERT_PARTS: dict[str, Part] = {
    "LayerNorm": "norm",
    "word_embeddings": "embedding",
    "position_embeddings": "position",
    "token_type": "embedding",
    "attention": "attention",
    "intermediate": "feed-forward",
    "output": "feed-forward",
    "pooler": "pooler",
}


def gpt2(f: Reader) -> Layout:
    """GPT-2 (openai/gpt-2, `model.py`): learned positions, biases everywhere, query, key and value in one matrix."""
    d, n_layers, h, vocab_size = f.whole("n_embd"), f.whole("n_layer"), f.whole("n_head"), f.whole("vocab_size")
    if d % h:
        raise UnsupportedConfig(f"n_embd {d} cannot be cut into n_head {h}")
    wide, tied = f.optional("n_inner") or 4 * d, f.flag("tie_word_embeddings")
    tensors = [Tensor("embedding", "wte.weight", (vocab_size, d)), Tensor("position", "wpe.weight", (f.whole("n_positions"), d))]
    matrices: list[tuple[Part, str, tuple[int, int]]] = [
        ("attention", "attn.c_attn", (d, 3 * d)),
        ("attention", "attn.c_proj", (d, d)),
        ("feed-forward", "mlp.c_fc", (d, wide)),
        ("feed-forward", "mlp.c_proj", (wide, d)),
    ]
    for part, name, shape in matrices:
        tensors += [Tensor(part, f"{name}.weight", shape, n_layers), Tensor(part, f"{name}.bias", shape[1:], n_layers)]
    tensors += [Tensor("norm", "ln_1, ln_2 and ln_f: weight and bias", (2, d), 2 * n_layers + 1)]
    tensors += [] if tied else [Tensor("head", "lm_head.weight", (vocab_size, d))]
    return Layout(tensors, [Attention(h, d // h, d // h, 2 * d)] * n_layers, tied=tied)


def bert(f: Reader) -> Layout:
    """BERT (arXiv 1810.04805) and RoBERTa (arXiv 1907.11692) with their pooler, without the heads of their pretraining: what models.bert runs."""
    d, h = f.whole("hidden_size"), f.whole("num_attention_heads")
    if d % h:
        raise UnsupportedConfig(f"hidden_size {d} cannot be cut into num_attention_heads {h}")
    sizes = bert_config.Config(
        f.whole("vocab_size"),
        d,
        f.whole("num_hidden_layers"),
        h,
        f.whole("intermediate_size"),
        f.whole("max_position_embeddings"),
        f.whole("type_vocab_size"),
    )
    layer = Attention(h, d // h, d // h, 0)
    return Layout(parted(bert_config.shapes(sizes), _BERT_PARTS), [layer] * sizes.n_layers, causal=False, tied=True)


def t5(f: Reader) -> Layout:
    """T5 (arXiv 1910.10683): an encoder and a decoder that reads it; no biases, relative positions learned once for each side.

    Untied, as T5 1.1 was published, it has a head; transformers builds none before it sees the checkpoint's.
    """
    d, h, d_head, wide, n_enc = (f.whole(name) for name in ("d_model", "num_heads", "d_kv", "d_ff", "num_layers"))
    n_dec, tied, inner = f.optional("num_decoder_layers") or n_enc, f.flag("tie_word_embeddings"), h * d_head
    tensors = [Tensor("embedding", "shared.weight", (f.whole("vocab_size"), d))]
    for name, times in (("encoder SelfAttention", n_enc), ("decoder SelfAttention", n_dec), ("decoder EncDecAttention", n_dec)):
        tensors += [Tensor("attention", f"{name}.{part}.weight", (inner, d), times) for part in "qkv"]
        tensors += [Tensor("attention", f"{name}.o.weight", (d, inner), times)]
    gate = 2 if _gated(f) else 1
    tensors += [Tensor("feed-forward", "DenseReluDense.wi.weight", (wide, d), gate * (n_enc + n_dec))]
    tensors += [Tensor("feed-forward", "DenseReluDense.wo.weight", (d, wide), n_enc + n_dec)]
    tensors += [Tensor("position", "relative_attention_bias.weight", (f.whole("relative_attention_num_buckets"), h), 2)]
    tensors += [Tensor("norm", "layer_norm.weight", (d,), 2 * n_enc + 3 * n_dec + 2)]
    tensors += [] if tied else [Tensor("head", "lm_head.weight", (f.whole("vocab_size"), d))]
    return Layout(tensors, [Attention(h, d_head, d_head, 2 * inner)] * n_dec, tied=tied)


def _gated(f: Reader) -> bool:
    first, *rest = f.text("feed_forward_proj").split("-")
    if len(rest) > 1 or (rest and first != "gated"):
        raise UnsupportedConfig(f"feed_forward_proj is {f.text('feed_forward_proj')!r}; it must be an activation, as relu, or gated-gelu")
    f.only("is_gated_act", first == "gated", "by feed_forward_proj it is")
    f.only("is_encoder_decoder", True, "T5 is both:")
    return first == "gated"


_BERT = {
    "vocab_size": 30522,
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}
_NAMES = {
    "hidden_size": "n_embd",
    "max_position_embeddings": "n_positions",
    "num_attention_heads": "n_head",
    "num_hidden_layers": "n_layer",
}
FAMILIES = {
    "gpt2": Family(
        gpt2,
        {"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12, "tie_word_embeddings": True},
        aliases=_NAMES,
    ),
    "bert": Family(bert, _BERT, ("tie_word_embeddings",)),
    "roberta": Family(bert, _BERT | {"vocab_size": 50265}, ("tie_word_embeddings",)),
    "t5": Family(
        t5,
        {
            "vocab_size": 32128,
            "d_model": 512,
            "d_kv": 64,
            "d_ff": 2048,
            "num_layers": 6,
            "num_heads": 8,
            "relative_attention_num_buckets": 32,
            "feed_forward_proj": "relu",
            "tie_word_embeddings": True,
        },
        ("n_positions",),
        {"hidden_size": "d_model", "num_attention_heads": "num_heads", "num_hidden_layers": "num_layers", "head_dim": "d_kv"},
    ),
}
