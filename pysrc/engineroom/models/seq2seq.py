"""The transformer of 2017: an encoder reads one sequence, a decoder writes another and looks at what the encoder made of the first.

Vaswani et al. 2017, "Attention Is All You Need". The model at hand was trained by this project: it reads the spelling of an English
word and writes its phonemes.

    model = await trained.seq2seq("spelling-to-phonemes")
    " ".join(phonemes(model, "through"))
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engineroom.arrays import Array, Params, device, namespace, parameter
from engineroom.attention import causal_mask
from engineroom.cache import Appended, Cache
from engineroom.errors import ShapeError, TextError
from engineroom.linear import embedding, linear
from engineroom.models import checkpoint, seq2seq_config
from engineroom.models.seq2seq_config import Config
from engineroom.position import sinusoidal
from engineroom.transformer import source_block, target_block

PAD, START, END = 0, 1, 2  # in both alphabets
LONGEST = 40  # phonemes: twice as many as the longest word trained on has letters


class Seq2Seq(NamedTuple):
    """A model: sizes and alphabets, and nested parameters with BART's names."""

    config: Config
    params: Params

    def __repr__(self) -> str:
        c = self.config
        return f"Seq2Seq({c.n_encoder_layers} + {c.n_decoder_layers} layers, d_model {c.d_model}, {len(c.source)} letters to {len(c.target)} phonemes)"


class Encoded(NamedTuple):
    """What the encoder made of n_s letters: states (n_s, d_model); attentions, for each layer (n_heads, n_s, n_s)."""

    states: Array
    attentions: list[Array]


class Decoded(NamedTuple):
    """What the decoder made of n phonemes: logits (n, phonemes); for each layer, own (n_heads, n, n_k) and cross (n_heads, n, n_s).

    cache, where one was given: what it held, and the keys and values of these phonemes.
    """

    logits: Array
    own: list[Array]
    cross: list[Array]
    cache: Cache | None = None


def from_tensors(config: Mapping[str, Any], tensors: Mapping[str, Array]) -> Seq2Seq:
    """The model with the checkpoint's config.json and tensors. Raises UnsupportedConfig, MissingTensor or ShapeError naming the tensor."""
    sizes = seq2seq_config.read(config)
    return Seq2Seq(sizes, checkpoint.nested(tensors, seq2seq_config.shapes(sizes)))


def encode(model: Seq2Seq, ids: Sequence[int]) -> Encoded:
    """Read a source of n_s ids, all at once. Raises ShapeError, DTypeError for ids outside the alphabet or no integers."""
    x, attentions = _embedded(model, "encoder", ids, 0), []
    for number in range(model.config.n_encoder_layers):
        x, weights = source_block(x, parameter(model.params, f"encoder.layers.{number}"), model.config.n_heads)
        attentions.append(weights)
    return Encoded(x, attentions)


def decode(
    model: Seq2Seq, ids: Sequence[int], source: Array, cross_mask: Array | Sequence[Array | None] | None = None, cache: Cache | None = None
) -> Decoded:
    """The scores of what comes after each of n target ids, the first of which is START, given the encoder's states (n_s, d_model).

    `cross_mask` as in target_block: one for all layers, or a sequence with one for each. The ids come after those in `cache`.
    Raises ShapeError, DTypeError.
    """
    c, seen = model.config, 0 if cache is None else len(cache)
    x, own, cross, appended = _embedded(model, "decoder", ids, seen), [], [], Appended(cache)
    mask = causal_mask(len(ids), namespace(x), seen, device(x))
    masks = list(cross_mask) if isinstance(cross_mask, Sequence) else [cross_mask] * c.n_decoder_layers
    if len(masks) != c.n_decoder_layers:
        raise ShapeError(f"{len(masks)} masks for {c.n_decoder_layers} layers")
    for number, hidden in enumerate(masks):
        params = parameter(model.params, f"decoder.layers.{number}")
        x, self_weights, cross_weights = target_block(x, source, params, c.n_heads, mask, hidden, cache=appended.layer(number))
        own.append(self_weights)
        cross.append(cross_weights)
    return Decoded(linear(x, parameter(model.params, "decoder.embed_tokens.weight")), own, cross, appended.cache)


def letters(model: Seq2Seq, word: str) -> list[int]:
    """The ids of a word's letters, and END. Raises TextError naming a letter the model has not learned."""
    number = {letter: id for id, letter in enumerate(model.config.source)}
    if wrong := next((letter for letter in word.lower() if letter not in number), None):
        raise TextError(f"{word!r} has {wrong!r}; the model reads {''.join(model.config.source[3:])}")
    if not word:
        raise TextError("a word needs a letter")
    return [*(number[letter] for letter in word.lower()), END]


def phonemes(model: Seq2Seq, word: str) -> list[str]:
    """The likeliest phoneme, one after another, until the model says that the word ends. Raises TextError as `letters`."""
    return [model.config.target[id] for id in stream(model, encode(model, letters(model, word)).states)]


def stream(model: Seq2Seq, source: Array, cross_mask: Array | Sequence[Array | None] | None = None) -> Iterator[int]:
    """The ids the decoder writes, greedily, each as soon as it is known; at most LONGEST."""
    cache, last = Cache.new(model.config.n_decoder_layers), START
    for _ in range(LONGEST):
        decoded = decode(model, [last], source, cross_mask, cache)
        scores, cache = decoded.logits[-1, :], decoded.cache
        last = int(namespace(scores).argmax(scores))
        if last == END:
            return
        yield last


def _embedded(model: Seq2Seq, side: str, ids: Sequence[int], seen: int) -> Array:
    d = model.config.d_model
    x = embedding(parameter(model.params, f"{side}.embed_tokens.weight"), ids, ndim=1) * math.sqrt(d)  # section 3.4
    xp = namespace(x)
    return x + sinusoidal(len(ids), d, xp, seen, x.dtype, device(x))
