"""Train a mixture of eight experts, two for each token, and the beginning of the same run without the loss that balances its router.

    pip install torch==2.13.0 numpy==2.4.1 safetensors==0.8.0    # Python 3.11
    PYTHONPATH=pysrc python -m checkpoints.mixture.train IDS [NAME …]

IDS is what ../positions/prepare.py wrote. The dense twin, with equal active parameters, is positions/rope: the same sizes, seed, windows
and steps, and one feed-forward layer of 344 where each of these experts has 172. Names are Mixtral's, as its config.json. Writes
balanced.safetensors (float16), balanced.json, and for both runs NAME.log.jsonl with the share of choices of each expert in each layer.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from checkpoints import training
from checkpoints.decoder import Decoder
from checkpoints.positions.train import CONFIG as DENSE
from checkpoints.positions.train import PLAN

HERE = Path(__file__).parent
ALPHA = {"balanced": 0.01, "unbalanced": 0.0}  # the weight of the balance loss; 0.01 is the Switch Transformer's
LAST = {"balanced": PLAN.steps, "unbalanced": 700}  # the router without it has settled by then; the rates up to there are the same
CONFIG = {
    **DENSE,
    "model_type": "mixtral",
    "intermediate_size": DENSE["intermediate_size"] // 2,
    "num_local_experts": 8,
    "num_experts_per_tok": 2,
}


class Expert(nn.Module):
    def __init__(self, d: int, wide: int):
        super().__init__()
        self.w1, self.w2, self.w3 = nn.Linear(d, wide, bias=False), nn.Linear(wide, d, bias=False), nn.Linear(d, wide, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Mixture(nn.Module):
    """Softmax over the router's logits, the largest k kept and made to sum to one: Mixtral's routing."""

    def __init__(self):
        super().__init__()
        d, self.k, self.n = CONFIG["hidden_size"], CONFIG["num_experts_per_tok"], CONFIG["num_local_experts"]
        self.gate = nn.Linear(d, self.n, bias=False)
        self.experts = nn.ModuleList(Expert(d, CONFIG["intermediate_size"]) for _ in range(self.n))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        chances = self.gate(rows).softmax(-1)  # (n, E)
        weights, chosen = chances.topk(self.k)  # (n, k)
        weights = weights / weights.sum(-1, keepdim=True)
        out = torch.zeros_like(rows)
        for number, expert in enumerate(self.experts):
            token, place = torch.where(chosen == number)
            out = out.index_add(0, token, expert(rows[token]) * weights[token, place, None])
        self.load = F.one_hot(chosen, self.n).float().mean((0, 1))  # the share of each expert: sums to one
        self.balance = self.n * (self.load * chances.mean(0)).sum()  # one when all is even
        return out.reshape(x.shape)


def train(name: str, train_ids: torch.Tensor, held_out: torch.Tensor) -> None:
    torch.manual_seed(PLAN.seed)
    model = Decoder(CONFIG, "rope", "block_sparse_moe", Mixture)
    mixtures = [layer.block_sparse_moe for layer in model.model.layers]
    balance = lambda: ALPHA[name] * sum(mixture.balance for mixture in mixtures) / len(mixtures)
    log = [
        {
            "parameters": sum(p.numel() for p in model.parameters()),
            "seed": PLAN.seed,
            "batch": PLAN.batch,
            "length": PLAN.length,
            "balance_loss_weight": ALPHA[name],
        }
    ]
    for entry in training.steps(model, train_ids, held_out, PLAN, balance):
        entry["load"] = [[round(share, 4) for share in mixture.load.tolist()] for mixture in mixtures]  # of the last held-out windows
        log.append(entry)
        if entry["step"] >= LAST[name]:
            break
    if name == "balanced":
        training.save(model, HERE / f"{name}.safetensors")
        (HERE / f"{name}.json").write_text(json.dumps({**CONFIG, "router_aux_loss_coef": ALPHA[name]}, indent=1) + "\n")
    log.append({"held_out_loss_at_128": round(training.losses(model, held_out, PLAN.length, 256).mean().item(), 4)})
    print(name, log[-1], flush=True)
    (HERE / f"{name}.log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))


if __name__ == "__main__":
    torch.set_num_threads(1)
    parts = training.split(sys.argv[1])
    for chosen in sys.argv[2:] or ALPHA:
        train(chosen, *parts)
