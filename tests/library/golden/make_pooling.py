"""Make pooling.npz: PyTorch's grouped attention with key and value heads pooled as Ainslie et al. 2023 say, arXiv 2305.13245, section 2.2.

In a Python 3.11 environment of its own:

    pip install torch==2.13.0 numpy==2.4.1
    python tests/library/golden/make_pooling.py
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

HEADS, D_HEAD, D, N = 6, 4, 24, 9

torch.set_num_threads(1)
torch.manual_seed(13)
x = torch.randn(N, D, dtype=torch.float64)
weights = {name: torch.randn(D, D, dtype=torch.float64) / 4 for name in "qkvo"}
arrays = {"x": x, **weights}
for groups in (1, 2, 3, 6):
    pooled = {name: weights[name].view(groups, HEADS // groups, D_HEAD, D).mean(1) for name in "kv"}
    q = F.linear(x, weights["q"]).view(N, HEADS, D_HEAD).transpose(0, 1)
    k, v = (F.linear(x, pooled[name].reshape(-1, D)).view(N, groups, D_HEAD).transpose(0, 1) for name in "kv")
    out = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True, enable_gqa=True)[0]
    arrays[f"{groups}/key"] = pooled["k"].reshape(-1, D)
    arrays[f"{groups}/output"] = F.linear(out.transpose(0, 1).reshape(N, D), weights["o"])
np.savez_compressed(
    Path(__file__).with_name("pooling.npz"),
    against=f"PyTorch {torch.__version__.split('+')[0]}",
    **{k: v.numpy() for k, v in arrays.items()},
)
