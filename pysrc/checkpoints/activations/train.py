"""Train the same small decoder with five feed-forward layers and five seeds each, for their losses alone: no weights are kept.

    pip install torch==2.13.0 numpy==2.4.1 safetensors==0.8.0    # Python 3.11
    PYTHONPATH=pysrc python -m checkpoints.activations.train IDS [NAME …]

IDS is what ../positions/prepare.py wrote. Initial weights have the spread 0.02; three of the layers are trained once more, as NAME-wide,
from 1/√d_model: an activation that is nearly straight around zero learns little from small numbers. The gated layers have three matrices, and
two thirds of the width, so that all five have the same number of parameters (Shazeer 2020, arXiv 2002.05202, section 2). Runs with the same
seed see the same windows in the same order. Writes NAME.jsonl: a line of sizes, then a line for each seed.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from checkpoints import training
from checkpoints.decoder import Decoder, FeedForward, GatedFeedForward

HERE = Path(__file__).parent
WIDE = 192  # of the layers without a gate: three times d_model, a multiple of three
CONFIG = {
    "vocab_size": 1024,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "rope_theta": 10000.0,
    "rms_norm_eps": 1e-5,
}
SEEDS = range(1, 6)
PLAN = training.Plan(seed=0, steps=500, batch=32, length=64, every=100)

PLAIN = {"relu": F.relu, "gelu": F.gelu}
GATED = {"reglu": F.relu, "geglu": F.gelu, "swiglu": F.silu}
STDS = dict.fromkeys(PLAIN | GATED, 0.02) | {f"{name}-wide": CONFIG["hidden_size"] ** -0.5 for name in ("relu", "gelu", "swiglu")}


def feed(name: str) -> nn.Module:
    d = CONFIG["hidden_size"]
    return FeedForward(d, WIDE, PLAIN[name]) if name in PLAIN else GatedFeedForward(d, WIDE * 2 // 3, GATED[name])


def train(name: str, train_ids: torch.Tensor, held_out: torch.Tensor) -> None:
    kind, std, lines = name.removesuffix("-wide"), STDS[name], []
    for seed in SEEDS:
        torch.manual_seed(seed)
        model = Decoder(CONFIG, feed=lambda: feed(kind), std=std)
        log = list(training.steps(model, train_ids, held_out, PLAN._replace(seed=seed)))
        final = round(training.losses(model, held_out, PLAN.length, 512).mean().item(), 4)
        lines.append(
            {
                "seed": seed,
                "steps": [entry["step"] for entry in log],
                "held_out": [entry["held_out_loss"] for entry in log],
                "held_out_loss": final,
            }
        )
        print(name, seed, final, flush=True)
    sizes = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "std": std,
        "steps": PLAN.steps,
        "batch": PLAN.batch,
        "length": PLAN.length,
    }
    (HERE / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [sizes, *lines]))


if __name__ == "__main__":
    torch.set_num_threads(1)
    parts = training.split(sys.argv[1])
    for chosen in sys.argv[2:] or STDS:
        train(chosen, *parts)
