"""A case for every public function that takes arrays: what test_contract.py runs on every array library."""

import math
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import numpy as np

from engineroom import (
    arrays,
    attention,
    cache,
    feedforward,
    flash,
    generate,
    linear,
    loss,
    masks,
    moe,
    norm,
    optim,
    position,
    products,
    quantise,
    rope,
    sample,
    speculative,
    transformer,
)
from engineroom.flash.tiles import look_for
from engineroom.models import bert, bert_config, checkpoint, convert, key_heads, llama, llama_config, mixtral, seq2seq, seq2seq_config
from engineroom.moe import experts
from engineroom.moe.routing import largest, sigmoid
from engineroom.optim.kinds import zeros
from libraries import Library

type Case = Callable[[Library], Any]


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def tree(L: Library, value: Any) -> Any:
    return {key: tree(L, inner) for key, inner in value.items()} if isinstance(value, dict) else L(value)


def matrices(L: Library, **shapes: tuple[int, int]) -> dict[str, Any]:
    return {name: {"weight": L(drawn(*shape, seed=i) / 2)} for i, (name, shape) in enumerate(shapes.items())}


def of_shapes(L: Library, shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    return {name: L(drawn(*shape, seed=len(name)) / 3 + (name.endswith("orm.weight"))) for name, shape in shapes.items()}


# Models

SIZES = {"vocab_size": 20, "hidden_size": 24, "num_attention_heads": 6, "num_key_value_heads": 2, "num_hidden_layers": 2, "intermediate_size": 16,
         "max_position_embeddings": 32}  # fmt: skip
LLAMA = {**SIZES, "model_type": "llama", "tie_word_embeddings": True}
MIXTRAL = {**SIZES, "model_type": "mixtral", "num_local_experts": 4, "num_experts_per_tok": 2, "tie_word_embeddings": False}
BERT = {**{name: size for name, size in SIZES.items() if "key_value" not in name}, "model_type": "bert", "type_vocab_size": 2}
IDS = [[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]]
SCALINGS = {
    "linear": {"factor": 2.0},
    "dynamic": {"factor": 2.0, "original_max_position_embeddings": 32},
    "yarn": {"factor": 4.0, "original_max_position_embeddings": 32},
    "longrope": {"short_factor": [1.0], "long_factor": [2.0], "original_max_position_embeddings": 32, "factor": 2.0},
    "llama3": {"factor": 8.0, "original_max_position_embeddings": 32, "low_freq_factor": 1.0, "high_freq_factor": 4.0},
}


def decoder(L: Library, **changes: Any) -> llama.Llama:
    config = LLAMA | changes
    return llama.from_tensors(config, of_shapes(L, llama_config.shapes(llama_config.read(config))), None)


def mixture(L: Library) -> llama.Llama:
    sizes, n_experts = mixtral.read(MIXTRAL)
    return mixtral.from_tensors(MIXTRAL, of_shapes(L, mixtral.shapes(sizes, n_experts)), None)


def fixed_mixture(L: Library) -> llama.Llama:
    feed = partial(moe.mixtral, k=2, room=3)
    return mixture(L)._replace(block=partial(transformer.decoder_block, feed=feed))


def encoder(L: Library) -> bert.Bert:
    sizes = bert_config.read(BERT)
    return bert.Bert(sizes, checkpoint.nested(of_shapes(L, bert_config.shapes(sizes)), bert_config.shapes(sizes)), None)


def speller(L: Library) -> seq2seq.Seq2Seq:
    sizes = seq2seq_config.Config(8, 2, 2, 2, 16, tuple("PSEabc"), tuple("PSExyz"))
    shapes = seq2seq_config.shapes(sizes)
    return seq2seq.Seq2Seq(sizes, checkpoint.nested(of_shapes(L, shapes), shapes))


def in_two(L: Library, **changes: Any) -> Any:
    """A text in two parts, by way of a cache."""
    model = decoder(L, **changes)
    trace = llama.forward(model, L(IDS)[..., :3], llama.new_cache(model))
    return llama.step(model, L(IDS)[..., 3:], trace.cache)


# Parts

X, Q, K, V = drawn(2, 3, 4), drawn(2, 5, 4, seed=1), drawn(2, 6, 4, seed=2), drawn(2, 6, 3, seed=3)
MASK = drawn(5, 6) > -0.5
LOGITS, BIAS = 3 * drawn(7, 6), drawn(6)
Z = np.asarray([[2.0, 1.0, 0.5, -1.0, -math.inf], [0.0, 3.0, 2.9, -4.0, 1.0]])
P, R = np.asarray([0.6, 0.3, 0.1]), np.asarray([0.3, 0.3, 0.4])
CHOSEN = np.asarray([[0, 1], [2, 0], [2, -1], [2, 3], [1, 2]])
HEADS = dict.fromkeys(("query", "key", "value", "output"), (12, 12))
GATED = {"gate": (8, 4), "up": (8, 4), "down": (4, 8)}
BERT_LAYER = {f"{part}.{leaf}": shape for part, wide in (
    ("attention.self.query", (4, 4)), ("attention.self.key", (4, 4)), ("attention.self.value", (4, 4)), ("attention.output.dense", (4, 4)),
    ("attention.output.LayerNorm", (4,)), ("intermediate.dense", (8, 4)), ("output.dense", (4, 8)), ("output.LayerNorm", (4,)))
    for leaf, shape in (("weight", wide), ("bias", wide[:1]))}  # fmt: skip
BART_LAYER = {f"{part}.{leaf}": shape for part, wide in (
    *((f"{a}.{p}_proj", (4, 4)) for a in ("self_attn", "encoder_attn") for p in ("q", "k", "v", "out")), ("fc1", (8, 4)), ("fc2", (4, 8)),
    *((f"{n}_layer_norm", (4,)) for n in ("self_attn", "encoder_attn", "final"))) for leaf, shape in (("weight", wide), ("bias", wide[:1]))}  # fmt: skip
LLAMA_LAYER = {**{f"self_attn.{p}_proj.weight": (4, 4) for p in "qkvo"}, "mlp.gate_proj.weight": (8, 4), "mlp.up_proj.weight": (8, 4),
               "mlp.down_proj.weight": (4, 8), "input_layernorm.weight": (4,), "post_attention_layernorm.weight": (4,)}  # fmt: skip
MIXTURES = {
    "mixtral": {"block_sparse_moe.gate.weight": (4, 4), **{f"block_sparse_moe.experts.{e}.{w}.weight": (4, 4) for e in range(4) for w in ("w1", "w2", "w3")}},
    "llama4": {"feed_forward.router.weight": (4, 4), "feed_forward.experts.gate_up_proj": (4, 4, 10), "feed_forward.experts.down_proj": (4, 5, 4),
               **{f"feed_forward.shared_expert.{w}_proj.weight": (4, 4) for w in ("gate", "up", "down")}},
    "deepseek": {"mlp.gate.weight": (4, 4), "mlp.gate.e_score_correction_bias": (4,),
                 **{f"mlp.{part}.{w}_proj.weight": (4, 4) for part in (*(f"experts.{e}" for e in range(4)), "shared_experts") for w in ("gate", "up", "down")}},
}  # fmt: skip


def layer(L: Library, shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    return checkpoint.nested(of_shapes(L, shapes), shapes)


def routing(L: Library, **changes: Any) -> moe.Routing:
    return moe.softmax_top_k(L(LOGITS), 2)._replace(**changes)


def expert(L: Library) -> Callable[[int, Any], Any]:
    w = L(drawn(4, 3, 4))
    return lambda e, rows: rows @ w[e, :, :].mT


def quantised(L: Library) -> quantise.QuantisedMatrix:
    return quantise.QuantisedMatrix(L(drawn(6, 8)), block=4)


def running(L: Library) -> flash.Running:
    return flash.step(flash.start(L(Q), 3), L(drawn(2, 5, 6)), L(V))


def two_steps(L: Library, optimiser: optim.Optimiser) -> Any:
    params, gradient = ({"a": L(drawn(3, 4, seed=s)), "b": [L(drawn(4, seed=s))]} for s in (0, 1))
    state = optimiser.start(params)
    for _ in range(2):
        params, state = optimiser.step(params, state, gradient, 0.1)
    return params, state


CASES: dict[str, Case] = {
    "arrays.placed": lambda L: (arrays.placed(drawn(3), L(X), L.real), arrays.placed(L(drawn(3)), L(X))),
    "arrays.indices": lambda L: (
        arrays.indices([[1, 2]], L(X), 3),
        arrays.indices(np.asarray([1, 2]), L(X), 3),
        arrays.indices(L([1, 2]), L(X), 3),
    ),
    "arrays.cumulative_sum": lambda L: arrays.cumulative_sum(L(X)),
    "arrays.parameter": lambda L: arrays.parameter({"a": {"b": L(X)}}, "a.b"),
    "attention.softmax": lambda L: attention.softmax(L(np.where(drawn(3, 4) > 0, drawn(3, 4), -math.inf))),
    "attention.scaled_dot_product": lambda L: [attention.scaled_dot_product(L(Q), L(K), L(V), m) for m in (None, L(MASK), L(drawn(5, 6)))],
    "attention.attention_weights": lambda L: [attention.attention_weights(L(Q), L(K), m) for m in (None, L(MASK), L(drawn(5, 6)))],
    "attention.masked": lambda L: attention.masked(L(drawn(5, 6)), L(MASK)),
    "attention.causal_mask": lambda L: attention.causal_mask(4, L.xp, 2, L.device),
    "attention.split_heads": lambda L: (attention.split_heads(L(X), 2), attention.split_heads(L(X)[:, :1, :], 2)),
    "attention.merge_heads": lambda L: (attention.merge_heads(L(X)), attention.merge_heads(L(X)[:, :1, :])),
    "attention.heads": lambda L: attention.heads(L(drawn(5, 12)), matrices(L, **HEADS), 3, source=L(drawn(7, 12))),
    "attention.grouped": lambda L: attention.grouped(L(drawn(6, 5, 4)), L(K), L(V), L(np.broadcast_to(MASK, (6, 5, 6)).copy())),
    "attention.multi_head": lambda L: attention.multi_head(
        L(drawn(5, 12)), matrices(L, **HEADS), 3, attention.causal_mask(5, L.xp, device=L.device)
    ),
    "cache.Layer.append": lambda L: cache.Layer().append(L(K), L(K)).append(L(Q), L(Q)),
    "cache.Cache.truncate": lambda L: cache.Cache((cache.Layer().append(L(K), L(V)),)).truncate(2),
    "cache.Appended.layer": lambda L: cache.Appended(cache.Cache.new(1)).layer(0)(L(K), L(V)),
    "feedforward.erf": lambda L: feedforward.erf(L(3 * drawn(50))),
    "feedforward.relu": lambda L: feedforward.relu(L(X)),
    "feedforward.silu": lambda L: feedforward.silu(L(X)),
    "feedforward.gelu": lambda L: feedforward.gelu(L(X)),
    "feedforward.gelu_tanh": lambda L: feedforward.gelu_tanh(L(X)),
    "feedforward.gated": lambda L: [feedforward.gated(L(X), L(drawn(2, 3, 4, seed=5)), *a) for a in ((), (feedforward.gelu,))],
    "feedforward.feed_forward": lambda L: feedforward.feed_forward(L(X), matrices(L, up=(8, 4), down=(4, 8))),
    "feedforward.gated_feed_forward": lambda L: feedforward.gated_feed_forward(L(X), matrices(L, **GATED)),
    "flash.forward.standard_attention": lambda L: flash.standard_attention(L(Q), L(K), L(V), L(MASK)),
    "flash.forward.flash_attention": lambda L: flash.flash_attention(L(Q), L(K), L(V), flash.Tiles(2, 4), flash.causal(L.xp, 1, L.device)),
    "flash.forward.flash_attention_2": lambda L: flash.flash_attention_2(L(Q), L(K), L(V), flash.Tiles(2, 4), L(MASK)),
    "flash.online.start": lambda L: flash.start(L(Q), 3),
    "flash.online.step": running,
    "flash.online.average": lambda L: (flash.average(running(L)), flash.average(flash.start(L(Q), 3))),
    "flash.online.log_sum": lambda L: (flash.log_sum(running(L)), flash.log_sum(flash.start(L(Q), 3))),
    "flash.tiles.causal": lambda L: flash.causal(L.xp, 1, L.device)(slice(0, 3), slice(0, 4)),
    "flash.tiles.look_for": lambda L: look_for(L(MASK), L(Q), L(K), lambda tile: tile)(slice(0, 2), slice(1, 4)),
    "flash.traffic.Traffic.load": lambda L: flash.Traffic().load(L(X)),
    "flash.traffic.Traffic.store": lambda L: flash.Traffic().store(L(X)),
    "linear.linear": lambda L: linear.linear(L(X), L(drawn(5, 4)), L(drawn(5))),
    "linear.embedding": lambda L: [
        linear.embedding(w, ids) for w in (L(drawn(6, 8)), quantised(L)) for ids in ([1, 5], np.asarray([[0]]), L([[2], [3]]))
    ],
    "linear.dense": lambda L: (linear.dense(L(X)), linear.dense(quantised(L))),
    "linear.project": lambda L: linear.project(L(X), matrices(L, up=(8, 4)), "up"),
    "loss.log_probs": lambda L: loss.log_probs(L(X), L([[0, 1, 2], [3, 2, 1]])),
    "loss.cross_entropy": lambda L: loss.cross_entropy(L(X), [[0, 1, 2], [3, 2, 1]]),
    "masks.sliding_mask": lambda L: masks.sliding_mask(4, 2, L.xp, 1, L.device),
    "masks.chunked_mask": lambda L: masks.chunked_mask(4, 2, L.xp, 1, L.device),
    "moe.balance.load": lambda L: L.xp.astype(moe.load(L(CHOSEN), 4), L.real),  # wide, where that can be
    "moe.balance.switch_loss": lambda L: moe.switch_loss(routing(L)),
    "moe.balance.mixtral_loss": lambda L: moe.mixtral_loss(routing(L)),
    "moe.balance.adjusted_bias": lambda L: moe.adjusted_bias(L(drawn(4)), L(CHOSEN)),
    "moe.capacity.limit": lambda L: moe.limit(routing(L), 2),
    "moe.experts.dispatch_fixed": lambda L: moe.dispatch_fixed(L(drawn(5, 4)), L(CHOSEN), 4, expert(L), 2),
    "moe.layers.route": lambda L: moe.route(L(X), matrices(L, gate=(6, 4))),
    "moe.routing.softmax_top_k": routing,
    "moe.routing.sigmoid_top_1": lambda L: moe.sigmoid_top_1(L(LOGITS)),
    "moe.routing.biased_top_k": lambda L: moe.biased_top_k(L(LOGITS), L(BIAS), 2, 3, 2),
    "moe.routing.largest": lambda L: largest(L(LOGITS), 3),
    "moe.routing.sigmoid": lambda L: sigmoid(L(X)),
    "norm.layer_norm": lambda L: norm.layer_norm(L(X), L(drawn(4)), L(drawn(4))),
    "norm.rms_norm": lambda L: norm.rms_norm(L(X), L(drawn(4))),
    "optim.adamw.adamw": lambda L: two_steps(L, optim.adamw(decays={"a": True, "b": [False]})),
    "optim.sgd.sgd": lambda L: two_steps(L, optim.sgd(decay=0.1)),
    "optim.muon.muon": lambda L: two_steps(L, optim.by_part({"a": True, "b": [False]}, optim.muon(), optim.sgd())),
    "optim.muon.orthogonal": lambda L: (optim.orthogonal(L(drawn(3, 5))), optim.orthogonal(L(drawn(5, 3)))),
    "optim.kinds.by_part": lambda L: two_steps(L, optim.by_part({"a": True, "b": [False]}, optim.adamw(), optim.sgd())),
    "optim.kinds.zeros": lambda L: zeros({"a": L(X)}),
    "optim.kinds.matrices": lambda L: optim.matrices({"a": L(X)}),
    "optim.clip.global_norm": lambda L: optim.global_norm({"a": L(X), "b": [L(Q)]}),
    "optim.clip.clipped": lambda L: [optim.clipped({"a": L(X), "b": [L(Q)]}, most) for most in (1.0, 100.0)],
    "optim.flat.flatten": lambda L: optim.flatten({"a": L(X), "b": [L(Q)]})[1](optim.flatten({"a": L(X), "b": [L(Q)]})[0] * 2),
    "position.learned": lambda L: position.learned(L(X), L(drawn(9, 4))),
    "position.sinusoidal": lambda L: position.sinusoidal(3, 8, L.xp, 1000, L.real, L.device),
    "position.alibi": lambda L: position.alibi(6, 2, 4, L.xp, L.real, L.device),
    "products.product": lambda L: products.product(L(X), L(drawn(5, 4))),
    "products.matmul": lambda L: products.matmul(L(Q), L(K).mT),
    "quantise.quantise": lambda L: quantise.quantise(L(drawn(6, 8)), 4),
    "quantise.dequantise": lambda L: quantise.dequantise(*quantise.quantise(L(drawn(6, 8)), 4)),
    "quantise.expand": lambda L: quantise.expand({"a": L(X), **dict(zip(("w", "w.scale"), quantise.quantise(L(drawn(6, 8)), 4)))}),
    "quantise.QuantisedMatrix": quantised,
    "quantise.QuantisedMatrix.times": lambda L: quantised(L).times(L(drawn(3, 8))),
    "quantise.QuantisedMatrix.rows": lambda L: quantised(L).rows(L([4, 0])),
    "quantise.QuantisedMatrix.take": lambda L: quantised(L).take(L([4, 0])),
    "quantise.QuantisedMatrix.astype": lambda L: quantised(L).astype(L.real),
    "rope.Rotation.__call__": lambda L: rope.rotation(rope.frequencies(4, 1e4), 5, 100_000, dtype=L.real, like=L(Q))(L(Q)),
    "rope.rotation": lambda L: rope.rotation(rope.frequencies(4, 1e4, L.xp, L.real, L.device), 5, 2, "interleaved", 1.5),
    "rope.rotate": lambda L: [rope.rotate(L(Q), rope.frequencies(4, 1e4), 9_000, layout) for layout in ("half", "interleaved")],
    "rope.repack": lambda L: rope.repack(L(drawn(8, 3)), 2, "interleaved"),
    "rope_angles.frequencies": lambda L: rope.frequencies(8, 1e4, L.xp, L.real, L.device),
    "rope_angles.scaled": lambda L: [
        rope.scaled(rope.frequencies(2 if name == "longrope" else 8, 1e4, L.xp, L.real, L.device), 1e4, {"rope_type": name, **more}, 64)
        for name, more in SCALINGS.items()
    ],
    "sample.temperature": lambda L: [sample.temperature(L(Z), t) for t in (0, 0.7)],
    "sample.top_k": lambda L: sample.top_k(L(Z), 2),
    "sample.top_p": lambda L: sample.top_p(L(Z), 0.8),
    "sample.min_p": lambda L: sample.min_p(L(Z), 0.1),
    "sample.repetition_penalty": lambda L: sample.repetition_penalty(L(Z[0]), [0, 3], 1.5),
    "speculative.accepted": lambda L: speculative.accepted(L(P), L(R)),
    "speculative.residual": lambda L: speculative.residual(L(P), L(R)),
    "transformer.encoder_block": lambda L: transformer.encoder_block(L(X), layer(L, BERT_LAYER), 2),
    "transformer.swiglu": lambda L: transformer.swiglu(L(X), layer(L, LLAMA_LAYER)),
    "transformer.decoder_block": lambda L: transformer.decoder_block(L(X), layer(L, LLAMA_LAYER), 2),
    "transformer.source_block": lambda L: transformer.source_block(L(X), layer(L, BART_LAYER), 2),
    "transformer.target_block": lambda L: transformer.target_block(L(X), L(drawn(2, 5, 4)), layer(L, BART_LAYER), 2),
    "models.bert.forward": lambda L: bert.forward(encoder(L), [1, 2, 3]),
    "models.llama.from_tensors": lambda L: llama.forward(decoder(L), IDS),
    "models.llama.forward": lambda L: [
        llama.forward(decoder(L, **more), L(IDS))
        for more in (
            *({"position": p} for p in llama_config.POSITIONS),
            *({"rope_scaling": {"rope_type": name, **SCALINGS[name]}} for name in ("dynamic", "yarn")),
        )
    ],
    "models.llama.next_logits": lambda L: (llama.next_logits(decoder(L), L(IDS)), llama.next_logits(fixed_mixture(L), L(IDS))),
    "models.llama.step": lambda L: [in_two(L, position=p) for p in llama_config.POSITIONS],
    "models.llama.logits": lambda L: llama.logits(decoder(L), L(drawn(3, 24))),
    "models.llama.losses": lambda L: llama.losses(decoder(L), L(IDS)),
    "models.llama.new_cache": lambda L: len(llama.new_cache(decoder(L))),
    "models.seq2seq.encode": lambda L: seq2seq.encode(speller(L), [3, 4, 5]),
    "models.seq2seq.decode": lambda L: seq2seq.decode(
        speller(L), [1, 3], seq2seq.encode(speller(L), [3, 4]).states, cache=cache.Cache.new(2)
    ),
    "models.key_heads.mean": lambda L: key_heads.mean(L(drawn(2, 3, 4))),
    "models.key_heads.first": lambda L: key_heads.first(L(drawn(2, 3, 4))),
    "models.key_heads.pool_heads": lambda L: llama.losses(key_heads.pool_heads(decoder(L), 1), L(IDS)),
    "models.key_heads.expand_heads": lambda L: llama.losses(key_heads.expand_heads(decoder(L), 6), L(IDS)),
    "models.key_heads.reorder_heads": lambda L: llama.losses(key_heads.reorder_heads(decoder(L), [[1, 0], [0, 1]]), L(IDS)),
    "models.convert.repack": lambda L: llama.losses(convert.repack(decoder(L), "interleaved"), L(IDS)),
    "models.convert.fold_norms": lambda L: llama.losses(convert.fold_norms(decoder(L)), L(IDS)),
    "models.convert.computing_in": lambda L: llama.losses(convert.computing_in(decoder(L), L.real), L(IDS)),
    "models.convert.with_attention": lambda L: llama.losses(convert.with_attention(decoder(L), lambda attention: attention), L(IDS)),
    "models.checkpoint.nested": lambda L: checkpoint.nested({"a.b": L(X)}, {"a.b": X.shape}),
    "models.checkpoint.flat": lambda L: dict(checkpoint.flat({"a": {"b": L(X)}})),
    **{
        f"moe.layers.{name}": lambda L, name=name, more=more: getattr(moe, name)(L(X), layer(L, MIXTURES[name]), *more, room=2)
        for name, more in (("mixtral", ()), ("llama4", ()), ("deepseek", (2,)))
    },
    "moe.experts.mixture": lambda L: moe.mixture(L(drawn(7, 4)), moe.softmax_top_k(L(LOGITS[:, :4]), 2), 4, expert(L), 3),
    "moe.experts.outputs_of": lambda L: experts.outputs_of(L(drawn(5, 4)), L(CHOSEN), 4, expert(L), 2),
}

# What is for reading values: it runs where they can be read, and not on a traced array.
READS: dict[str, tuple[str, Case]] = {
    "generate.greedy": ("an id is Python's", lambda L: generate.greedy(L(Z[1]))),
    "generate.sampler": ("an id is Python's", lambda L: generate.sampler(Random(0))(L(Z[1]))),
    "sample.draw": ("an id is Python's", lambda L: [sample.draw(L(P), Random(seed)) for seed in range(5)]),
    "speculative.verify": ("a draft is kept as long as chance has it", lambda L: [speculative.verify([1], L(np.stack([P, P])), L(R[None]), Random(seed)) for seed in range(5)]),
    "moe.experts.dispatch": ("gives each expert just its tokens: dispatch_fixed does not", lambda L: moe.dispatch(L(drawn(5, 4)), L(CHOSEN), 4, expert(L))),
    "models.mixtral.from_tensors": ("its layers dispatch without a room", lambda L: llama.losses(mixture(L), L(IDS))),
    "models.mixtral.routes": ("its layers dispatch without a room", lambda L: mixtral.routes(mixture(L), L(IDS))),
    "models.seq2seq.stream": ("an id is Python's", lambda L: list(seq2seq.stream(speller(L), seq2seq.encode(speller(L), [3, 4]).states))),
}  # fmt: skip

# What has no arrays of the caller's to compute with.
NONE = {
    "arrays.namespace": "asks",
    "arrays.count": "asks",
    "arrays.floating": "asks",
    "arrays.device": "asks",
    "arrays.on_host": "asks",
    "arrays.widest": "asks",
    "attention.check_projections": "asks",
    "attention.check_mask": "asks",
    **dict.fromkeys(
        ("grad.functional.value_and_grad", "grad.tape.Step.back", "grad.tape.checked", "grad.tape.walk", "grad.tensor.Tensor.backward"),
        "test_grad_rules.py",
    ),
    **dict.fromkeys(
        ("grad.tensor.made", "grad.tensor.record", "grad.fused.added", "grad.rules.places.scattered"),
        "by way of Tensors: test_grad_rules.py",
    ),
    **{
        f"grad.rules.{name}": "by way of Tensors: test_grad_rules.py"
        for name in ("elementwise.only", "elementwise.winner", "shaping.back", "shaping.fitted")
    },
    **{f"grad.rules.{name}": "by way of Tensors" for name in ("multiplying.by_weight", "multiplying.of_weight", "multiplying.rows")},
    **{f"grad.rules.{name}": "by way of Tensors" for name in ("reductions.kept", "reductions.spread")},
    **{f"grad.tree.{name}": "computes nothing" for name in ("leaves", "map", "with_paths")},
    "train.export.exported": "writes files, by NumPy",
    "train.initial.initial": "draws, by NumPy",
    "optim.kinds.unzipped": "moves what others computed",
    "products.through": "test_engines.py",
    "products.engine_of": "test_engines.py",
    "models.bert.load": "reads files, by NumPy",
    "models.bert.from_tensors": "keeps the tensors as they are; needs a vocabulary",
    "models.bert.tokens": "reads text",
    "models.bert.embed": "reads text, and is `forward`'s mean",
    "models.checkpoint.tensors": "reads files, by NumPy",
    "models.fit.fit_heads": "float64 and eigenvectors: decided by the last digits",
    "models.fit.attention_inputs": "float64: for fit_heads",
    "models.seq2seq.from_tensors": "keeps the tensors as they are",
    "models.seq2seq.letters": "reads text",
    "models.seq2seq.phonemes": "reads text, and is `stream`",
    "simd.serves": "NumPy's own in the page: tests/browser/test_products.py",
    "simd.product": "NumPy's own in the page",
    "simd.matmul": "NumPy's own in the page",
    "simd.quantised_product": "NumPy's own in the page",
}
