"""The same Llama in PyTorch, run by an interpreter that has it: `PYTHON torch_llama.py WEIGHTS.npz THREADS`, driven line by line.

Says which PyTorch it is. Then, for each line of ids it is given, it reads them, one position after another or all at once, answers
with the likeliest next id and the seconds it took, and remembers them; an empty list forgets everything.
"""

import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def model(path):
    """`forward(ids, cache)`: the scores of what comes after, the keys and values kept in `cache`."""
    with np.load(path) as file:
        c = json.loads(str(file["config"]))
        w = {name: torch.from_numpy(file[name]) for name in file.files if name != "config"}
    d, eps, width = c["d_head"], c["eps"], (c["d_model"],)
    theta = c["rope_base"] ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)

    def turn(x, cos, sin):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)

    def forward(ids, cache):
        n, seen = len(ids), cache[0][0].shape[-2] if cache else 0
        angle = torch.arange(seen, seen + n, dtype=torch.float64)[:, None] * theta
        cos, sin = angle.cos().float(), angle.sin().float()
        x, kept = w["model.embed_tokens.weight"][torch.tensor(ids)], []
        for number in range(c["n_layers"]):
            of = lambda name, number=number: w[f"model.layers.{number}.{name}.weight"]
            h = F.rms_norm(x, width, of("input_layernorm"), eps)
            q, k, v = (F.linear(h, of(f"self_attn.{part}_proj")).unflatten(-1, (-1, d)).transpose(0, 1) for part in "qkv")
            q, k = turn(q, cos, sin), turn(k, cos, sin)
            if cache:
                k, v = torch.cat((cache[number][0], k), -2), torch.cat((cache[number][1], v), -2)
            kept.append((k, v))
            h = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=n > 1, enable_gqa=True)[0]
            x = x + F.linear(h.transpose(0, 1).flatten(-2), of("self_attn.o_proj"))
            h = F.rms_norm(x, width, of("post_attention_layernorm"), eps)
            x = x + F.linear(F.silu(F.linear(h, of("mlp.gate_proj"))) * F.linear(h, of("mlp.up_proj")), of("mlp.down_proj"))
        cache[:] = kept
        return F.linear(F.rms_norm(x[-1], width, w["model.norm.weight"], eps), w["model.embed_tokens.weight"])

    return forward


torch.set_num_threads(int(sys.argv[2]))
forward, cache = model(sys.argv[1]), []
print(json.dumps(f"PyTorch {torch.__version__}"), flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        if not (ids := json.loads(line)):
            cache.clear()
            continue
        started = time.perf_counter()
        likeliest = int(forward(ids, cache).argmax())
        print(json.dumps([likeliest, time.perf_counter() - started]), flush=True)
