"""Models made from others: what stays the same, and what would not without the conversion."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom.errors import DTypeError, MissingTensor, UnsupportedConfig
from engineroom.models import convert, llama, llama_config
from engineroom.norm import rms_norm
from engineroom.quantise import QuantisedMatrix
from engineroom.tokenize.bpe import ByteBPE
from engineroom.transformer import decoder_block
from nearness import worst

IDS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
TOKENS = ByteBPE("bytes", [bytes([byte]) for byte in range(20)], "gpt2")


def tiny(seed=1, n_heads=6, n_kv_heads=2, pairs=2, layout="interleaved", matrix=lambda values: values):
    config = {
        "model_type": "llama",
        "vocab_size": 20,
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": n_heads,
        "num_key_value_heads": n_kv_heads,
        "head_dim": 2 * pairs,
        "intermediate_size": 40,
        "max_position_embeddings": 64,
    }
    rng = np.random.default_rng(seed)
    shapes = llama_config.shapes(llama_config.read(config))
    drawn = {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}
    return llama.from_tensors(config, {name: matrix(w) if w.ndim == 2 else w for name, w in drawn.items()}, TOKENS, layout)


def logits(model, ids=IDS):
    return llama.logits(model, llama.forward(model, ids).hidden_states[-1])


def flat(params, prefix=""):
    for name, value in params.items():
        yield from flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 3), st.integers(1, 5), st.sampled_from(["half", "interleaved"]))
def test_repacked_a_model_says_the_same(seed, groups, n_kv_heads, pairs, layout):
    model = tiny(seed, groups * n_kv_heads, n_kv_heads, pairs, layout)
    other = {"half": "interleaved", "interleaved": "half"}[layout]
    repacked = convert.repack(model, other)
    assert repacked.layout == other and worst(logits(repacked), logits(model)) <= 1e-10
    back = convert.repack(repacked, layout)
    assert back.layout == layout
    for (name, ours), (_, before) in zip(flat(back.params), flat(model.params), strict=True):
        assert (ours == before).all() and (ours is before) == (not name.endswith(("q_proj.weight", "k_proj.weight")))
    if pairs > 1:  # of a single pair there is one order
        assert worst(logits(model._replace(layout=other)), logits(model)) > 1e-6  # unrepacked, it is another model


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 6]), st.integers(1, 5))
def test_rows_go_where_transformers_puts_them(seed, n_kv_heads, pairs):
    """`permute` of transformers' convert_llama_weights_to_hf.py, from Meta's layout to Hugging Face's."""

    def permute(w, n_heads, dim1, dim2):
        return w.reshape(n_heads, dim1 // n_heads // 2, 2, dim2).swapaxes(1, 2).reshape(dim1, dim2)

    model = tiny(seed, 6, n_kv_heads, pairs)
    ours = convert.repack(model, "half").params["model"]["layers"]["1"]["self_attn"]
    theirs = model.params["model"]["layers"]["1"]["self_attn"]
    assert (ours["q_proj"]["weight"] == permute(theirs["q_proj"]["weight"], 6, 12 * pairs, 24)).all()
    assert (ours["k_proj"]["weight"] == permute(theirs["k_proj"]["weight"], n_kv_heads, 2 * n_kv_heads * pairs, 24)).all()


@pytest.mark.parametrize("block", [None, 8])
def test_quantised_matrices_stay_quantised(block):
    model = tiny(pairs=4, matrix=lambda values: QuantisedMatrix(values, block=block))
    repacked = convert.repack(model, "half")
    query = repacked.params["model"]["layers"]["0"]["self_attn"]["q_proj"]["weight"]
    assert isinstance(query, QuantisedMatrix) and query.q.dtype == np.int8
    assert worst(logits(repacked), logits(model)) <= 1e-10 < 1e-3 < worst(logits(model._replace(layout="half")), logits(model))


def test_biases_move_with_their_rows():
    rng = np.random.default_rng(3)
    with_biases = lambda attention: {name: {**part, "bias": rng.normal(size=part["weight"].shape[0])} for name, part in attention.items()}
    model = convert.with_attention(tiny(pairs=3), with_biases)
    assert worst(logits(convert.repack(model, "half")), logits(model)) <= 1e-10


def test_a_trained_model_says_the_same(smollm2, golden):
    arrays = golden("smollm2")
    ids = arrays["prose/ids"].tolist()[:32]
    repacked = convert.repack(smollm2, "half")
    assert worst(logits(repacked, ids), logits(smollm2, ids)) <= 1e-3  # float32, added up in another order
    right, wrong = (llama.losses(model, ids).mean() for model in (repacked, smollm2._replace(layout="half")))
    assert wrong > right + 1


def test_a_layout_that_is_none():
    model = tiny()
    assert convert.repack(model, "interleaved") is model
    with pytest.raises(UnsupportedConfig, match="'half' or 'interleaved', not 'pairs'"):
        convert.repack(model, "pairs")


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_with_the_gains_in_the_matrices_a_model_says_the_same(seed, tied):
    model = tiny(seed)
    model = model._replace(config=model.config._replace(tied=tied))
    folded = convert.fold_norms(model)
    assert worst(logits(folded), logits(model)) <= 1e-10
    without_gain = lambda x, weight, eps: rms_norm(x, eps=eps)
    states = llama.forward(folded, IDS, block=partial(decoder_block, norm=without_gain)).hidden_states[-1]
    assert worst(states, llama.forward(model, IDS).hidden_states[-1]) <= 1e-10  # nothing is left for a gain to do
    gains = {name for name, value in flat(folded.params) if value.ndim == 1}
    assert len(gains) == 5 and all((value == 1).all() for name, value in flat(folded.params) if name in gains)
    if tied:  # the embedding table is not the head any more
        assert worst(logits(model._replace(params=folded.params)), logits(model)) > 1e-6


def test_folded_a_trained_model_says_what_transformers_says(smollm2, golden, measured):
    arrays = golden("smollm2")
    before = [value.copy() for _, value in flat(smollm2.params) if value.ndim == 1]
    scores = logits(convert.fold_norms(smollm2), arrays["prose/ids"])
    assert (scores.argmax(-1) == arrays["prose/argmax"]).all()
    error = worst(np.log(np.exp(scores - scores.max()).sum(-1)) + scores.max(), arrays["prose/logsumexp"])
    assert error <= 2e-4
    assert all((value == old).all() for (_, value), old in zip([x for x in flat(smollm2.params) if x[1].ndim == 1], before, strict=True))
    measured(
        "norms folded into matrices",
        against=arrays["against"],
        error=error,
        metric="max abs. error of log-sums of logits",
        cases=len(scores),
    )


def test_what_cannot_be_folded_is_named():
    with pytest.raises(DTypeError, match="q_proj is quantised: .*Fold the norms first"):
        convert.fold_norms(tiny(pairs=4, matrix=QuantisedMatrix))
    model = tiny()
    del model.params["model"]["layers"]["1"]["mlp"]
    with pytest.raises(MissingTensor, match="has no 'mlp'"):
        convert.fold_norms(model)


@pytest.mark.parametrize(
    "matrix", [lambda w: w.astype(np.float32), lambda w: QuantisedMatrix(w.astype(np.float32))], ids=["float32", "int8"]
)
def test_computing_in_float64_changes_the_sums_and_no_weight(matrix):
    model = tiny(matrix=matrix)
    layers = {"input_layernorm": {"weight": np.ones(24, np.float32)}, "post_attention_layernorm": {"weight": np.ones(24, np.float32)}}
    body = {
        **model.params["model"],
        "norm": layers["input_layernorm"],
        "layers": {n: {**p, **layers} for n, p in model.params["model"]["layers"].items()},
    }
    model = model._replace(params={**model.params, "model": body})
    double = convert.computing_in(model, np.float64)
    exact = model._replace(params={name: in_float64(part) for name, part in model.params.items()})
    assert logits(model).dtype == np.float32 and logits(double).dtype == np.float64
    assert 1e-9 < worst(logits(model), logits(exact)) < 1e-4 and worst(logits(double), logits(exact)) <= 1e-12
    changed = [name for (name, ours), (_, before) in zip(flat(double.params), flat(model.params)) if ours is not before]
    assert changed == ["model.embed_tokens.weight"]


def in_float64(part):
    """Every number of the parameters, in float64."""
    if isinstance(part, dict):
        return {name: in_float64(inner) for name, inner in part.items()}
    return part.astype(np.float64).rows(np.arange(part.shape[0])) if isinstance(part, QuantisedMatrix) else part.astype(np.float64)
