"""Train four decoders that differ only in how they are told the order of their input: RoPE, sinusoidal, ALiBi, nothing.

    pip install torch==2.13.0 numpy==2.4.1 safetensors==0.8.0    # Python 3.11
    PYTHONPATH=pysrc python -m checkpoints.positions.train IDS [NAME …]

IDS is what prepare.py wrote. Each run is seeded and takes a fixed number of steps, on the same windows in the same order; NAME picks
some of the four. Writes NAME.safetensors (float16), NAME.json (sizes, with Hugging Face's keys) and NAME.log.jsonl beside this file.
"""

import json
import sys
from pathlib import Path

import torch

from checkpoints import training
from checkpoints.decoder import Decoder

HERE = Path(__file__).parent
NAMES = ("rope", "sinusoidal", "alibi", "none")
CONFIG = {
    "model_type": "llama",
    "hidden_act": "silu",
    "vocab_size": 1024,
    "hidden_size": 128,
    "intermediate_size": 344,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "head_dim": 32,
    "max_position_embeddings": 128,
    "rope_theta": 10000.0,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": True,
}
PLAN = training.Plan(seed=1611, steps=2200, batch=32, length=128)


def train(name: str, train_ids: torch.Tensor, held_out: torch.Tensor) -> None:
    torch.manual_seed(PLAN.seed)
    model = Decoder(CONFIG, name)
    log = [{"parameters": sum(p.numel() for p in model.parameters()), "seed": PLAN.seed, "batch": PLAN.batch, "length": PLAN.length}]
    log += training.steps(model, train_ids, held_out, PLAN)
    training.save(model, HERE / f"{name}.safetensors")
    log.append(
        {
            "held_out_loss_at_128": round(training.losses(model, held_out, PLAN.length, 256).mean().item(), 4),
            "held_out_loss_at_512_by_64": [round(part.mean().item(), 4) for part in training.losses(model, held_out, 512, 64).split(64)],
        }
    )
    print(name, log[-1], flush=True)
    (HERE / f"{name}.log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
    (HERE / f"{name}.json").write_text(json.dumps({**CONFIG, "position": name}, indent=1) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(2)
    parts = training.split(sys.argv[1])
    for chosen in sys.argv[2:] or NAMES:
        train(chosen, *parts)
