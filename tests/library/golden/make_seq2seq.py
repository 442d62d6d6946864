"""Make seq2seq.npz, positions.npz and mixture.npz: this project's checkpoints, run by the PyTorch models that trained them.

In a Python 3.11 environment of its own:

    pip install torch==2.13.0 safetensors==0.8.0 numpy
    python tests/library/golden/make_seq2seq.py [NAME …]
"""

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

HERE = Path(__file__).parent
TRAINED = HERE.parents[2] / "pysrc" / "checkpoints"
WORDS = 24
sys.path.insert(0, str(TRAINED.parent))


def script(folder: str):
    return import_module(f"checkpoints.{folder}.train")


def loaded(model, path: Path):
    model.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    return model.eval()


def save(name: str, arrays: dict) -> None:
    np.savez_compressed(HERE / f"{name}.npz", against=np.array(f"PyTorch {torch.__version__.split('+')[0]}"), **arrays)


def spelling() -> None:
    train, folder = script("spelling_to_phonemes"), TRAINED / "spelling_to_phonemes"
    config = json.loads((folder / "config.json").read_text())
    letters, sounds = config["source_tokens"], config["target_tokens"]
    model = loaded(train.Seq2Seq(len(letters), len(sounds)), folder / "weights.safetensors")
    words = [line.split()[0] for line in (folder / "held_out.txt").read_text().splitlines()]
    out = {}
    for at, word in enumerate(words[:: len(words) // WORDS][:WORDS]):
        source = torch.tensor([[*(letters.index(letter) for letter in word), 2]])
        said = train.greedy(model, source)[0]
        target = torch.tensor([[1, *said]])
        encoded, mask = model.encode(source)
        logits = model.decode(target, encoded, mask)
        out |= {
            f"{at}/word": np.array(word),
            f"{at}/target": target[0].numpy(),
            f"{at}/encoded": encoded[0].numpy(),
            f"{at}/logits": logits[0].numpy(),
            **{f"{at}/cross/{layer}": block.encoder_attn.weights[0].numpy() for layer, block in enumerate(model.decoder.layers)},
        }
    save("seq2seq", out)


def positions() -> None:
    train, folder = script("positions"), TRAINED / "positions"
    ids = torch.from_numpy(np.random.default_rng(0).integers(0, 1024, 160))
    out = {"ids": ids.numpy(), "at": np.array([0, 1, 50, 127, 128, 159])}
    for name in train.NAMES:
        model = loaded(train.Decoder(train.CONFIG, name), folder / f"{name}.safetensors")
        out[f"{name}/logits"] = model(ids[None])[0, out["at"]].numpy()
        out[f"{name}/hidden"] = torch.stack([state[0, out["at"]] for state in model.hidden(ids[None])]).numpy()
    save("positions", out)


def mixture() -> None:
    train, ids = script("mixture"), torch.from_numpy(np.random.default_rng(1).integers(0, 1024, 128))
    model = loaded(train.Decoder(train.CONFIG, "rope", "block_sparse_moe", train.Mixture), TRAINED / "mixture" / "balanced.safetensors")
    out = {"ids": ids.numpy(), "at": np.array([0, 1, 50, 127])}
    out["logits"] = model(ids[None])[0, out["at"]].numpy()
    out["hidden"] = torch.stack([state[0, out["at"]] for state in model.hidden(ids[None])]).numpy()
    out["load"] = torch.stack([layer.block_sparse_moe.load for layer in model.model.layers]).numpy()
    out["balance"] = torch.stack([layer.block_sparse_moe.balance for layer in model.model.layers]).numpy()
    save("mixture", out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    makers = {"seq2seq": spelling, "positions": positions, "mixture": mixture}
    with torch.no_grad():
        for name in sys.argv[1:] or makers:
            makers[name]()
