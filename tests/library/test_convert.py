"""Models made from others: what stays the same, and what would not without the conversion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nearness import worst

from engineroom.errors import UnsupportedConfig
from engineroom.models import convert, llama, llama_config
from engineroom.quantise import QuantisedMatrix
from engineroom.tokenize.bpe import ByteBPE

IDS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
TOKENS = ByteBPE("bytes", [bytes([byte]) for byte in range(20)], "gpt2")


def tiny(seed=1, n_heads=6, n_kv_heads=2, pairs=2, layout="interleaved", matrix=lambda values: values):
    config = {
        "model_type": "llama", "vocab_size": 20, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": n_heads,
        "num_key_value_heads": n_kv_heads, "head_dim": 2 * pairs, "intermediate_size": 40, "max_position_embeddings": 64,
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
