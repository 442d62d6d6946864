"""A model before it has learned anything."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engineroom.models import llama, llama_config
from engineroom.models.llama import Llama
from engineroom.tokenize.base import Tokenizer

LAST = ("o_proj.weight", "down_proj.weight")  # what is added to the residual stream


def initial(config: Mapping[str, Any], tokenizer: Tokenizer | None = None, seed: int = 0, dtype: Any = np.float32) -> Llama:
    r"""A Llama with a config.json's sizes and random weights of NumPy's, in `dtype`.

    Embeddings are normal with deviation 0.02, matrices with $1 / \sqrt{d_{in}}$, so that numbers keep their size on the way, and what is added
    to the residual stream with $1 / \sqrt{2 n_{layers}}$ of that (Radford et al. 2019, "GPT-2", section 2.3); gains are one, biases zero. The
    first loss is then about $\ln V$. Raises UnsupportedConfig as llama_config.read.
    """
    sizes = llama_config.read(config)
    rng = np.random.default_rng(seed)
    tensors = {name: _drawn(name, shape, sizes.n_layers, rng).astype(dtype) for name, shape in llama_config.shapes(sizes).items()}
    return llama.from_tensors(config, tensors, tokenizer)  # type: ignore[arg-type]


def _drawn(name: str, shape: tuple[int, ...], n_layers: int, rng: np.random.Generator) -> np.ndarray:
    if len(shape) == 1:
        return np.zeros(shape) if name.endswith("bias") else np.ones(shape)
    deviation = 0.02 if "embed" in name else 1 / math.sqrt(shape[1])
    return rng.normal(size=shape) * (deviation / math.sqrt(2 * n_layers) if name.endswith(LAST) else deviation)
