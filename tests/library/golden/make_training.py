"""Make training.npz: the losses of a hundred steps by PyTorch from tests/library/training_case.py's start, batches and rates, for AdamW and
Muon, in float64 and float32; and the logits that transformers gives when it loads the files that train.exported wrote.

In a Python 3.12 environment of its own:

    pip install torch==2.14.1 transformers==5.24.0 numpy==2.0.2
    PYTHONPATH=pysrc python tests/library/golden/make_training.py

The decoder is written by PyTorch's own functions: transformers' computes angles and norms in float32 whatever the weights are. PyTorch's Muon
makes matrices orthogonal in bfloat16; here its own code does so in the weights' dtype, by a `bfloat16()` that changes nothing.
"""

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch.nn import functional as F

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import training_case as case  # noqa: E402
from engineroom import optim, train  # noqa: E402
from engineroom.grad import tree  # noqa: E402
from engineroom.train import batches  # noqa: E402

HEADS, KEYS, HEAD = 6, 2, 4


def turned(x: torch.Tensor) -> torch.Tensor:
    n, d = x.shape[-2:]
    angle = torch.arange(n, dtype=torch.float64)[:, None] * 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def loss(p: dict[str, torch.Tensor], rows: torch.Tensor) -> torch.Tensor:
    table = p["model.embed_tokens.weight"]
    x = F.embedding(rows[:, :-1], table)
    normed = lambda x, name: F.rms_norm(x, (24,), p[f"{name}.weight"], 1e-5)
    for layer in (f"model.layers.{i}" for i in range(2)):
        h = normed(x, f"{layer}.input_layernorm")
        parts = ((n, F.linear(h, p[f"{layer}.self_attn.{n}_proj.weight"])) for n in "qkv")
        q, k, v = (t.unflatten(-1, (HEADS if n == "q" else KEYS, HEAD)).transpose(1, 2) for n, t in parts)
        y = F.scaled_dot_product_attention(turned(q), turned(k), v, is_causal=True, enable_gqa=True)
        x = x + F.linear(y.transpose(1, 2).flatten(-2), p[f"{layer}.self_attn.o_proj.weight"])
        h = normed(x, f"{layer}.post_attention_layernorm")
        gate, up = (F.linear(h, p[f"{layer}.mlp.{n}_proj.weight"]) for n in ("gate", "up"))
        x = x + F.linear(F.silu(gate) * up, p[f"{layer}.mlp.down_proj.weight"])
    return F.cross_entropy(F.linear(normed(x, "model.norm"), table).flatten(0, 1), rows[:, 1:].flatten())


def optimisers(kind: str, p: dict[str, torch.Tensor]) -> list[Any]:
    muon = [x for n, x in p.items() if kind == "muon" and ".layers." in n and x.ndim == 2]
    rest = [x for x in p.values() if not any(x is other for other in muon)]
    groups = [{"params": [x for x in rest if (x.ndim == 2) == wide], "weight_decay": 0.1 * wide} for wide in (True, False)]
    found: list[Any] = [torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.95))]
    return [*found, torch.optim.Muon(muon, lr=1.0, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")] if muon else found


def losses(kind: str, dtype: Any) -> np.ndarray:
    p = {name: torch.tensor(x, requires_grad=True) for name, x in tree.leaves(case.model(dtype).params)}
    plan, run, ids, found = case.PLAN, case.run(kind, dtype), case.text(), []
    rate, steps = optim.warm_up_cosine(plan.peak, plan.warm, plan.steps), optimisers(kind, p)
    for step in range(plan.steps):
        rows = torch.from_numpy(batches.batch(ids, run.split.train, plan.batch, plan.length, plan.seed, step))
        value = loss(p, rows)
        for o in steps:
            o.zero_grad()
            for group in o.param_groups:
                group["lr"] = rate(step)
        value.backward()
        torch.nn.utils.clip_grad_norm_(p.values(), plan.clip)
        for o in steps:
            o.step()
        found.append(value.item())
    return np.asarray(found)


if __name__ == "__main__":
    torch.Tensor.bfloat16 = lambda self: self
    found: dict[str, Any] = {"against": f"PyTorch {torch.__version__.partition('+')[0]}"}
    for kind in ("adamw", "muon"):
        for dtype in ("float64", "float32"):
            found[f"{kind}/{dtype}"] = losses(kind, dtype)
            print(kind, dtype, found[f"{kind}/{dtype}"][[0, 50, 99]])
    files = train.exported(case.model(np.float32))
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        with torch.no_grad():
            found["logits"] = theirs(torch.from_numpy(case.text()[None, :40])).logits[0].numpy()
    found |= {
        "exported": np.asarray([hashlib.sha256(files[name]).hexdigest() for name in sorted(files)]),
        "by": f"transformers {transformers.__version__}",
    }
    np.savez_compressed(HERE / "training.npz", **found)
