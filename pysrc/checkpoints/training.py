"""One way to train the book's decoders: seeded, a fixed number of steps, the same windows in the same order for every model."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HELD_OUT = 0.03  # the share of the text at its end that is not trained on


class Plan(NamedTuple):
    """How long and how fast."""

    seed: int
    steps: int
    batch: int
    length: int
    peak: float = 3e-3  # learning rate
    warm: int = 100  # steps to reach it
    every: int = 100  # steps between two entries of the log


def split(path: str) -> tuple[torch.Tensor, torch.Tensor]:
    """The ids that are trained on, and those held out."""
    ids = torch.from_numpy(np.load(path).astype(np.int64))
    border = int(len(ids) * (1 - HELD_OUT))
    return ids[:border], ids[border:]


def losses(model: nn.Module, ids: torch.Tensor, length: int, windows: int) -> torch.Tensor:
    """Mean nats of each position over as many windows, spread evenly over `ids`: (length,)."""
    starts = torch.linspace(0, len(ids) - length - 1, windows).long()
    with torch.no_grad():
        parts = []
        for some in starts.split(16):
            rows = torch.stack([ids[at : at + length + 1] for at in some.tolist()])
            parts.append(F.cross_entropy(model(rows[:, :-1]).transpose(1, 2), rows[:, 1:], reduction="none"))
    return torch.cat(parts).mean(0)


def steps(
    model: nn.Module, train_ids: torch.Tensor, held_out: torch.Tensor, plan: Plan, extra: Callable[[], torch.Tensor] | None = None
) -> Iterator[dict[str, Any]]:
    """Train `model`, giving an entry for the log every so often. `extra` is added to the loss of each step."""
    order, began = np.random.default_rng(plan.seed), time.time()
    flat, matrices = ([p for p in model.parameters() if (p.ndim < 2) == small] for small in (True, False))
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": flat, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=plan.peak, betas=(0.9, 0.95))
    for step in range(plan.steps):
        rate = plan.peak * min((step + 1) / plan.warm, 0.05 + 0.475 * (1 + math.cos(math.pi * step / plan.steps)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        starts = order.integers(0, len(train_ids) - plan.length - 1, plan.batch)
        rows = torch.stack([train_ids[at : at + plan.length + 1] for at in starts])
        loss = F.cross_entropy(model(rows[:, :-1]).transpose(1, 2), rows[:, 1:])
        total = loss if extra is None else loss + extra()
        optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % plan.every == 0 or step == plan.steps - 1:
            held = losses(model, held_out, plan.length, 64).mean().item()
            print(f"step {step}, {held:.4f} held out, {time.time() - began:.0f} s", file=sys.stderr, flush=True)
            yield {"step": step, "train_loss": round(loss.item(), 4), "held_out_loss": round(held, 4), "lr": round(rate, 6)}


def save(model: nn.Module, path: Path) -> None:
    """Write the weights in float16, and leave the model with what was written."""
    weights = {key: value.half().contiguous() for key, value in model.state_dict().items()}
    save_file(weights, path)
    model.load_state_dict({key: value.float() for key, value in weights.items()})
