"""The tokenizer of the position twins, and the King James Bible as its ids.

    PYTHONPATH=pysrc python -m checkpoints.positions.prepare IDS

With the project's own Python, after `make build`. Writes tokens.vocabulary beside this file, and IDS, a NumPy file of uint16.
"""

import sys
from pathlib import Path

import numpy as np

from engineroom.tokenize import bpe
from engineroom_site import texts

HERE = Path(__file__).parent
N_MERGES = 768  # with the 256 bytes: 1,024 pieces

if __name__ == "__main__":
    text = texts.king_james()
    tokenizer = bpe.train(text, N_MERGES, name="king-james-1024")
    (HERE / "tokens.vocabulary").write_bytes(tokenizer.save())
    ids = np.array(tokenizer.encode(text), np.uint16)
    np.save(sys.argv[1], ids)
    print(f"{len(text):,} characters, {len(text.encode()):,} bytes, {len(ids):,} tokens")
