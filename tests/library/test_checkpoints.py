"""The checkpoints this project trained, in NumPy, against the PyTorch models that trained them; and what the pages say of them."""

import asyncio
import json

import numpy as np
import pytest

from engineroom import count, moe, store
from engineroom.errors import MissingTensor, TextError, UnknownAsset, UnsupportedConfig
from engineroom.models import llama, mixtral, seq2seq, seq2seq_config, trained
from engineroom_site.models import trained as shipped
from nearness import worst


@pytest.fixture(scope="module", autouse=True)
def folder(data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENGINEROOM_DATA", str(data))
        yield


@pytest.fixture(scope="module")
def spelling(folder):
    return asyncio.run(trained.seq2seq())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("decoder_ffn_dim", 128),
        ("decoder_attention_heads", 2),
        ("activation_function", "gelu"),
        ("scale_embedding", True),
        ("model_type", "bart"),
    ],
)
def test_an_entry_that_changes_the_encoder_decoder_is_refused_by_name(name, value):
    config = json.loads((shipped.TRAINED / "spelling_to_phonemes" / "config.json").read_text())
    assert seq2seq_config.read(config).d_ff == 256
    with pytest.raises(UnsupportedConfig, match=name):
        seq2seq_config.read({**config, name: value})


def test_spelling_to_phonemes_equals_pytorch(spelling, golden, measured):
    arrays, error, words = golden("seq2seq"), 0.0, 0
    for key in (key for key in arrays if key.endswith("/word")):
        at, word = key.split("/")[0], str(arrays[key])
        encoded = seq2seq.encode(spelling, seq2seq.letters(spelling, word))
        target = arrays[f"{at}/target"].tolist()
        decoded = seq2seq.decode(spelling, target, encoded.states)
        error = max(error, worst(encoded.states, arrays[f"{at}/encoded"]), worst(decoded.logits, arrays[f"{at}/logits"]))
        for layer, weights in enumerate(decoded.cross):
            assert worst(weights, arrays[f"{at}/cross/{layer}"]) <= 1e-5
        assert list(seq2seq.stream(spelling, encoded.states)) == target[1:]  # greedy, cached
        words += 1
    assert words == 24 and error <= 1e-5, error
    measured("spelling to phonemes", against=arrays["against"], error=error, metric="max abs. error of logits", cases=words)


def test_the_log_says_how_many_held_out_words_are_right(spelling):
    lines = (shipped.TRAINED / "spelling_to_phonemes" / "held_out.txt").read_text().splitlines()
    log = json.loads((shipped.TRAINED / "spelling_to_phonemes" / "log.jsonl").read_text().splitlines()[-1])
    assert log["of"] == len(lines) == 2000 and log["held_out_words_right"] / 2000 >= 0.55
    sample = [line.split() for line in lines[::10]]
    right = sum(seq2seq.phonemes(spelling, word) == sounds for word, *sounds in sample) / len(sample)
    assert abs(right - log["held_out_words_right"] / 2000) < 0.1


def test_without_the_source_every_word_sounds_the_same(spelling):
    said = set()
    for word in ("engine", "room", "cat"):
        source = seq2seq.encode(spelling, seq2seq.letters(spelling, word)).states
        said.add(tuple(seq2seq.stream(spelling, source, np.zeros((1, source.shape[0]), bool))))
    assert len(said) == 1


@pytest.mark.parametrize("name", shipped.POSITIONS)
def test_the_position_twins_equal_pytorch(golden, measured, name):
    arrays, model = golden("positions"), asyncio.run(trained.decoder(f"positions-{name}"))
    trace = llama.forward(model, arrays["ids"])
    at = arrays["at"]
    hidden = max(worst(ours[at], theirs) for ours, theirs in zip(trace.hidden_states, arrays[f"{name}/hidden"], strict=True))
    error = worst(llama.logits(model, trace.hidden_states[-1])[at], arrays[f"{name}/logits"])
    assert hidden <= 1e-4 and error <= 1e-4
    if name == "alibi":
        measured("position twins", against=arrays["against"], error=error, metric="max abs. error of logits", cases=4 * len(at))


def test_the_mixture_equals_pytorch(golden, measured):
    arrays, model = golden("mixture"), asyncio.run(trained.decoder("mixture"))
    trace, at = llama.forward(model, arrays["ids"]), arrays["at"]
    for ours, theirs in zip(trace.hidden_states, arrays["hidden"], strict=True):
        assert worst(ours[at], theirs) <= 1e-5 * np.abs(theirs).max()
    error = worst(llama.logits(model, trace.hidden_states[-1])[at], arrays["logits"]) / np.abs(arrays["logits"]).max()
    assert error <= 1e-5
    for routing, load, balance in zip(mixtral.routes(model, arrays["ids"]), arrays["load"], arrays["balance"], strict=True):
        assert worst(moe.load(routing.experts, 8), load) <= 1e-6
        assert abs(float(moe.mixtral_loss(routing)) / 2 - balance) <= 1e-5  # trained with shares that sum to one: half of Mixtral's
    measured("trained mixture", against=arrays["against"], error=error, metric="max error of logits, relative", cases=4)


def test_each_checkpoint_is_small_and_has_its_log():
    for weights in shipped.TRAINED.rglob("*.safetensors"):
        assert weights.stat().st_size <= (5_100_000 if weights.parent.name == "mixture" else 4_000_000)
    for name in shipped.POSITIONS:
        lines = [json.loads(line) for line in (shipped.TRAINED / "positions" / f"{name}.log.jsonl").read_text().splitlines()]
        assert lines[0]["length"] == 128 and lines[1]["held_out_loss"] > 6 > 4 > lines[-1]["held_out_loss_at_128"]


def test_the_mixture_meets_as_many_parameters_as_its_dense_twin_and_has_the_loss_of_its_log():
    mixture, twin = (asyncio.run(trained.decoder(name)) for name in ("mixture", "positions-rope"))
    config = json.loads((shipped.TRAINED / "mixture" / "balanced.json").read_text())
    counted, dense = count.parameters(config), count.parameters(json.loads((shipped.TRAINED / "positions" / "rope.json").read_text()))
    router = counted.by_part["router"]
    assert counted.active - router == dense.total and counted.total > 2.5 * dense.total
    log = asyncio.run(store.log("mixture"))
    assert log["dense"][-1]["held_out_loss_at_128"] > log["balanced"][-1]["held_out_loss_at_128"]
    ids = mixture.tokenizer.encode(asyncio.run(store.text("king-james-end")))
    windows = [ids[at : at + 129] for at in range(0, len(ids) - 129, len(ids) // 40)]
    logged = {name: log[name][-1]["held_out_loss_at_128"] for name in ("balanced", "dense")}
    found = {name: np.mean([llama.losses(model, window) for window in windows]) for name, model in (("balanced", mixture), ("dense", twin))}
    assert all(abs(found[name] - logged[name]) < 0.1 for name in logged)  # other windows of the same text
    assert abs(found["balanced"] - found["dense"] - logged["balanced"] + logged["dense"]) < 0.02
    assert all(abs(sum(layer) - 1) < 1e-3 for entry in log["balanced"] for layer in entry.get("load", []))


def test_what_cannot_be_read_is_named(spelling):
    with pytest.raises(TextError, match="'naïve' has 'ï'; the model reads '?'abc"):
        seq2seq.phonemes(spelling, "naïve")
    with pytest.raises(TextError, match="needs a letter"):
        seq2seq.phonemes(spelling, "")
    with pytest.raises(UnknownAsset, match="no model 'positions'; known: .*positions-rope"):
        asyncio.run(trained.decoder("positions"))
    config = json.loads((shipped.TRAINED / "spelling_to_phonemes" / "config.json").read_text())
    with pytest.raises(UnsupportedConfig, match="encoder_layers of the config is None; it must be a whole number"):
        seq2seq.from_tensors(config | {"encoder_layers": None}, {})
    with pytest.raises(UnsupportedConfig, match="target_tokens of the config must name"):
        seq2seq.from_tensors(config | {"target_tokens": []}, {})
    with pytest.raises(MissingTensor, match=r"encoder\.embed_tokens\.weight"):
        seq2seq.from_tensors(config, {})
