"""A training step in this Python: the library's functions fused against the same equations recorded part by part. CPU time of the process.

Four decoders of 27 thousand to one million parameters, batches of 16 × 32 and 16 × 64, the two ways in turn; where PyTorch is installed, its
step of the same decoder on one thread too. Other machines' loads do not count, since only this process's time does.
"""

import importlib.util
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from engineroom import by_type, optim, train
from engineroom.grad import Tensor, fused, tree
from measure import report

VOCAB, ROUNDS = 62, 7
SIZES = {
    "27k": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 88},
    "127k": {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 128},
    "385k": {"hidden_size": 96, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 200},
    "1m": {"hidden_size": 128, "num_hidden_layers": 5, "num_attention_heads": 4, "intermediate_size": 344},
}


def config(size: str) -> dict:
    return {"model_type": "llama", "vocab_size": VOCAB, "max_position_embeddings": 128, "tie_word_embeddings": True, **SIZES[size]}


def run(size: str, length: int) -> train.Run:
    model, ids = train.initial(config(size)), np.random.default_rng(0).integers(0, VOCAB, 20_000)
    plan = train.Plan(steps=10_000, batch=16, length=length, every=10_000)
    there = train.Run(model, ids, plan, optim.adamw(decays=optim.matrices(model.params)))
    next(iter(there))  # with the held-out loss
    return there


def seconds(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def torch_step(size: str, length: int):
    """A step of pysrc/checkpoints' decoder, the same sizes."""
    import sys

    import torch
    from torch.nn import functional as F

    from measure import ROOT

    sys.path.insert(0, str(ROOT / "pysrc"))
    from checkpoints.decoder import Decoder

    torch.set_num_threads(1)
    model = Decoder({**config(size), "rope_theta": 10_000.0, "rms_norm_eps": 1e-6})
    optimiser, rng = torch.optim.AdamW(model.parameters(), lr=1e-3), np.random.default_rng(0)

    def step() -> None:
        rows = torch.from_numpy(rng.integers(0, VOCAB, (16, length + 1)))
        F.cross_entropy(model(rows[:, :-1]).transpose(1, 2), rows[:, 1:]).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    return step


found = {}
for size in SIZES:
    for length in (32, 64):
        together, apart = run(size, length), run(size, length)
        theirs = torch_step(size, length) if importlib.util.find_spec("torch") else None
        times: dict[str, list[float]] = {"fused": [], "plain": [], "torch": []}
        for _ in range(ROUNDS):
            fused.register()
            times["fused"].append(seconds(lambda: next(together.entries(1))))
            by_type.forget(Tensor)
            times["plain"].append(seconds(lambda: next(apart.entries(1))))
            if theirs:
                times["torch"].append(seconds(theirs))
        fused.register()
        name = f"{size}_16x{length}"
        found |= {
            f"{name}_parameters": sum(x.size for _, x in tree.leaves(together.state.params)),
            f"{name}_fused_ms": 1000 * min(times["fused"]),
        }
        found[f"{name}_plain_against_fused"] = min(times["plain"]) / min(times["fused"])
        if theirs:
            found[f"{name}_fused_against_torch"] = min(times["fused"]) / min(times["torch"])
report("training", **found)
