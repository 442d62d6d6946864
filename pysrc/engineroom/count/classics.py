"""GPT-2, BERT, RoBERTa and T5: the three families before Llama."""

from engineroom.config import Fields
from engineroom.count.layout import Attention, Layout, Tensor, parted
from engineroom.errors import UnsupportedConfig
from engineroom.models import bert_config

_BERT_PARTS = {
    "LayerNorm": "norm", "word_embeddings": "embedding", "position_embeddings": "position", "token_type": "embedding",
    "attention": "attention", "intermediate": "feed-forward", "output": "feed-forward", "pooler": "pooler",
}


def gpt2(f: Fields) -> Layout:
    """GPT-2 (openai/gpt-2, `model.py`): learned positions, biases everywhere, query, key and value in one matrix, tied head."""
    d, n_layers, h = f.whole("n_embd", 768), f.whole("n_layer", 12), f.whole("n_head", 12)
    if d % h:
        raise UnsupportedConfig(f"n_embd {d} cannot be cut into n_head {h}")
    wide = f.whole("n_inner", 4 * d)
    tensors = [Tensor("embedding", "wte.weight", (f.whole("vocab_size", 50257), d))]
    tensors += [Tensor("position", "wpe.weight", (f.whole("n_positions", f.whole("n_ctx", 1024)), d))]
    for part, name, shape in (
        ("attention", "attn.c_attn", (d, 3 * d)), ("attention", "attn.c_proj", (d, d)),
        ("feed-forward", "mlp.c_fc", (d, wide)), ("feed-forward", "mlp.c_proj", (wide, d)),
    ):
        tensors += [Tensor(part, f"{name}.weight", shape, n_layers), Tensor(part, f"{name}.bias", shape[1:], n_layers)]
    tensors += [Tensor("norm", "ln_1, ln_2 and ln_f: weight and bias", (2, d), 2 * n_layers + 1)]
    return Layout(tensors, [Attention(h, d // h, d // h, 2 * d)] * n_layers, tied=f.flag("tie_word_embeddings", True))


def bert(f: Fields) -> Layout:
    """BERT (arXiv 1810.04805) with its pooler, without the heads of its pretraining: the shapes models.bert runs."""
    return _encoder(f, 30522, 512, 2)


def roberta(f: Fields) -> Layout:
    """RoBERTa (arXiv 1907.11692): BERT with one segment, and two positions more than it uses."""
    return _encoder(f, 50265, 514, 1)


def _encoder(f: Fields, vocab_size: int, n_positions: int, n_types: int) -> Layout:
    d, h = f.whole("hidden_size", 768), f.whole("num_attention_heads", 12)
    if d % h:
        raise UnsupportedConfig(f"hidden_size {d} cannot be cut into num_attention_heads {h}")
    sizes = bert_config.Config(
        f.whole("vocab_size", vocab_size), d, f.whole("num_hidden_layers", 12), h, f.whole("intermediate_size", 3072),
        f.whole("max_position_embeddings", n_positions), f.whole("type_vocab_size", n_types),
    )
    layer = Attention(h, d // h, d // h, 0)
    return Layout(parted(bert_config.shapes(sizes), _BERT_PARTS), [layer] * sizes.n_layers, causal=False, tied=True)


def t5(f: Fields) -> Layout:
    """T5 (arXiv 1910.10683): an encoder and a decoder that reads it; no biases, relative positions learned once for each side."""
    d, h, d_head, wide = f.whole("d_model"), f.whole("num_heads"), f.whole("d_kv"), f.whole("d_ff")
    n_enc = f.whole("num_layers")
    n_dec, tied, inner = f.whole("num_decoder_layers", n_enc), f.flag("tie_word_embeddings", True), h * d_head
    tensors = [Tensor("embedding", "shared.weight", (f.whole("vocab_size"), d))]
    for name, times in (("encoder SelfAttention", n_enc), ("decoder SelfAttention", n_dec), ("decoder EncDecAttention", n_dec)):
        tensors += [Tensor("attention", f"{name}.{part}.weight", (inner, d), times) for part in "qkv"]
        tensors += [Tensor("attention", f"{name}.o.weight", (d, inner), times)]
    gate = 2 if f.text("feed_forward_proj", "relu").startswith("gated") else 1
    tensors += [Tensor("feed-forward", "DenseReluDense.wi.weight", (wide, d), gate * (n_enc + n_dec))]
    tensors += [Tensor("feed-forward", "DenseReluDense.wo.weight", (d, wide), n_enc + n_dec)]
    tensors += [Tensor("position", "relative_attention_bias.weight", (f.whole("relative_attention_num_buckets", 32), h), 2)]
    tensors += [Tensor("norm", "layer_norm.weight", (d,), 2 * n_enc + 3 * n_dec + 2)]
    tensors += [] if tied else [Tensor("head", "lm_head.weight", (f.whole("vocab_size"), d))]
    return Layout(tensors, [Attention(h, d_head, d_head, 2 * inner)] * n_dec, tied=tied)
