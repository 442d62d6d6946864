"""A run of a hundred steps that PyTorch has made too: golden/make_training.py."""

from typing import Any

import numpy as np

from engineroom import optim, train
from engineroom.grad import tree
from engineroom.models.llama import Llama
from engineroom.optim import Optimiser

CONFIG = {"model_type": "llama", "vocab_size": 20, "hidden_size": 24, "num_attention_heads": 6, "num_key_value_heads": 2, "num_hidden_layers": 2,
          "intermediate_size": 40, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "tie_word_embeddings": True}  # fmt: skip
PLAN = train.Plan(steps=100, batch=8, length=16, peak=3e-3, warm=10, seed=3)


def text() -> np.ndarray:
    """Ids that follow one another by a law with some chance in it."""
    rng, ids = np.random.default_rng(5), [0]
    for _ in range(6000):
        ids.append(int((3 * ids[-1] + 7 + (rng.random() < 0.3) * rng.integers(0, 20)) % 20))
    return np.asarray(ids)


def model(dtype: Any) -> Llama:
    return train.initial(CONFIG, seed=1, dtype=dtype)


def in_layers(params: Any) -> Any:
    """True for the matrices that Muon steps."""
    return tree.with_paths(lambda path, x: ".layers." in path and x.ndim == 2, params)


def optimiser(kind: str, params: Any) -> Optimiser:
    adamw = optim.adamw(decays=optim.matrices(params))
    if kind == "adamw":
        return adamw
    rest = {path: x.ndim == 2 for path, x in tree.leaves(params) if not (".layers." in path and x.ndim == 2)}
    return optim.by_part(in_layers(params), optim.muon(), optim.adamw(decays=rest))


def run(kind: str, dtype: Any) -> train.Run:
    start = model(dtype)
    return train.Run(start, text(), PLAN, optimiser(kind, start.params))
