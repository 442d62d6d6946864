"""Train the decoder of ../positions a little further, after its key and value heads were pooled. For the losses alone: no weights are kept.

    pip install torch==2.13.0 numpy==2.4.1 safetensors==0.8.0    # Python 3.11
    PYTHONPATH=pysrc python -m checkpoints.heads.train IDS CONVERTED [NAME …]

IDS is what ../positions/prepare.py wrote, CONVERTED the folder that convert.py wrote. Each run takes 5 % of the steps of the first training
(Ainslie et al. 2023, arXiv 2305.13245, section 2.1), all on the same windows; "4-unchanged" is what those steps are worth without any
pooling. Writes NAME.log.jsonl: a line of sizes, a line every so often, the first of them before any step, then the loss over 256 windows.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from checkpoints import training
from checkpoints.decoder import Decoder
from checkpoints.positions.train import CONFIG, PLAN

HERE = Path(__file__).parent
NAMES = ("1-mean", "1-fitted", "4-unchanged")
SHORT = PLAN._replace(steps=PLAN.steps // 20, peak=1e-3, warm=11, every=22)


def train(name: str, converted: Path, train_ids: torch.Tensor, held_out: torch.Tensor) -> None:
    torch.manual_seed(SHORT.seed)
    model = Decoder(CONFIG | {"num_key_value_heads": int(name[0])})
    model.load_state_dict(load_file(converted / f"{name}.safetensors"))
    loss = lambda windows: round(training.losses(model, held_out, SHORT.length, windows).mean().item(), 4)
    sizes = {"parameters": sum(p.numel() for p in model.parameters()), "key_value_heads": int(name[0])}
    log = [
        sizes | {"seed": SHORT.seed, "steps": SHORT.steps, "batch": SHORT.batch, "length": SHORT.length},
        {"step": -1, "held_out_loss": loss(64)},
    ]
    log += training.steps(model, train_ids, held_out, SHORT)
    log.append({"held_out_loss_at_128": loss(256)})
    print(name, log[-1], flush=True)
    (HERE / f"{name}.log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))


if __name__ == "__main__":
    torch.set_num_threads(1)
    parts, folder = training.split(sys.argv[1]), Path(sys.argv[2])
    for chosen in sys.argv[3:] or NAMES:
        train(chosen, folder, *parts)
