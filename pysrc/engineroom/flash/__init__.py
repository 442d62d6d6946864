"""FlashAttention: attention tile by tile, so that no matrix of queries by keys is ever written down. Forward only.

Dao et al. 2022, "FlashAttention", arXiv 2205.14135; Dao 2023, "FlashAttention-2", arXiv 2307.08691. `forward` holds the loops, beside the
standard way; `online` is the softmax that takes its scores in pieces, `tiles` how matrices are cut and which tiles may be skipped,
`traffic` counts what passes between slow memory, which holds the matrices, and fast memory, which holds a few tiles.
Shapes: n_q queries, n_k keys; `...` stands for any leading axes (batch, heads).
"""

from engineroom.flash.forward import flash_attention, flash_attention_2, standard_attention
from engineroom.flash.online import Running, average, log_sum, start, step
from engineroom.flash.tiles import Tiles, block_sizes, causal
from engineroom.flash.traffic import Traffic, flash_2_traffic, flash_traffic, held, standard_traffic

__all__ = [
    "Running",
    "Tiles",
    "Traffic",
    "average",
    "block_sizes",
    "causal",
    "flash_2_traffic",
    "flash_attention",
    "flash_attention_2",
    "flash_traffic",
    "held",
    "log_sum",
    "standard_attention",
    "standard_traffic",
    "start",
    "step",
]
