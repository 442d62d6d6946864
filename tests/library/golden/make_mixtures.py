"""Make mixtures.npz: mixtures of experts as transformers computes them, with the names its checkpoints are published under.

In a Python 3.11 environment of its own:

    pip install torch==2.13.0 transformers==5.24.0 safetensors==0.8.0 numpy
    python tests/library/golden/make_mixtures.py

Keys: mixtral/, a whole small model: its parameters, config, ids, logits, aux_loss, router/LAYER; llama4/ and deepseek/, one mixture layer:
its parameters by checkpoint name without "model.layers.0.", x and out, for deepseek with KEPT groups: KEPT/out, KEPT/chosen, KEPT/gates;
balance/NAME/K/loss of the logits balance/NAME, and balance/toy/chosen, the two experts of each token of toy, one of which has three equal
scores. Computed in doubles, but routers work in single precision there.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.torch import load_file
from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

torch.manual_seed(0)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
OUT: dict[str, np.ndarray] = {}
SIZES = {
    "vocab_size": 60,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5,
    "initializer_range": 0.3,
    "attn_implementation": "eager",
}
TOY = [[2.0, 1, 0, -1], [0, 3, 1, 0], [1, 1, 1, 4], [2, 1.5, 0, 0.5]]


def keep(name: str, value) -> None:
    OUT[name] = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)


def built(kind, config):
    model = kind(config).eval()
    for p in model.parameters():
        if p.ndim > 1:
            p.copy_(torch.randn(p.shape).float() * 0.3)  # single precision, which keeps the file small
    for name, buffer in model.named_buffers():
        if name.endswith("e_score_correction_bias"):
            buffer.normal_(std=0.2)
    return model


def published(model) -> dict[str, torch.Tensor]:
    """The tensors as save_pretrained names them."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(Path(folder) / "model.safetensors")


def mixtral() -> None:
    config = transformers.MixtralConfig(
        **SIZES,
        intermediate_size=20,
        num_local_experts=5,
        num_experts_per_tok=2,
        experts_implementation="eager",
        head_dim=4,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    )
    model, ids = built(transformers.MixtralForCausalLM, config), torch.randint(60, (1, 13))
    result = model(ids, output_router_logits=True)
    keep("mixtral/ids", ids[0]), keep("mixtral/logits", result.logits[0])
    keep("mixtral/aux_loss", result.aux_loss)
    for layer, logits in enumerate(result.router_logits):
        keep(f"mixtral/router/{layer}", logits)
    shown = {
        key: getattr(config, key)
        for key in (*list(SIZES)[:-2], "intermediate_size", "num_local_experts", "num_experts_per_tok", "head_dim")
    }
    keep("mixtral/config", json.dumps({**shown, "model_type": "mixtral", "rope_theta": 10000.0, "tie_word_embeddings": False}))
    for name, value in published(model).items():
        keep(f"mixtral/{name}", value.float())


def keep_layer(name: str, model) -> None:
    for key, value in published(model).items():
        if key.startswith("model.layers.0.") and any(part in key for part in (".mlp.", ".feed_forward.")):
            keep(f"{name}/{key.removeprefix('model.layers.0.')}", value.float())


def llama4() -> None:
    config = transformers.Llama4TextConfig(
        **SIZES,
        intermediate_size=20,
        intermediate_size_mlp=28,
        num_local_experts=6,
        num_experts_per_tok=1,
        interleave_moe_layer_step=1,
        head_dim=4,
        pad_token_id=0,
    )
    model = built(transformers.Llama4ForCausalLM, config)
    keep_layer("llama4", model)
    keep("llama4/x", x := torch.randn(17, 24)), keep("llama4/out", model.model.layers[0].feed_forward(x)[0])


def deepseek() -> None:
    config = transformers.DeepseekV3Config(
        **SIZES | {"num_key_value_heads": 6},
        intermediate_size=28,
        moe_intermediate_size=8,
        num_local_experts=12,
        num_experts_per_tok=3,
        n_group=4,
        topk_group=4,
        n_shared_experts=2,
        routed_scaling_factor=2.5,
        first_k_dense_replace=0,
        q_lora_rank=8,
        kv_lora_rank=8,
        qk_nope_head_dim=4,
        qk_rope_head_dim=4,
        v_head_dim=4,
        experts_implementation="eager",
    )
    model = built(transformers.DeepseekV3ForCausalLM, config)
    keep_layer("deepseek", model)
    keep("deepseek/x", x := torch.randn(1, 17, 24))
    module = model.model.layers[0].mlp
    for kept in (1, 2, 4):
        module.gate.topk_group = kept
        _, gates, chosen = module.gate(x)
        keep(f"deepseek/{kept}/out", module(x)[0]), keep(f"deepseek/{kept}/chosen", chosen), keep(f"deepseek/{kept}/gates", gates)


def balance() -> None:
    rows = {"toy": torch.tensor(TOY), "random": torch.randn(50, 6) * 2}
    keep("balance/toy/chosen", rows["toy"].softmax(-1).topk(2).indices)
    for name, logits in rows.items():
        keep(f"balance/{name}", logits)
        for k in (1, 2, 3):
            keep(f"balance/{name}/{k}/loss", load_balancing_loss_func((logits,), logits.shape[-1], k))


if __name__ == "__main__":
    with torch.no_grad():
        mixtral(), llama4(), deepseek(), balance()
    against = f"PyTorch {torch.__version__.split('+')[0]} and transformers {transformers.__version__}"
    np.savez_compressed(Path(__file__).with_name("mixtures.npz"), against=np.array(against), **OUT)
    print("\n".join(f"{name} {value.shape}" for name, value in OUT.items()))
