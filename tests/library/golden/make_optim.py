"""Make optim.npz: twenty steps of PyTorch's optimisers on given gradients, in float64, and its clipping and schedules.

In a Python 3.12 environment of its own:

    pip install torch==2.14.1 numpy==2.0.2
    python tests/library/golden/make_optim.py

PyTorch's Muon makes matrices orthogonal in bfloat16; here its own code does so in float64, by a `bfloat16()` that changes nothing.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim import lr_scheduler

STEPS, SHAPES = 20, {"gain": (5,), "tall": (7, 4), "wide": (3, 6)}


def run(make: Any, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    params = {name: torch.tensor(drawn(0, name), requires_grad=True) for name in names}
    optimiser = make(params)
    for step in range(STEPS):
        for name, p in params.items():
            p.grad = torch.tensor(drawn(step + 1, name))
        optimiser.step()
    return {name: p.detach().numpy() for name, p in params.items()}


def drawn(step: int, name: str) -> np.ndarray:
    return np.random.default_rng([step, len(name)]).normal(size=SHAPES[name])


def groups(params: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"params": [p for n, p in params.items() if n != "gain"], "weight_decay": 0.1},
        {"params": [params["gain"]], "weight_decay": 0.0},
    ]


def rates(make: Any, steps: int) -> np.ndarray:
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    schedule, found = make(optimiser), []
    for _ in range(steps):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return np.asarray(found)


def cosine(o: Any) -> Any:
    up = lr_scheduler.LinearLR(o, 1 / 10, 1.0, 9)
    return lr_scheduler.SequentialLR(o, [up, lr_scheduler.CosineAnnealingLR(o, 90, 0.05)], [10])


def stable(o: Any) -> Any:
    up, level, down = lr_scheduler.LinearLR(o, 1 / 10, 1.0, 9), lr_scheduler.ConstantLR(o, 1.0, 60), lr_scheduler.LinearLR(o, 1.0, 0.2, 30)
    return lr_scheduler.SequentialLR(o, [up, level, down], [10, 70])


if __name__ == "__main__":
    torch.Tensor.bfloat16 = lambda self: self
    found: dict[str, Any] = {"against": f"PyTorch {torch.__version__.partition('+')[0]}"}
    every, matrices = tuple(SHAPES), ("tall", "wide")
    runs = {
        "adamw": run(lambda p: torch.optim.AdamW(groups(p), lr=0.01, betas=(0.9, 0.95)), every),
        "sgd": run(lambda p: torch.optim.SGD(p.values(), lr=0.01, momentum=0.9, weight_decay=0.01), every),
        "muon": run(lambda p: torch.optim.Muon(p.values(), lr=0.01, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"), matrices),
        "muon original": run(lambda p: torch.optim.Muon(p.values(), lr=0.01, weight_decay=0.1, adjust_lr_fn="original"), matrices),
    }
    found |= {f"{kind}/{name}": values for kind, arrays in runs.items() for name, values in arrays.items()}
    gradient = [torch.zeros(SHAPES[name], dtype=torch.float64) for name in every]
    for p, name in zip(gradient, every):
        p.grad = torch.tensor(drawn(1, name))
    found["norm"] = torch.nn.utils.clip_grad_norm_(gradient, 1.0).numpy()
    found |= {f"clipped/{name}": p.grad.numpy() for name, p in zip(every, gradient)}
    found |= {"cosine": rates(cosine, 101), "stable": rates(stable, 101)}
    np.savez_compressed(Path(__file__).parent / "optim.npz", **found)
