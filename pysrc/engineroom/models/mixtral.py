"""Mixtral: Llama with a mixture of experts in place of each feed-forward layer.

Jiang et al. 2024, arXiv 2401.04088. A `Llama` whose block is another: `llama.forward`, `logits`, `losses` and caches serve it unchanged.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from engineroom import moe
from engineroom.arrays import Array, Params, parameter
from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader
from engineroom.models import checkpoint, llama, llama_config
from engineroom.models.llama import Llama
from engineroom.models.llama_config import Config
from engineroom.tokenize.base import Tokenizer
from engineroom.transformer import decoder_block

ABSENT = {"num_key_value_heads": 8, "rms_norm_eps": 1e-5}  # what a missing entry means, where Llama's is another
ROPE_BASE = 1e6


def from_tensors(config: Mapping[str, Any], tensors: Mapping[str, Array], tokenizer: Tokenizer) -> Llama:
    """The model with the checkpoint's `config` (as its config.json) and `tensors` by Hugging Face's names.

    Raises UnsupportedConfig as llama_config.read, MissingTensor or ShapeError naming the tensor.
    """
    sizes, n_experts = read(config)
    params = checkpoint.nested(tensors, shapes(sizes, n_experts))
    feed = partial(moe.mixtral, k=sizes.experts_per_token)
    return Llama(sizes, params, tokenizer, block=partial(decoder_block, feed=feed))


def read(config: Mapping[str, Any]) -> tuple[Config, int]:
    """The sizes in the config.json of a Mixtral, and how many experts a layer has. Raises UnsupportedConfig as llama_config.read."""
    f = Reader(config).given(ABSENT, {"num_experts": "num_local_experts"})
    sizes, n_experts, k = llama_config.shared(f, "mixtral", ROPE_BASE), f.whole("num_local_experts"), f.whole("num_experts_per_tok")
    if k > n_experts:
        raise UnsupportedConfig(f"num_experts_per_tok {k} is more than the {n_experts} experts there are")
    window = f.optional("sliding_window")
    if window and sizes.position == "alibi":
        raise UnsupportedConfig(f"sliding_window is {window}, and position 'alibi': the two do not go together here")
    for name in ("attention_bias", "mlp_bias"):
        f.only(name, False, "Mixtral has no biases:")
    llama_config.done(f)
    return sizes._replace(experts_per_token=k, window=window), n_experts


def shapes(c: Config, n_experts: int) -> dict[str, tuple[int, ...]]:
    """Every tensor of the model, with its shape."""
    found = {name: shape for name, shape in llama_config.shapes(c).items() if ".mlp." not in name}
    for mixture in (f"model.layers.{number}.block_sparse_moe" for number in range(c.n_layers)):
        found[f"{mixture}.gate.weight"] = (n_experts, c.d_model)
        for expert in (f"{mixture}.experts.{number}" for number in range(n_experts)):
            found |= {
                f"{expert}.w1.weight": (c.d_ff, c.d_model),
                f"{expert}.w2.weight": (c.d_model, c.d_ff),
                f"{expert}.w3.weight": (c.d_ff, c.d_model),
            }
    return found


def routes(model: Llama, ids: Sequence[int]) -> list[moe.Routing]:
    """Where each token of `ids` is sent: a moe.Routing for each layer. Raises as llama.forward."""
    seen, k = [], model.config.experts_per_token

    def watched(x: Array, params: Params) -> Array:
        seen.append(moe.route(x, parameter(params, "block_sparse_moe"), k))
        return moe.mixtral(x, params, k)

    llama.forward(model, ids, block=partial(decoder_block, feed=watched))
    return seen
