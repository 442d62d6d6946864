"""Make rope.json.gz and rope_llama.npz: stretched RoPE, and small models that are stretched, as transformers computes them.

In a Python 3.12 environment of its own:

    pip install torch==2.14.1 transformers==5.24.0 numpy
    python tests/library/golden/make_rope.py

rope.json.gz: cases of {"config", "n", "theta", "amplitude"}, of configs with every rope_type and every entry it may have, as rope_scaling
or rope_parameters, entries left out or null; theta in single precision, as there.
rope_llama.npz: under NUMBER/, a small model's config, ids, logits and tensors; its layers see windows where the config says so. Doubles,
but angles in single precision.
"""

import copy
import gzip
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from safetensors.torch import load_file
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

HERE, RNG, EACH = Path(__file__).parent, random.Random(0), 60
SIZES = {
    "vocab_size": 20,
    "hidden_size": 16,
    "intermediate_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
Config = dict[str, Any]
maybe = lambda **entries: {name: RNG.choice([None, value, value]) for name, value in entries.items() if RNG.random() < 0.6}
between = lambda low, high: round(RNG.uniform(low, high), 3)


def entries(kind: str, pairs: int) -> Config:
    factor = RNG.choice([1.0, 2.0, 4, 8.0, 40])
    trained = {"original_max_position_embeddings": RNG.choice([32, 64, 128, 4096])} if RNG.random() < 0.7 else {}
    match kind:
        case "linear" | "dynamic":
            return {"factor": factor}
        case "yarn":
            more = (
                maybe(
                    beta_fast=RNG.choice([16, 32.0, 64]),
                    beta_slow=RNG.choice([1, 2.0, 0.5]),
                    truncate=RNG.random() < 0.5,
                    attention_factor=between(0.5, 2),
                )
                if RNG.random() < 0.8
                else {}
            )
            more |= maybe(mscale=RNG.choice([0, 1.0, 0.707]), mscale_all_dim=RNG.choice([0, 1.0, 0.5]))
            more.pop("truncate", None) if more.get("truncate", True) is None else None  # null is false there, and absent true
            return {"factor": RNG.choice([factor, None]) if trained else factor, **trained, **more}
        case "longrope":
            lists = {name: [between(1, 9) for _ in range(pairs)] for name in ("short_factor", "long_factor")}
            return {**lists, **trained, **maybe(factor=factor, attention_factor=between(0.5, 2))}
        case "llama3":
            return {"factor": factor, **trained, "low_freq_factor": RNG.choice([1, 1.0, 0.5]), "high_freq_factor": RNG.choice([4.0, 3])}
    return {}


def drawn(kind: str) -> Config:
    """A config that says it in the old form or the new one."""
    pairs, base = RNG.choice([2, 4, 8, 16]), RNG.choice([100.0, 10000.0, 500000.0])
    said = {"rope_type": kind, **entries(kind, pairs)}
    config: Config = {"head_dim": 2 * pairs, "max_position_embeddings": RNG.choice([64, 128])}
    if RNG.random() < 0.5:
        if RNG.random() < 0.3:
            said["type"] = said.pop("rope_type")
        return config | {"rope_scaling": None if kind == "default" else said} | ({"rope_theta": base} if RNG.random() < 0.8 else {})
    return config | {"rope_parameters": said | {"rope_theta": base}}


def made(config: Config) -> transformers.LlamaConfig:
    return transformers.LlamaConfig(**SIZES, attn_implementation="eager", **copy.deepcopy(config))


def angles() -> list[Config]:
    found = []
    for kind in ("default", "linear", "dynamic", "yarn", "longrope", "llama3"):
        for _ in range(EACH):
            config = drawn(kind)
            for n in (5, 64, 200):
                turning = LlamaRotaryEmbedding(made(config))
                _cos, _sin = turning(torch.ones(1), torch.arange(n)[None])
                theta = [float(f"{x:.9g}") for x in turning.inv_freq.tolist()]
                found.append({"config": config, "n": n, "theta": theta, "amplitude": float(turning.attention_scaling)})
    return found


def models() -> dict[str, np.ndarray]:
    """Each rope_type in both forms, biases, a head size of its own, and Mixtral with a window."""
    out, kinds = {}, ("default", "linear", "dynamic", "yarn", "longrope", "llama3")
    for number in range(3 * len(kinds)):
        config = drawn(kinds[number % len(kinds)]) | {"head_dim": RNG.choice([4, 8])}
        for name in ("rope_scaling", "rope_parameters"):
            for factors in ("short_factor", "long_factor"):
                if factors in (config.get(name) or {}):
                    config[name][factors] = [between(1, 9) for _ in range(config["head_dim"] // 2)]
        config |= {"max_position_embeddings": 16, "rms_norm_eps": 1e-5, "tie_word_embeddings": RNG.random() < 0.5}
        if number % 3 == 2:
            config |= {"num_local_experts": 3, "num_experts_per_tok": 2, "sliding_window": RNG.choice([None, 7])}
            whole = transformers.MixtralConfig(
                **SIZES, attn_implementation="eager", experts_implementation="eager", **copy.deepcopy(config)
            )
            model = transformers.MixtralForCausalLM(whole)
        else:
            config |= {"attention_bias": RNG.random() < 0.5, "mlp_bias": RNG.random() < 0.5, "sliding_window": RNG.choice([None, 7])}
            whole = made(config)
            model = transformers.LlamaForCausalLM(whole)
        model.eval()
        for p in model.parameters():
            p.copy_((torch.randn(p.shape) * (0.3 if p.ndim > 1 else 0.5)).half())  # half precision, which keeps the file small
        ids = torch.randint(20, (1, 30))
        out[f"{number}/ids"], out[f"{number}/logits"] = ids[0].numpy(), model(ids, use_cache=False).logits[0].float().numpy()
        out[f"{number}/config"] = np.array(json.dumps({"model_type": whole.model_type, **SIZES, **config}))
        for name, value in published(model).items():
            out[f"{number}/{name}"] = value.half().numpy()
    return out


def published(model: Any) -> dict[str, torch.Tensor]:
    """The tensors as save_pretrained names them."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(Path(folder) / "model.safetensors")


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    cases = angles()
    torch.set_default_dtype(torch.float64)
    with torch.no_grad():
        arrays = models()
    against = f"transformers {transformers.__version__}"
    text = json.dumps({"against": against, "cases": cases}, separators=(",", ":"))
    (HERE / "rope.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    np.savez_compressed(HERE / "rope_llama.npz", against=np.array(f"PyTorch {torch.__version__.split('+')[0]} and {against}"), **arrays)
    print(len(cases), "cases;", *((HERE / name).stat().st_size for name in ("rope.json.gz", "rope_llama.npz")))
