"""Make flash.npz: attention under masks as PyTorch computes it, and the log of each row's sum of exponentials.

In a Python 3.11 environment of its own:

    pip install torch==2.13.0 numpy
    python tests/library/golden/make_flash.py

Keys: CASE/query, /key, /value, /output, /log_sum, and /mask or /causal where there is one. Doubles.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

torch.set_num_threads(1)
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
CASES = 16


def case(kind: str, leading: tuple[int, ...], n_q: int, n_k: int, d_k: int, d_v: int, size: float) -> dict[str, torch.Tensor]:
    query, key, value = (torch.randn(*leading, *shape) for shape in ((n_q, d_k), (n_k, d_k), (n_k, d_v)))
    query = size * query
    share = {"mask": 0.6, "blind": 0.1}.get(kind, 1.0)
    seen = torch.ones(n_q, n_k, dtype=torch.bool).tril() if kind == "causal" else torch.rand(n_q, n_k) < share
    if kind == "blind":
        seen[::5] = False
    scores = (query @ key.mT / d_k**0.5).masked_fill(~seen, -torch.inf)
    how = {"causal": {"is_causal": True}, "none": {}}.get(kind, {"attn_mask": seen})
    arrays = {"query": query, "key": key, "value": value, "log_sum": torch.logsumexp(scores, -1)}
    arrays["output"] = functional.scaled_dot_product_attention(query, key, value, **how)
    if kind in ("mask", "blind"):
        arrays["mask"] = seen
    return arrays | ({"causal": torch.tensor(True)} if kind == "causal" else {})


if __name__ == "__main__":
    rng, out = np.random.default_rng(0), {}
    for number in range(CASES):
        kind = ("none", "causal", "mask", "blind")[number % 4]
        n_q, n_k = rng.integers(1, 30, size=2).tolist()
        leading = ((), (3,), (2, 2))[number % 3]
        n_k = n_q if kind == "causal" else n_k
        arrays = case(kind, leading, n_q, n_k, *rng.integers(1, 7, size=2).tolist(), 30.0 if number % 5 == 4 else 1.0)
        out |= {f"{number}/{name}": value.numpy() for name, value in arrays.items()}
    against = f"PyTorch {torch.__version__.split('+')[0]}"
    np.savez_compressed(Path(__file__).with_name("flash.npz"), against=np.array(against), cases=np.array(CASES), **out)
