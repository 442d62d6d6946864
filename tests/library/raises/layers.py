"""arrays, cache, feedforward, linear, loss, norm, position, quantise, transformer."""

from functools import partial

import numpy as np

from engineroom import arrays, feedforward, linear, loss, norm, position, quantise, transformer
from engineroom.cache import Cache, Layer
from engineroom.errors import DTypeError, MissingTensor, ShapeError
from engineroom.models import bert_config, checkpoint, llama_config, seq2seq_config
from raises.samples import decoder, encoder, filled, ids, translator, x

h, q = np.ones((2, 8)), np.ones((2, 4), np.int8)
whole = np.ones((2, 8), int)


def layer(shapes, path):
    """One layer's parameters of a checkpoint with these shapes."""
    return arrays.parameter(checkpoint.nested(filled(shapes), shapes), path)


bert_layer = layer(bert_config.shapes(bert_config.read(encoder)), "encoder.layer.0")
llama_layer = layer(llama_config.shapes(llama_config.read(decoder)), "model.layers.0")
sources = seq2seq_config.shapes(seq2seq_config.read(translator))
source_layer, target_layer = layer(sources, "encoder.layers.0"), layer(sources, "decoder.layers.0")
BLOCKS = {
    transformer.encoder_block: (transformer.encoder_block, bert_layer, "attention.self"),
    transformer.decoder_block: (transformer.decoder_block, llama_layer, "input_layernorm"),
    transformer.source_block: (transformer.source_block, source_layer, "self_attn"),
    transformer.target_block: (lambda x, params, n_heads: transformer.target_block(x, h, params, n_heads), target_layer, "self_attn"),
}
FEEDS = {
    feedforward.feed_forward: ("up", {"up": {"weight": np.ones((16, 8))}, "down": {"weight": np.ones((8, 16))}}),
    feedforward.gated_feed_forward: (
        "gate",
        {"gate": {"weight": np.ones((16, 8))}, "up": {"weight": np.ones((16, 8))}, "down": {"weight": np.ones((8, 16))}},
    ),
    transformer.swiglu: ("mlp.gate_proj", llama_layer),
}

TABLE = {
    linear.linear: [
        (ShapeError, r"x \(2, 4\) does not fit weight \(2, 3\)", lambda: linear.linear(x, np.ones((2, 3)))),
        (DTypeError, "x must", lambda: linear.linear(ids, x)),
    ],
    linear.embedding: [
        (ShapeError, "id 9 is outside", lambda: linear.embedding(x, [9])),
        (ShapeError, "at least one id", lambda: linear.embedding(x, [])),
        (DTypeError, "ids must", lambda: linear.embedding(x, [0.5])),
    ],
    linear.project: [
        (MissingTensor, r"query\.weight: params has no 'query'", lambda: linear.project(x, {}, "query")),
        (
            ShapeError,
            r"x \(2, 4\) does not fit weight \(2, 3\)",
            lambda: linear.project(x, {"query": {"weight": np.ones((2, 3))}}, "query"),
        ),
        (DTypeError, "weight must hold", lambda: linear.project(x, {"query": {"weight": ids}}, "query")),
    ],
    loss.cross_entropy: [
        (ShapeError, "logits .* need ids", lambda: loss.cross_entropy(x, [0])),
        (DTypeError, "logits", lambda: loss.cross_entropy(ids, [0])),
    ],
    loss.log_probs: [
        (ShapeError, "logits .* need ids", lambda: loss.log_probs(x, [0])),
        (ShapeError, "id 4", lambda: loss.log_probs(x, [0, 4])),
        (DTypeError, "logits", lambda: loss.log_probs(ids, [0])),
        (DTypeError, "ids", lambda: loss.log_probs(x, [0.5, 1])),
    ],
    norm.layer_norm: [
        (ShapeError, r"weight \(3,\) should be \(4,\)", lambda: norm.layer_norm(x, np.ones(3))),
        (DTypeError, "x must", lambda: norm.layer_norm(ids)),
    ],
    norm.rms_norm: [
        (ShapeError, r"weight \(3,\) should be \(4,\)", lambda: norm.rms_norm(x, np.ones(3))),
        (DTypeError, "x must", lambda: norm.rms_norm(ids)),
    ],
    position.learned: [(ShapeError, "5 positions, but the table was trained with 2", lambda: position.learned(np.ones((5, 4)), x))],
    position.sinusoidal: [(ShapeError, "d_model = 3 is odd", lambda: position.sinusoidal(2, 3, np))],
    **{
        block: [
            (MissingTensor, f"{absent}.*: params has no", partial(call, h, {}, 2)),
            (ShapeError, "3 equal heads", partial(call, h, params, 3)),
            (DTypeError, "x must hold floating-point numbers", partial(call, whole, params, 2)),
        ]
        for block, (call, params, absent) in BLOCKS.items()
    },
    **{
        feed: [
            (MissingTensor, f"{absent}.*: params has no", partial(feed, h, {})),
            (ShapeError, r"x \(2, 4\) does not fit weight \(16, 8\)", partial(feed, x, params)),
            (DTypeError, "x must hold floating-point numbers", partial(feed, whole, params)),
        ]
        for feed, (absent, params) in FEEDS.items()
    },
    **{
        activation: [
            (DTypeError, "x must hold floating-point numbers, not int", partial(activation, ids)),
            (DTypeError, "x must be an array, not list", partial(activation, [1.0])),
        ]
        for activation in (feedforward.erf, feedforward.relu, feedforward.silu, feedforward.gelu, feedforward.gelu_tanh)
    },
    arrays.namespace: [(DTypeError, "query must be an array, not list", lambda: arrays.namespace([1.0], "query"))],
    arrays.floating: [
        (DTypeError, "query must hold floating-point numbers, not int", lambda: arrays.floating(ids, "query")),
        (ShapeError, r"query needs at least 3 axes; its shape is \(2, 4\)", lambda: arrays.floating(x, "query", ndim=3)),
    ],
    arrays.indices: [
        (ShapeError, "at least one id", lambda: arrays.indices([], x, 4)),
        (ShapeError, "rows of ids must be equally long", lambda: arrays.indices([[1], [1, 2]], x, 4)),
        (ShapeError, "id 4 is outside the vocabulary of 4", lambda: arrays.indices([0, 4], x, 4)),
        (DTypeError, "ids must be integers, not float64", lambda: arrays.indices(x, x, 4)),
        (DTypeError, "ids must be integers: ", lambda: arrays.indices("ab", x, 4)),
    ],
    arrays.parameter: [(MissingTensor, "a.b.c: a has no 'b'; it has d", lambda: arrays.parameter({"a": {"d": x}}, "a.b.c"))],
    Layer.append: [
        (ShapeError, "key needs at least 3 axes", lambda: Layer().append(x, x)),
        (DTypeError, "key must hold floating-point", lambda: Layer().append(np.ones((1, 2, 4), int), np.ones((1, 2, 4), int))),
    ],
    Cache.truncate: [
        (ShapeError, "holds 0 positions: it cannot be cut to 1", lambda: Cache.new(1).truncate(1)),
        (ShapeError, "cannot be cut to -1", lambda: Cache.new(1).truncate(-1)),
    ],
    quantise.quantise: [
        (ShapeError, "rows of 4 cannot be cut into blocks of 3", lambda: quantise.quantise(x, 3)),
        (ShapeError, "rows of 4 cannot be cut into blocks of 0", lambda: quantise.quantise(x, 0)),
        (ShapeError, "9 bits", lambda: quantise.quantise(x, 4, 9)),
        (ShapeError, r"weight \(1, 2, 4\) should be \(rows, columns\)", lambda: quantise.quantise(x[None], 4)),
        (DTypeError, "weight must hold floating-point", lambda: quantise.quantise(ids)),
    ],
    quantise.dequantise: [
        (ShapeError, r"scale \(2, 3\) does not cut the rows of q \(2, 4\)", lambda: quantise.dequantise(q, np.ones((2, 3)))),
        (ShapeError, r"scale \(3, 1\) does not cut", lambda: quantise.dequantise(q, np.ones((3, 1)))),
        (ShapeError, r"scale \(2, 0\) does not cut", lambda: quantise.dequantise(q, np.ones((2, 0)))),
        (ShapeError, r"does not cut the rows of q \(4,\)", lambda: quantise.dequantise(q[0], np.ones((2, 1)))),
    ],
    quantise.expand: [(MissingTensor, r"has w in int8, without its scales w\.scale", lambda: quantise.expand({"w": q}))],
    quantise.QuantisedMatrix.__init__: [
        (ShapeError, "rows of 4 cannot be cut into blocks of 3", lambda: quantise.QuantisedMatrix(x, block=3)),
        (ShapeError, "1 bits", lambda: quantise.QuantisedMatrix(x, bits=1)),
        (ShapeError, r"weight \(1, 2, 4\) should be \(rows, columns\)", lambda: quantise.QuantisedMatrix(x[None])),
        (DTypeError, "weight must hold floating-point", lambda: quantise.QuantisedMatrix(ids)),
    ],
}
