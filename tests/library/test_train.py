"""Training: a run follows PyTorch's and JAX's, stops and goes on to the bit, and leaves what others can load."""

import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import numpy as their_safetensors

import engineroom
from engineroom import train
from engineroom.errors import CorruptAsset
from engineroom.grad import tree
from engineroom.models import checkpoint, convert, llama, llama_config, safetensors
from engineroom.train import batches
from training_case import CONFIG, PLAN, model, optimiser, run, text

CHECKPOINTS = Path(engineroom.__file__).parents[1] / "checkpoints"


@pytest.fixture(scope="module")
def runs():
    """Every run of a hundred steps, made once: its losses and the run."""
    made = {}

    def of(kind, dtype):
        if (kind, dtype) not in made:
            there = run(kind, dtype)
            made[kind, dtype] = [entry.train_loss for entry in there], there
        return made[kind, dtype]

    return of


@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-9), (np.float32, 1e-4)])
@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_a_hundred_steps_follow_pytorch(golden, runs, kind, dtype, near):
    losses, there = runs(kind, dtype)
    expected = golden("training")[f"{kind}/{np.dtype(dtype)}"]
    assert np.abs(np.asarray(losses) - expected).max() < near
    assert losses[0] == pytest.approx(np.log(20), rel=0.02) and losses[-1] < 0.75 * losses[0]
    assert all(x.dtype == dtype for _, x in tree.leaves(there.state.params))


def test_how_far_from_pytorch_after_a_hundred_steps(golden, runs, measured):
    expected = golden("training")
    errors = [np.abs(np.asarray(runs(kind, np.float64)[0]) - expected[f"{kind}/float64"]).max() for kind in ("adamw", "muon")]
    measured("training", against=str(expected["against"]), error=max(errors), metric="max abs. error of a loss in float64", cases=200)


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_a_hundred_steps_follow_jaxs_gradient(runs, kind):
    import jax

    from engineroom import optim

    start = model(np.float64)
    state, params, steps = optimiser(kind, start.params).start(start.params), start.params, optimiser(kind, start.params)
    split, rate, found = runs(kind, np.float64)[1].split, optim.warm_up_cosine(PLAN.peak, PLAN.warm, PLAN.steps), []
    with jax.enable_x64(True):
        both = jax.jit(jax.value_and_grad(lambda params, ids: llama.losses(start._replace(params=params), ids).mean()))
        for step in range(PLAN.steps):
            value, gradient = both(params, batches.batch(text(), split.train, PLAN.batch, PLAN.length, PLAN.seed, step))
            gradient, _ = optim.clipped(tree.map(np.asarray, gradient), PLAN.clip)
            params, state = steps.step(params, state, gradient, rate(step))
            found.append(float(value))
    assert np.abs(np.asarray(found) - runs(kind, np.float64)[0]).max() < 1e-9


def test_entries_say_what_is_known(runs):
    there = run("adamw", np.float32)
    entries = list(itertools.islice(there, 60))
    assert [entry.step for entry in entries] == list(range(60)) and entries[-1].tokens == 60 * 8 * 16
    assert [entry.step for entry in entries if entry.held_out_loss is not None] == [0, 49]
    assert entries[0].held_out_loss == pytest.approx(np.log(20), rel=0.02) and entries[49].held_out_loss < entries[0].held_out_loss
    assert entries[9].lr == PLAN.peak and entries[0].lr == pytest.approx(PLAN.peak / 10) and entries[59].lr < PLAN.peak
    assert all(entry.grad_norm > 0 and entry.tokens_per_second > 0 for entry in entries)
    assert there.held_out_loss() == there.held_out_loss()
    line = json.loads(entries[1].line())
    assert "held_out_loss" not in line and line["train_loss"] == pytest.approx(entries[1].train_loss, rel=1e-5)
    assert train.read("\n".join(entry.line() for entry in entries))[49].step == 49


def test_the_logs_of_the_books_checkpoints_have_this_shape():
    logs = [
        path
        for path in CHECKPOINTS.rglob("*.jsonl")
        if "spelling" not in str(path) and "activations" not in str(path) and "mixture" not in str(path)
    ]
    assert len(logs) > 5
    for path in logs:
        entries = train.read(path.read_text(encoding="utf-8"))
        assert len(entries) > 3 and all(entry.held_out_loss is not None for entry in entries), path
        assert [entry.step for entry in entries] == sorted(entry.step for entry in entries)


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_a_kept_run_goes_on_to_the_bit(runs, kind):
    whole = runs(kind, np.float32)[1]
    first = run(kind, np.float32)
    for _ in first.entries(37):
        pass
    assert first.state.step == 37
    kept = train.load(train.save(first.state))
    assert isinstance(kept.step, int) and kept.seed == PLAN.seed
    start = model(np.float32)
    second = train.Run(start, text(), PLAN, optimiser(kind, start.params), state=kept)
    assert [entry.step for entry in second] == list(range(37, 100))
    assert train.save(second.state) == train.save(whole.state)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, GeneratorExit, RuntimeError])
def test_what_stops_a_loop_keeps_the_model(stop):
    """At any moment: in the middle of a step too, when the gradient has been taken and nothing else."""
    start, calls = model(np.float32), []

    def loss(model, ids):
        calls.append(1)
        if len(calls) == 8 and stop is not GeneratorExit:
            raise stop
        return llama.losses(model, ids)

    there, undisturbed = train.Run(start, text(), PLAN, loss=loss), train.Run(start, text(), PLAN)
    done = 0
    if stop is GeneratorExit:
        loop = iter(there)
        done = len([next(loop) for _ in range(7)])
        loop.close()
    else:
        loop = iter(there)
        done = len(list(itertools.takewhile(lambda _: len(calls) < 7, loop))) + 1
        with pytest.raises(stop):
            next(loop)
    for _ in undisturbed.entries(there.state.step):
        pass
    assert there.state.step == done > 3
    assert train.save(there.state) == train.save(undisturbed.state)
    assert llama.losses(there.model, [[1, 2, 3]]).shape == (1, 2)
    assert next(iter(there)).step == done  # and it goes on


def test_held_out_windows_share_nothing_with_those_learned_from():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n, length = int(rng.integers(500, 3000)), int(rng.integers(1, 20))
        borders = np.sort(rng.choice(n, 12)) if seed % 2 else None
        split = train.held_out(n, length, share=0.2, block=97, seed=seed, borders=borders)
        ids = [{int(i) for start in starts for i in range(start, start + length + 1)} for starts in split]
        assert not ids[0] & ids[1] and max(ids[0] | ids[1]) < n
        assert len(ids[0]) + len(ids[1]) > 0.7 * n
        if borders is None:
            assert 0.1 < len(ids[1]) / n < 0.35
    many = [train.held_out(20_000, 16, seed=seed).held_out for seed in range(20)]
    assert len({int(starts[0]) for starts in many}) > 4 and any(starts[-1] < 15_000 for starts in many)  # not the end


def test_batches_follow_from_seed_and_step_alone():
    ids, starts = np.arange(1000), np.arange(500)
    one = batches.batch(ids, starts, 4, 8, seed=1, step=5)
    assert one.shape == (4, 9) and (np.diff(one, axis=1) == 1).all()
    assert (one == batches.batch(ids, starts, 4, 8, seed=1, step=5)).all()
    assert (one != batches.batch(ids, starts, 4, 8, seed=1, step=6)).any() and (
        one != batches.batch(ids, starts, 4, 8, seed=2, step=5)
    ).any()
    assert batches.spread(ids, starts, 5, 8)[:, 0].tolist() == [0, 124, 249, 374, 499]


def test_the_first_loss_is_that_of_guessing():
    for vocab, tied in ((50, True), (300, False)):
        start = train.initial({**CONFIG, "vocab_size": vocab, "tie_word_embeddings": tied, "attention_bias": True}, seed=2)
        loss = float(np.mean(llama.losses(start, np.random.default_rng(0).integers(0, vocab, (4, 33)))))
        assert loss == pytest.approx(np.log(vocab), rel=0.03 if tied else 0.15)
    assert not start.params["model"]["layers"]["0"]["self_attn"]["q_proj"]["bias"].any()


def test_what_is_exported_is_what_transformers_loaded(golden):
    """The golden logits are transformers', of a model loaded from these very bytes."""
    expected = golden("training")
    files = train.exported(model(np.float32))
    assert [hashlib.sha256(files[name]).hexdigest() for name in sorted(files)] == expected["exported"].tolist()
    ours = llama.from_tensors(json.loads(files["config.json"]), safetensors.read(files["model.safetensors"]), None)
    found = llama.logits(ours, llama.forward(ours, text()[:40]).hidden_states[-1])
    np.testing.assert_allclose(found, expected["logits"], atol=2e-6)


def test_transformers_loads_what_is_exported(tmp_path, runs):
    transformers = pytest.importorskip(
        "transformers", reason="transformers is not installed: it is no part of requirements.lock, for its size"
    )
    torch = pytest.importorskip("torch")
    trained = runs("adamw", np.float32)[1].model
    for name, data in train.exported(trained).items():
        (tmp_path / name).write_bytes(data)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    with torch.no_grad():
        expected = theirs(torch.from_numpy(text()[None, :40])).logits[0].numpy()
    np.testing.assert_allclose(llama.logits(trained, llama.forward(trained, text()[:40]).hidden_states[-1]), expected, atol=1e-5)


@pytest.mark.parametrize("more", [{}, {"tie_word_embeddings": False}, {"attention_bias": True, "mlp_bias": True}, {"rope_theta": 5e5}])
def test_what_is_exported_is_read_by_the_librarys_own_loader(more):
    start = train.initial({**CONFIG, **more}, seed=4)
    for one in (start, convert.repack(start, "interleaved")):
        files = train.exported(one)
        config = json.loads(files["config.json"])
        assert llama_config.read(config) == start.config and config["torch_dtype"] == "float32"
        back = llama.from_tensors(config, their_safetensors.load(files["model.safetensors"]), None)
        np.testing.assert_allclose(llama.losses(back, text()[:30]), llama.losses(start, text()[:30]), rtol=1e-5)
    assert dict(checkpoint.flat(back.params)).keys() == dict(checkpoint.flat(start.params)).keys()


def test_safetensors_are_written_as_the_packages_own():
    rng = np.random.default_rng(0)
    tensors = {f"{i}.{kind}": (9 * rng.normal(size=shape)).astype(kind) for i, (kind, shape) in enumerate(zip(
        ("f4", "f8", "f2", "i8", "i4", "i2", "i1", "u1", "?", ">f4"), ((2, 3), (), (0, 4), (1,), (5,), (2, 2), (3,), (2,), (4,), (2,))))}  # fmt: skip
    data = safetensors.write(tensors, {"made by": "us “”"})
    theirs = their_safetensors.load(data)
    assert theirs.keys() == tensors.keys() and safetensors.metadata(data) == {"made by": "us “”"}
    for name, tensor in tensors.items():
        assert np.array_equal(theirs[name], tensor) and theirs[name].shape == tensor.shape
        assert np.array_equal(safetensors.read(data)[name], tensor)
    assert (8 + int.from_bytes(data[:8], "little")) % 8 == 0 and safetensors.metadata(safetensors.write({})) == {}


def test_a_cut_or_foreign_file_is_refused():
    data = train.save(train.State({"a": np.ones(3)}, {"t": 2}, 1, 2, 3))
    assert train.load(data).optimiser == {"t": 2}
    for cut in (0, 7, 20, len(data) - 1):
        with pytest.raises(CorruptAsset):
            train.load(data[:cut])
    with pytest.raises(CorruptAsset, match="its form is None"):
        train.load(safetensors.write({"params/a": np.ones(2)}))
