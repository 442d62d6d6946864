"""Llama, the decoder: every position sees itself and what came before, and the last one says what comes next.

Touvron et al. 2023, arXiv 2302.13971; grouped queries as in Llama 2 (arXiv 2307.09288). The model at hand is
SmolLM2-135M-Instruct (Ben Allal et al. 2025, arXiv 2502.02737).

    model = await load("SmolLM2-135M-Instruct")
    ids = model.tokenizer.encode("The capital of France is")
    trace = forward(model, ids)
    trace.hidden_states[12]  # (n, d_model): what leaves layer 12
    logits(model, trace.hidden_states[-1])  # (n, vocab_size): the score of every next token, at every position
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engineroom import rope
from engineroom.arrays import Array, Params, device, indices, namespace, parameter
from engineroom.attention import causal_mask
from engineroom.cache import Appended, Cache
from engineroom.errors import ShapeError
from engineroom.linear import embedding, linear
from engineroom.loss import cross_entropy
from engineroom.masks import sliding_mask
from engineroom.models import checkpoint, llama_config
from engineroom.models.llama_config import Config
from engineroom.norm import rms_norm
from engineroom.position import alibi, sinusoidal
from engineroom.tokenize.base import Tokenizer
from engineroom.transformer import decoder_block


class Llama(NamedTuple):
    """A model: sizes, nested parameters with Hugging Face's names, the tokenizer, how RoPE's pairs lie in its weights, and what a layer is."""

    config: Config
    params: Params
    tokenizer: Tokenizer
    layout: rope.Layout = "half"
    block: Callable = decoder_block

    def __repr__(self) -> str:
        return f"Llama({self.config}, {self.tokenizer.vocab_size:,} tokens)"


class Trace(NamedTuple):
    """What a forward pass computed.

    hidden_states, n_layers + 1 of (..., n, d_model): the embeddings, then the output of each layer.
    attentions, n_layers of (..., n_heads, n, n_k): the weights; the row is the position that looks.
    cache, where one was given: what it held, and the keys and values of these ids.
    """

    hidden_states: list[Array]
    attentions: list[Array]
    cache: Cache | None = None


def from_tensors(config: Mapping[str, Any], tensors: Mapping[str, Array], tokenizer: Tokenizer, layout: rope.Layout = "half") -> Llama:
    """The model with the checkpoint's `config` (as its config.json) and `tensors` by Hugging Face's names.

    Raises UnsupportedConfig, MissingTensor or ShapeError naming the tensor. Tensors the model does not use are left out.
    """
    sizes = llama_config.read(config)
    params = checkpoint.nested(tensors, llama_config.shapes(sizes))
    return Llama(sizes, params, tokenizer, layout)


def forward(model: Llama, ids: Any, cache: Cache | None = None, block: Callable | Sequence[Callable] | None = None) -> Trace:
    r"""$x_0 = E_{id}$, then $x_{l+1} = \mathrm{block}_l(x_l)$: everything the decoder computes for these ids.

    ids (..., n) integers, coming after what `cache` holds; the trace's cache holds them too. `block` replaces the model's own: one function for
    all layers, or a sequence with one for each. Raises ShapeError for no ids or one outside the vocabulary, DTypeError.

    With a cache, keys stay as they were turned: where `rope_scaling` is "dynamic" or "longrope" and the text outgrows the trained
    length, later keys are turned at other angles, as in transformers.
    """
    hidden_states, attentions, appended = [_embeddings(model, ids, cache)], [], Appended(cache)
    for x, weights in _layers(model, hidden_states[0], _seen(cache), appended, block):
        hidden_states.append(x)
        attentions.append(weights)
    return Trace(hidden_states, attentions, appended.cache)


def next_logits(model: Llama, ids: Any, cache: Cache | None = None, block: Callable | None = None) -> Array:
    """The score of every token to come after `ids` (..., n), which come after what `cache` holds: (..., vocab_size). Raises as `forward`."""
    return _last(model, ids, cache, Appended(cache), block)


def step(model: Llama, ids: Any, cache: Cache, block: Callable | None = None) -> tuple[Array, Cache]:
    """next_logits, and the cache that holds these ids too: what generation needs, keeping nothing else. Raises as `forward`."""
    appended = Appended(cache)
    return _last(model, ids, cache, appended, block), appended.cache


def logits(model: Llama, x: Array) -> Array:
    r"""$\mathrm{RMSNorm}(x)\,W^\top$: hidden states (..., d_model) to the score of every token, (..., vocab_size).

    With tied embeddings $W$ is the embedding table (Press & Wolf 2017, arXiv 1608.05859). Of a middle layer's states it shows
    what the model would say if it stopped there, the "logit lens" (nostalgebraist 2020).
    """
    head = "model.embed_tokens.weight" if model.config.tied else "lm_head.weight"
    return linear(rms_norm(x, parameter(model.params, "model.norm.weight"), model.config.eps), parameter(model.params, head))


def losses(model: Llama, ids: Any, cache: Cache | None = None, block: Callable | None = None) -> Array:
    """How surprised the model is by each id after the first, in nats: ids (..., n) → (..., n - 1); loss.cross_entropy. The last is not read.

    The ids come after what `cache` holds. Raises as `forward`.
    """
    table = parameter(model.params, "model.embed_tokens.weight")
    ids = indices(ids, table, table.shape[0], ndim=1)
    return cross_entropy(logits(model, forward(model, ids[..., :-1], cache, block).hidden_states[-1]), ids[..., 1:])


def new_cache(model: Llama) -> Cache:
    """An empty KV cache for the model."""
    return Cache.new(model.config.n_layers)


def _last(model: Llama, ids: Any, cache: Cache | None, appended: Appended, block: Callable | None) -> Array:
    x = _embeddings(model, ids, cache)
    for after, _ in _layers(model, x, _seen(cache), appended, block):
        x = after
    return logits(model, x[..., -1:, :])[..., 0, :]


def _layers(
    model: Llama, x: Array, seen: int, appended: Appended, block: Callable | Sequence[Callable] | None
) -> Iterator[tuple[Array, Array]]:
    config, n = model.config, x.shape[-2]
    block = model.block if block is None else block
    blocks = [block] * config.n_layers if callable(block) else list(block)
    if len(blocks) != config.n_layers:
        raise ShapeError(f"{len(blocks)} blocks for {config.n_layers} layers")
    xp, where = namespace(x), device(x)
    rotate, mask = None, causal_mask(n, xp, seen, where) if n > 1 else None
    if config.window and seen + n > config.window:
        mask = sliding_mask(n, config.window, xp, seen, where)
    if config.position == "rope":
        theta = rope.frequencies(config.d_head, config.rope_base)
        theta, amplitude = rope.scaled(theta, config.rope_base, config.rope_scaling, seen + n)
        rotate = rope.rotation(theta, n, seen, model.layout, amplitude, x.dtype, like=x)
    elif config.position == "alibi":
        mask = alibi(config.n_heads, n, seen + n, xp, x.dtype, where)
    for number, layer_block in enumerate(blocks):
        params = parameter(model.params, f"model.layers.{number}")
        x, weights = layer_block(x, params, config.n_heads, mask, eps=config.eps, rotate=rotate, cache=appended.layer(number))
        yield x, weights


def _embeddings(model: Llama, ids: Any, cache: Cache | None) -> Array:
    x = embedding(parameter(model.params, "model.embed_tokens.weight"), ids, ndim=1)  # (..., n, d_model)
    if model.config.position == "sinusoidal":
        xp, d = namespace(x), model.config.d_model
        x = x * math.sqrt(d) + sinusoidal(x.shape[-2], d, xp, _seen(cache), x.dtype, device(x))
    return x


def _seen(cache: Cache | None) -> int:
    return 0 if cache is None else len(cache)
