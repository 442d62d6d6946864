"""Give the decoder of ../positions fewer key and value heads, as train.py continues to train it.

    PYTHONPATH=pysrc python -m checkpoints.heads.convert IDS CONVERTED

With the project's own Python. IDS is what ../positions/prepare.py wrote. Writes NAME.safetensors (float32) into the folder CONVERTED, for each
NAME of train.py.
"""

import asyncio
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from engineroom.models import checkpoint, fit, key_heads, trained

if __name__ == "__main__":
    model = asyncio.run(trained.decoder("positions-rope"))
    ids, folder = np.load(sys.argv[1]).tolist(), Path(sys.argv[2])
    windows = [ids[at : at + 128] for at in np.linspace(0, 0.9 * len(ids), 32).astype(int)]  # of what it was trained on
    made = {"4-unchanged": model, "1-mean": key_heads.pool_heads(model, 1), "1-fitted": fit.fit_heads(model, 1, windows)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in made.items():
        save_file(dict(checkpoint.flat(one.params)), folder / f"{name}.safetensors")
