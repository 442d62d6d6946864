"""Positions: RoPE in both layouts against transformers and Meta's complex numbers, its stretched forms, sinusoids and ALiBi."""

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom import rope, rope_angles, rope_config
from engineroom.errors import ShapeError, UnsupportedConfig
from engineroom.hf_config import Reader
from engineroom.models import llama, llama_config, mixtral
from engineroom.position import alibi, sinusoidal
from nearness import host, worst

STRETCHED = json.loads(gzip.decompress((Path(__file__).parent / "golden" / "rope.json.gz").read_bytes()))
CONFIG = {
    "model_type": "llama",
    "vocab_size": 9,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "max_position_embeddings": 64,
}
YARN = {"rope_type": "yarn", "factor": 40.0, "original_max_position_embeddings": 4096}
SCALINGS = {
    "linear": {"rope_type": "linear", "factor": 4.0},
    "dynamic": {"rope_type": "dynamic", "factor": 4.0, "original_max_position_embeddings": 128},
    "yarn": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128},
    "llama3": {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 128,
    },
}


def test_both_layouts_equal_the_published_code(golden, xp, measured):
    arrays = golden("parts")
    x, error, cases = xp.asarray(arrays["rope/x"]), 0.0, 0
    for key in (key for key in arrays if key.startswith("rope/") and key.endswith("/out")):
        _, layout, base, start, _ = key.split("/")
        theta = rope.frequencies(x.shape[-1], float(base), xp)
        ours = rope.rotate(x, theta, int(start), layout)
        error, cases = max(error, worst(ours, arrays[key])), cases + 1
    assert cases == 8 and error <= 1e-6  # transformers' angles are float32
    measured("RoPE", against=arrays["against"], error=error, metric="max abs. error", cases=cases)


def test_the_worked_example(xp):
    """x = [1, 0, 1, 0] at position 1, d = 4: angles 1 and 0.01."""
    theta = rope.frequencies(4, 10000.0, xp)
    turned = rope.rotate(xp.asarray([[1.0, 0.0, 1.0, 0.0]]), theta, 1, "interleaved")
    assert worst(turned, np.array([[math.cos(1), math.sin(1), math.cos(0.01), math.sin(0.01)]])) <= 1e-12
    halves = rope.rotate(xp.asarray([[1.0, 1.0, 0.0, 0.0]]), theta, 1, "half")
    assert worst(halves, np.array([[math.cos(1), math.cos(0.01), math.sin(1), math.sin(0.01)]])) <= 1e-12


@given(st.integers(0, 2**32 - 1), st.integers(0, 500), st.integers(0, 500), st.integers(1, 5000), st.sampled_from(["half", "interleaved"]))
def test_scores_depend_on_the_distance_only(seed, m, n, shift, layout):
    query, key = np.random.default_rng(seed).normal(size=(2, 1, 8))
    theta = rope.frequencies(8, 10000.0, np)
    score = lambda a, b: (rope.rotate(query, theta, a, layout) @ rope.rotate(key, theta, b, layout).T).item()
    assert math.isclose(score(m, n), score(m + shift, n + shift), abs_tol=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 4), st.integers(0, 50))
def test_repacked_weights_give_the_same_scores_in_the_other_layout(seed, n_heads, pairs, start):
    rng, d_head = np.random.default_rng(seed), 2 * pairs
    x, w_q, w_k = rng.normal(size=(5, 6)), rng.normal(size=(n_heads * d_head, 6)), rng.normal(size=(n_heads * d_head, 6))
    theta = rope.frequencies(d_head, 10000.0, np)

    def scores(q, k, layout):
        heads = lambda w: (x @ w.T).reshape(5, n_heads, d_head).swapaxes(0, 1)
        return rope.rotate(heads(q), theta, start, layout) @ rope.rotate(heads(k), theta, start, layout).swapaxes(-1, -2)

    other = [rope.repack(w, n_heads, "half") for w in (w_q, w_k)]
    assert worst(scores(*other, "half"), scores(w_q, w_k, "interleaved")) <= 1e-10
    assert (rope.repack(other[0], n_heads, "interleaved") == w_q).all()
    if pairs > 2 and start:
        assert worst(scores(w_q, w_k, "half"), scores(w_q, w_k, "interleaved")) > 1e-6  # unrepacked, it is another model


def test_stretched_angles_equal_transformers(golden, xp):
    arrays, cases = golden("parts"), 0
    for kind, scaling in SCALINGS.items():
        for n in (64, 128, 500):
            theta, amplitude = rope.scaled(rope.frequencies(64, 10000.0, xp), 10000.0, scaling, n)
            theirs = arrays[f"scaled/{kind}/{n}/theta"]
            assert (np.abs(host(theta) / theirs - 1) <= 1e-5).all(), (kind, n)
            assert math.isclose(amplitude, arrays[f"scaled/{kind}/{n}/amplitude"], rel_tol=1e-9)
            cases += 1
    assert cases == 12
    theta = rope.frequencies(64, 10000.0, xp)
    assert rope.scaled(theta, 10000.0, None) == (theta, 1.0)


@pytest.mark.parametrize("kind", rope_angles.ENTRIES)
def test_what_a_config_says_of_rope_is_what_transformers_makes_of_it(kind, xp):
    """Every entry of every type, in the old form and the new one, left out or null."""
    cases = 0
    for case in STRETCHED["cases"]:
        config, said = case["config"], case["config"].get("rope_scaling") or case["config"].get("rope_parameters") or {}
        if said.get("rope_type", said.get("type", "default")) == kind:
            turning = rope_config.read(Reader(config), config["head_dim"], config["max_position_embeddings"])
            theta = rope.frequencies(config["head_dim"], turning.base, xp)
            angles, amplitude = rope.scaled(theta, turning.base, turning.scaling, case["n"])
            assert (np.abs(host(angles) / np.array(case["theta"]) - 1) <= 2e-5).all(), case
            assert math.isclose(amplitude, case["amplitude"], rel_tol=1e-6), case
            cases += 1
    assert cases == 180


def test_models_that_are_stretched_biased_or_windowed_have_the_logits_of_transformers(golden):
    arrays, plain = golden("rope_llama"), 0
    for number in range(18):
        config = json.loads(str(arrays[f"{number}/config"]))
        tensors = {
            name.removeprefix(f"{number}/"): array.astype(float)
            for name, array in arrays.items()
            if name.startswith(f"{number}/") and name.endswith(("weight", "bias"))
        }
        family = mixtral if config["model_type"] == "mixtral" else llama
        model, ids = family.from_tensors(config, tensors, None), arrays[f"{number}/ids"].tolist()
        found = llama.logits(model, llama.forward(model, ids).hidden_states[-1])
        assert worst(found, arrays[f"{number}/logits"]) <= 2e-5, config
        unread = {name: value for name, value in config.items() if not name.startswith("rope_")}
        other = family.from_tensors(unread, tensors, None)
        plain += worst(llama.logits(other, llama.forward(other, ids).hidden_states[-1]), arrays[f"{number}/logits"]) > 1e-3
        cache = llama.new_cache(model)
        if (model.config.rope_scaling or {}).get("rope_type") not in ("dynamic", "longrope"):
            parts = []
            for start, end in ((0, 3), (3, 4), (4, 20), (20, 30)):
                trace = llama.forward(model, ids[start:end], cache)
                parts, cache = [*parts, trace.hidden_states[-1]], trace.cache
            assert worst(llama.logits(model, np.concatenate(parts)), arrays[f"{number}/logits"]) <= 2e-5, config
    assert plain >= 12  # what rope_ entries say is no trifle


def test_amplitudes():
    """DeepSeek-V3's config multiplies by 1; YaRN's own rule by 1.369."""
    theta = rope.frequencies(64, 10000.0, np)
    for more, amplitude in (
        ({}, 1.3688879454),
        ({"mscale": 1.0, "mscale_all_dim": 1.0}, 1.0),
        ({"attention_factor": 0.7}, 0.7),
        ({"mscale": 1.0}, 1.3688879454),
        ({"beta_fast": None, "mscale_all_dim": 0}, 1.3688879454),
        ({"factor": 0.5}, 1.0),
    ):
        assert math.isclose(rope.scaled(theta, 10000.0, {**YARN, **more})[1], amplitude, rel_tol=1e-9), more


@given(
    st.sampled_from(sorted(rope_angles.ENTRIES)),
    st.from_regex(r"[a-z]{1,9}_unheard_of", fullmatch=True),
    st.sampled_from([0, 1.5, False, "x", [1]]),
)
def test_an_entry_that_is_not_known_is_refused_by_name(kind, name, value):
    said = next(
        case["config"]["rope_parameters"]
        for case in STRETCHED["cases"]
        if case["config"].get("rope_parameters", {}).get("rope_type") == kind
    )
    pairs = len(said.get("long_factor", [1] * 8))
    config = {**CONFIG, "head_dim": 2 * pairs, "rope_parameters": {**said, name: value}}
    with pytest.raises(UnsupportedConfig, match=f"has {name}, which type '{kind}' does not know"):
        llama_config.read(config)
    with pytest.raises(UnsupportedConfig, match=f"{name} of the config is not known"):
        llama_config.read({**CONFIG, name: value})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_type": "default"}},
            "rope_scaling and rope_parameters",
        ),
        ({"rope_theta": 100.0, "rope_parameters": {"rope_theta": 200.0}}, "rope_theta is 100.0 and 200.0"),
        ({"rope_theta": "x"}, "rope_theta of the config is 'x'"),
        ({"rope_parameters": {"rope_theta": True}}, "rope_theta of rope_parameters of the config is True"),
        ({"rope_theta": None}, None),
        ({"partial_rotary_factor": 0.5}, "partial_rotary_factor 0.5"),
        ({"rope_parameters": {"partial_rotary_factor": 0.25}}, "partial_rotary_factor 0.25"),
        ({"partial_rotary_factor": 1.0, "rope_scaling": None}, None),
        ({"rope_scaling": "yarn"}, "rope_scaling of the config is 'yarn'"),
        ({"rope_scaling": {"rope_type": "yarn", "type": "linear", "factor": 2}}, "leave one of them out"),
        ({"rope_scaling": {"factor": 2}}, "has factor, which type 'default'"),
        ({"rope_scaling": {**YARN, "truncate": 1}}, "true or false for truncate"),
        ({"rope_scaling": {**YARN, "beta_fast": 0}}, "positive number for beta_fast"),
        ({"rope_scaling": {**YARN, "mscale": -1}}, "not negative for mscale"),
        ({"rope_scaling": {**YARN, "attention_factor": "1"}}, "number for attention_factor"),
        ({"rope_scaling": YARN, "original_max_position_embeddings": 32}, "original_max_position_embeddings is 32 and 4096"),
        ({"rope_scaling": YARN, "rope_theta": 1}, "rope_theta above 1"),
        (
            {"rope_scaling": {"type": "dynamic", "factor": 2, "original_max_position_embeddings": 32}},
            "of type 'dynamic' it is max_position_embeddings, 64",
        ),
        (
            {"rope_scaling": {"type": "llama3", "factor": 2, "low_freq_factor": 4, "high_freq_factor": 4}},
            "must be less than high_freq_factor",
        ),
        ({"rope_scaling": {"type": "longrope", "short_factor": [1], "long_factor": [1] * 4}}, "a list of 4 positive numbers"),
        ({"rope_scaling": {"type": "mrope"}}, "'mrope'; known are"),
        ({"head_dim": 2, "rope_scaling": {"type": "dynamic", "factor": 2}}, "more than one pair"),
        ({"rope_interleaved": True}, "rope_interleaved is True"),
        ({"rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2}}}, "has full_attention"),
        ({"quantization_config": {}}, "quantization_config"),
        ({"layer_types": ["sliding_attention"]}, "layer_types"),
        ({"layer_types": ["full_attention"], "sliding_window": 8}, None),
        ({"rms_norm_eps": "1e-5"}, "rms_norm_eps"),
    ],
)
def test_what_a_config_may_not_say_of_rope(changes, message):
    if message is None:
        assert llama_config.read({**CONFIG, **changes}) == llama_config.read(CONFIG)
    else:
        with pytest.raises(UnsupportedConfig, match=message):
            llama_config.read({**CONFIG, **changes})


def test_slowest_waves(xp):
    """Positions for one turn of the slowest pair: 54,410 at d = 128 and base 10,000; 2,559,196 at base 500,000."""
    for base, wave in ((1e4, 54_410), (5e5, 2_559_196)):
        assert round(2 * math.pi / float(rope.frequencies(128, base, xp)[-1])) == wave


def test_sinusoidal(xp):
    """Position 1 at d = 8, and the last wavelength at d = 512, 60,611.5."""
    row = sinusoidal(1, 8, xp, start=1)
    assert worst(row, np.array([[0.841471, 0.540302, 0.099833, 0.995004, 0.01, 0.99995, 0.001, 0.9999995]])) <= 5e-7
    assert worst(sinusoidal(3, 8, xp, 4), host(sinusoidal(7, 8, xp))[4:]) <= 1e-15
    slow = float(sinusoidal(2, 512, xp)[1, 510])
    assert math.isclose(2 * math.pi / math.asin(slow), 60_611.5, abs_tol=0.1)
    with pytest.raises(ShapeError, match="d_model = 7 is odd"):
        sinusoidal(2, 7, xp)


def test_alibi(golden, xp):
    arrays = golden("parts")
    for heads in (1, 4, 6, 8, 12):
        slopes, bias = arrays[f"alibi/{heads}/slopes"], host(alibi(heads, 3, 5, xp))
        assert bias.shape == (heads, 3, 5)
        for i in range(3):
            for j in range(5):
                expected = -slopes * (i + 2 - j) if j <= i + 2 else np.full(heads, -np.inf)
                assert np.allclose(bias[:, i, j], expected, rtol=1e-6, atol=0)


def test_what_does_not_fit_is_named():
    theta = rope.frequencies(4, 10000.0, np)
    with pytest.raises(ShapeError, match="5 numbers per head cannot be paired"):
        rope.frequencies(5, 10000.0, np)
    with pytest.raises(ShapeError, match=r"x \(3, 6\) is not 3 positions of 2 pairs"):
        rope.rotate(np.ones((3, 6)), theta)
    with pytest.raises(UnsupportedConfig, match="'half' or 'interleaved', not 'Half'"):
        rope.rotate(np.ones((3, 4)), theta, layout="Half")
    with pytest.raises(UnsupportedConfig, match="'half' or 'interleaved', not 'halves'"):
        rope.repack(np.ones((4, 4)), 2, "halves")
    with pytest.raises(ShapeError, match="6 rows are not 2 heads of pairs"):
        rope.repack(np.ones((6, 4)), 2, "half")
    for scaling, message in (
        ({"rope_type": "magic", "factor": 2.0, "original_max_position_embeddings": 1}, "'magic'; known are"),
        ({"rope_type": "linear"}, "number for factor"),
        ({"rope_type": "yarn", "factor": 4.0}, "original_max_position_embeddings"),
        ({"rope_type": "linear", "factor": True}, "not True"),
    ):
        with pytest.raises(UnsupportedConfig, match=message):
            rope.scaled(theta, 10000.0, scaling)
