"""Cross-entropy against PyTorch, and a model's losses against what PyTorch measured when the model was trained."""

import asyncio
import json
import math

import numpy as np
import pytest

from engineroom import store
from engineroom.errors import ShapeError
from engineroom.loss import cross_entropy, log_probs
from engineroom.models import llama, trained
from engineroom_site.models import trained as shipped
from nearness import host, worst


@pytest.mark.filterwarnings("error")
def test_cross_entropy(golden, xp, measured):
    arrays = golden("parts")
    ids = arrays["loss/ids"].astype(int).tolist()
    error = worst(cross_entropy(xp.asarray(arrays["sample/logits"] * 40), ids), arrays["loss/out"])
    assert error <= 1e-11
    measured("cross-entropy", against=arrays["against"], error=error, metric="max abs. error", cases=len(ids))
    huge = cross_entropy(xp.asarray([[4000.0, 0.0], [-4000.0, 0.0]]), [0, 0])
    assert worst(huge, np.array([0.0, 4000.0])) == 0
    even = cross_entropy(xp.zeros((2, 50257)), [0, 50256])
    assert worst(even, np.full(2, 10.824905)) <= 1e-6  # ln 50,257
    for wrong, said in (
        ([0], r"need ids \(2,\)"),
        ([[0, 0]], r"not \(1, 2\)"),
        ([0, 50257], "id 50257 is outside"),
        ([-1, 0], "id -1 is outside"),
    ):
        with pytest.raises(ShapeError, match=said):
            cross_entropy(xp.zeros((2, 50257)), wrong)


def test_log_probs_are_those_of_each_row_alone(xp):
    rng = np.random.default_rng(0)
    logits, ids = rng.normal(size=(2, 3, 5, 7)) * 10, rng.integers(0, 7, (2, 3, 5))
    together = host(log_probs(xp.asarray(logits), xp.asarray(ids)))
    for place in np.ndindex(2, 3, 5):
        row = logits[place]
        assert math.isclose(together[place], row[ids[place]] - math.log(np.exp(row).sum()), abs_tol=1e-12)
    assert worst(log_probs(xp.asarray(logits), ids.tolist()), together) == 0


def test_a_twin_loses_on_held_out_text_what_its_log_says(data, monkeypatch):
    """The log's mean is over 256 windows, ours over 40 of the same text."""
    monkeypatch.setenv("ENGINEROOM_DATA", str(data))
    model, ending = asyncio.run(trained.decoder("positions-rope")), asyncio.run(store.text("king-james-end"))
    log = json.loads((shipped.TRAINED / "positions" / "rope.log.jsonl").read_text().splitlines()[-1])
    ids = model.tokenizer.encode(ending)
    assert len(ids) < 0.03 * 1_356_393  # of the tokens prepare.py counts, train.py holds out so many
    starts = np.linspace(0, len(ids) - 130, 40).astype(int)
    ours = np.mean([llama.losses(model, ids[start : start + 129]) for start in starts])
    assert math.isclose(ours, log["held_out_loss_at_128"], rel_tol=0.1)
    whole = llama.losses(model, ids[:60])
    _, cache = llama.step(model, ids[:20], llama.new_cache(model))
    assert worst(llama.losses(model, ids[20:60], cache), whole[20:]) <= 1e-4
