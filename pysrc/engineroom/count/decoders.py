"""Dense decoders since Llama: the same block, with other norms, biases and fusions."""

from engineroom.config import Fields
from engineroom.count.layout import Attention, Layout, Tensor


def llama(f: Fields) -> Layout:
    """Llama (arXiv 2302.13971) and Mistral (arXiv 2310.06825): nothing but matrices and two RMSNorms a layer."""
    bias = f.flag("attention_bias", False)
    return _decoder(f, norms=2, biases=("q", "k", "v", "o") if bias else (), tied=False)


def qwen2(f: Fields) -> Layout:
    """Qwen2 and 2.5 (arXiv 2407.10671): biases for query, key and value. `sliding_window` counts where `use_sliding_window` says so."""
    return _decoder(f, norms=2, biases=("q", "k", "v"), tied=False, windowed=f.flag("use_sliding_window", False))


def gemma(f: Fields) -> Layout:
    """Gemma (arXiv 2403.08295): a head size of its own, tied embeddings."""
    return _decoder(f, norms=2, tied=True)


def gemma2(f: Fields) -> Layout:
    """Gemma 2 (arXiv 2408.00118): a norm before and after each part; every other layer sees a window."""
    return _decoder(f, norms=4, tied=True, every=2)


def gemma3(f: Fields) -> Layout:
    """Gemma 3 (arXiv 2503.19786): Gemma 2 with RMSNorm on queries and keys; five layers in six see a window."""
    return _decoder(f, norms=4, tied=True, head_norms=True, every=f.whole("sliding_window_pattern", 6))


def phi3(f: Fields) -> Layout:
    """Phi-3 and Phi-4-mini (arXiv 2404.14219, 2503.01743): query, key and value in one matrix, gate and up in another."""
    return _decoder(f, norms=2, tied=False)  # fused matrices have as many numbers


def body(f: Fields, norms: int, biases: tuple[str, ...] = (), head_norms: bool = False) -> list[Tensor]:
    """Embedding, attention and norms of every layer, and the last norm: all but feed-forward and head."""
    d, n_layers = f.whole("hidden_size"), f.whole("num_hidden_layers")
    h, kv, d_head = f.heads()
    rows = {"q": h * d_head, "k": kv * d_head, "v": kv * d_head, "o": d}
    found = [Tensor("embedding", "embed_tokens.weight", (f.whole("vocab_size"), d))]
    for name, n in rows.items():
        found.append(Tensor("attention", f"self_attn.{name}_proj.weight", (n, h * d_head if name == "o" else d), n_layers))
        if name in biases:
            found.append(Tensor("attention", f"self_attn.{name}_proj.bias", (n,), n_layers))
    if head_norms:
        found.append(Tensor("norm", "self_attn.q_norm.weight and k_norm.weight", (d_head,), 2 * n_layers))
    found.append(Tensor("norm", f"{norms} norms of each layer", (d,), norms * n_layers))
    return [*found, Tensor("norm", "norm.weight", (d,))]


def gated(d: int, d_ff: int, times: int, name: str = "mlp") -> list[Tensor]:
    """Gate, up and down of a gated feed-forward layer."""
    shapes = {"gate": (d_ff, d), "up": (d_ff, d), "down": (d, d_ff)}
    return [Tensor("feed-forward", f"{name}.{part}_proj.weight", shape, times) for part, shape in shapes.items()]


def attention(f: Fields, windows: list[int | None]) -> list[Attention]:
    h, kv, d_head = f.heads()
    return [Attention(h, d_head, d_head, 2 * kv * d_head, window) for window in windows]


def head(f: Fields, tied: bool) -> list[Tensor]:
    return [] if tied else [Tensor("head", "lm_head.weight", (f.whole("vocab_size"), f.whole("hidden_size")))]


def _decoder(
    f: Fields, norms: int, tied: bool, biases: tuple[str, ...] = (), head_norms: bool = False, windowed: bool = True, every: int = 0
) -> Layout:
    """`tied` is what an absent tie_word_embeddings means; `every` that each such layer sees all and the others the window."""
    d, n_layers, tied = f.whole("hidden_size"), f.whole("num_hidden_layers"), f.flag("tie_word_embeddings", tied)
    windows = f.windows(n_layers) if windowed else [None] * n_layers
    if every and not f.has("layer_types"):
        windows = [None if number % every == every - 1 else window for number, window in enumerate(windows)]
    tensors = [*body(f, norms, biases, head_norms), *gated(d, f.whole("intermediate_size"), n_layers), *head(f, tied)]
    return Layout(tensors, attention(f, windows), tied=tied)
