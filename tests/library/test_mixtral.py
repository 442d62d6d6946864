"""Mixtral, a whole small one, against transformers with the same weights; and that everything a Llama can do, it can."""

import json

import array_api_strict
import numpy as np
import pytest

from engineroom import moe
from engineroom.errors import MissingTensor, ShapeError, UnsupportedConfig
from engineroom.models import llama, mixtral
from engineroom.quantise import QuantisedMatrix
from engineroom.tokenize.bpe import ByteBPE
from nearness import worst


@pytest.fixture(scope="module")
def tokens():
    return ByteBPE("bytes", [bytes([byte]) for byte in range(60)], "gpt2")


@pytest.fixture
def arrays(golden):
    return golden("mixtures")


def tensors(arrays, make=lambda w: w.astype(float)):
    """The checkpoint as save_pretrained wrote it."""
    return {
        key.removeprefix("mixtral/"): make(array) for key, array in arrays.items() if key.startswith("mixtral/") and key.endswith("weight")
    }


@pytest.fixture
def model(arrays, tokens):
    return mixtral.from_tensors(json.loads(str(arrays["mixtral/config"])), tensors(arrays), tokens)


def test_mixtral_equals_transformers(model, arrays, measured):
    ids = arrays["mixtral/ids"].tolist()
    scores = llama.logits(model, llama.forward(model, ids).hidden_states[-1])
    error = worst(scores, arrays["mixtral/logits"])
    assert error <= 5e-6  # their router's softmax works in single precision
    routes = mixtral.routes(model, ids)
    assert len(routes) == 2
    for layer, found in enumerate(routes):
        theirs = np.exp(arrays[f"mixtral/router/{layer}"])
        assert worst(found.scores, theirs / theirs.sum(-1, keepdims=True)) <= 1e-6
        assert found.experts.shape == (len(ids), 2) and worst(found.gates.sum(-1), np.ones(len(ids))) <= 1e-12
    together = moe.Routing(*(np.concatenate(part) for part in zip(*routes)))  # transformers takes all layers' tokens as one
    assert abs(float(moe.mixtral_loss(together)) - float(arrays["mixtral/aux_loss"])) <= 1e-6
    measured("mixture of experts", against=arrays["against"], error=error, metric="max abs. error of logits", cases=len(ids))


def test_a_cache_changes_nothing(model, arrays):
    ids = arrays["mixtral/ids"].tolist()
    cache, states = llama.new_cache(model), []
    for start, end in ((0, 4), (4, 5), (5, 13)):
        trace = llama.forward(model, ids[start:end], cache)
        states, cache = [*states, trace.hidden_states[-1]], trace.cache
    assert worst(np.concatenate(states), llama.forward(model, ids).hidden_states[-1]) <= 1e-12


def test_on_a_strict_array_library(model, arrays, tokens):
    ids = arrays["mixtral/ids"].tolist()
    strict = mixtral.from_tensors(
        json.loads(str(arrays["mixtral/config"])), tensors(arrays, lambda w: array_api_strict.asarray(w.astype(float))), tokens
    )
    scores = llama.logits(strict, llama.forward(strict, ids).hidden_states[-1])
    assert worst(scores, llama.logits(model, llama.forward(model, ids).hidden_states[-1])) <= 1e-12


def test_experts_may_be_quantised(model, arrays, tokens):
    packed = lambda name, w: QuantisedMatrix(w, 8) if ".experts." in name else w
    weights = {name: packed(name, w) for name, w in tensors(arrays, lambda w: w).items()}
    small = mixtral.from_tensors(json.loads(str(arrays["mixtral/config"])), weights, tokens)
    ids = arrays["mixtral/ids"].tolist()
    assert 0 < np.abs(llama.losses(small, ids) - llama.losses(model, ids)).mean() <= 0.05


def test_what_does_not_fit_is_named(arrays, tokens):
    config, weights = json.loads(str(arrays["mixtral/config"])), tensors(arrays)
    for changes, error, message in (
        ({"num_experts_per_tok": 6}, UnsupportedConfig, "num_experts_per_tok 6 is more than the 5 experts"),
        ({"num_local_experts": None}, UnsupportedConfig, "num_local_experts"),
        ({"model_type": "llama"}, UnsupportedConfig, "this decoder is Mixtral's"),
        ({"num_local_experts": 6}, ShapeError, r"gate\.weight has shape \(5, 24\); its config asks for \(6, 24\)"),
    ):
        with pytest.raises(error, match=message):
            mixtral.from_tensors(config | changes, weights, tokens)
    del weights["model.layers.1.block_sparse_moe.experts.4.w3.weight"]
    with pytest.raises(MissingTensor, match=r"no tensor model\.layers\.1\.block_sparse_moe\.experts\.4\.w3\.weight, of shape \(20, 24\)"):
        mixtral.from_tensors(config, weights, tokens)
