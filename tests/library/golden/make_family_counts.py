"""Make family_counts.json.gz: thousands of small configs of every family, and what transformers builds from each, on no device.

In a Python 3.12 environment of its own:

    pip install torch==2.14.1 transformers==5.24.0
    python tests/library/golden/make_family_counts.py

[[config, total, active, [numbers kept after 7, 60 and 5,000 tokens]], …] under the name of the model_type. Sizes are drawn, entries left
out, and entries added that change nothing. Total: the parameters of the model. Active: the same with num_experts_per_tok of the experts.
Kept: for each layer the columns of its key and value projections, or of its latent one, times the positions that StaticCache makes room
for. Some families are built under another name, which is said where it is done.
"""

import gzip
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, StaticCache

HERE, EACH, LENGTHS = Path(__file__).parent, 150, (7, 60, 5000)
RNG = random.Random(0)
Config = dict[str, Any]

few, some, flag = (lambda: RNG.randint(1, 4)), (lambda: RNG.randint(3, 40)), (lambda: RNG.random() < 0.5)
window = lambda: RNG.choice([None, 4, 20, 300])
IDLE = {  # added now and then: what changes the outputs and not the sizes
    "hidden_act": "relu",
    "rms_norm_eps": 0.1,
    "max_position_embeddings": 77,
    "initializer_range": 0.5,
    "attention_dropout": 0.25,
    "use_cache": False,
    "rope_theta": 123.0,
    "bos_token_id": 1,
    "eos_token_id": [1, 2],
    "pad_token_id": 0,
    "torch_dtype": "float16",
    "architectures": ["Other"],
    "rope_scaling": {"rope_type": "linear", "factor": 2.0},
    "n_group": 1,
    "topk_group": 1,
    "routed_scaling_factor": 3.0,
    "norm_topk_prob": False,
    "output_router_logits": True,
    "router_aux_loss_coef": 0.5,
    "attn_logit_softcapping": 3.0,
    "final_logit_softcapping": 3.0,
    "query_pre_attn_scalar": 7,
    "embedding_multiplier": 3.0,
    "logits_scaling": 3.0,
    "num_nextn_predict_layers": 2,
    "swiglu_limit": 3.0,
    "layer_norm_epsilon": 0.1,
    "scale_attn_weights": False,
    "hidden_dropout_prob": 0.5,
    "layer_norm_eps": 0.1,
    "position_embedding_type": "absolute",
}


def sizes(**more: Callable[[], Any]) -> Config:
    """A decoder's sizes, some of them left out."""
    kv = few()
    heads, step = kv * few(), 2 * few()
    drawn = {
        "vocab_size": some(),
        "hidden_size": heads * step,
        "intermediate_size": some(),
        "num_hidden_layers": few(),
        "num_attention_heads": heads,
        "num_key_value_heads": kv,
        "head_dim": 2 * few(),
        "tie_word_embeddings": flag(),
        **{name: make() for name, make in more.items()},
    }
    for name in RNG.sample(list(drawn), RNG.randint(0, 3)):
        kept = name in ("hidden_size", "num_hidden_layers", "num_attention_heads") or (name == "num_key_value_heads" and heads % 32)
        if not kept:
            del drawn[name]
    if flag() and "head_dim" in drawn:
        del drawn["head_dim"]
    return drawn


def kinds(config: Config, *names: str) -> None:
    """Layer types, now and then."""
    if RNG.random() < 0.3:
        config["layer_types"] = [RNG.choice(names) for _ in range(config["num_hidden_layers"])]


def windowed(config: Config, *names: str) -> Config:
    if flag() and not config.get("sliding_window"):
        config["sliding_window"] = window()
    if config.get("sliding_window", 1) is not None:
        kinds(config, *(names or ("full_attention", "sliding_attention")))
    return config


def latent() -> Config:
    config = experts(sizes(), "n_routed_experts")
    config |= {name: some() for name in ("kv_lora_rank", "qk_nope_head_dim", "v_head_dim")} | {
        "qk_rope_head_dim": 2 * few(),
        "q_lora_rank": RNG.choice([None, some()]),
    }
    for name in RNG.sample(["kv_lora_rank", "qk_nope_head_dim", "v_head_dim", "qk_rope_head_dim", "q_lora_rank"], RNG.randint(0, 2)):
        del config[name]
    config["num_key_value_heads"] = config["num_attention_heads"]
    return dense_first(config | {"attention_bias": flag()})


def dense_first(config: Config) -> Config:
    config |= {
        "moe_intermediate_size": some(),
        "n_shared_experts": RNG.randint(0, 2),
        "first_k_dense_replace": RNG.randint(0, config["num_hidden_layers"]),
    }
    if flag():
        del config[RNG.choice(["n_shared_experts", "moe_intermediate_size"])]
    return config


def experts(config: Config, name: str) -> Config:
    config |= {name: RNG.randint(2, 9), "num_experts_per_tok": RNG.randint(1, 2)}
    if RNG.random() < 0.2:
        del config[name]
    return config


def qwen(**more: Callable[[], Any]) -> Config:
    config = sizes(use_sliding_window=flag, max_window_layers=lambda: RNG.randint(0, 4), **more)
    return windowed(config) if config.get("use_sliding_window") else config | {"sliding_window": window()}


def qwen_moe() -> Config:
    config = experts(
        sizes(attention_bias=flag, use_sliding_window=flag, sliding_window=window), RNG.choice(["num_experts", "num_local_experts"])
    )
    config |= {"moe_intermediate_size": some(), "decoder_sparse_step": few(), "mlp_only_layers": RNG.choice([None, [], [0], [1, 2]])}
    return config


def llama4() -> Config:
    config = experts(sizes(attention_bias=flag, intermediate_size_mlp=some, attention_chunk_size=window), "num_local_experts")
    n = config["num_hidden_layers"]
    config |= RNG.choice([{}, {"interleave_moe_layer_step": few()}, {"moe_layers": RNG.sample(range(n), RNG.randint(0, n))}])
    config |= RNG.choice([{}, {"no_rope_layer_interval": few()}, {"no_rope_layers": [RNG.randint(0, 1) for _ in range(n)]}])
    if config.get("attention_chunk_size", 1) is not None:
        kinds(config, "full_attention", "chunked_attention")
    return config


def llama4_seeing() -> Config:
    heads = few()
    eyes = {
        "hidden_size": 4 * heads,
        "num_hidden_layers": few(),
        "num_attention_heads": heads,
        "intermediate_size": some(),
        "patch_size": few(),
        "image_size": 4 * some(),
        "projector_input_dim": some(),
        "projector_output_dim": some(),
        "vision_output_dim": some(),
        "num_channels": few(),
    }
    for name in RNG.sample(["intermediate_size", "vision_output_dim", "projector_input_dim", "num_channels"], RNG.randint(0, 2)):
        del eyes[name]
    return {"text_config": llama4(), "vision_config": eyes, "tie_word_embeddings": flag()}


def mistral3() -> Config:
    kind = RNG.choice([None, "mistral", "ministral3"])
    text = windowed(sizes(), "full_attention", "full_attention") if kind != "mistral" else sizes(sliding_window=window)
    text.pop("layer_types", None)
    return {"text_config": text | ({"model_type": kind} if kind else {}), **({"tie_word_embeddings": flag()} if flag() else {})}


def gpt2() -> Config:
    heads = few()
    config = {
        "vocab_size": some(),
        "n_embd": heads * few(),
        "n_layer": few(),
        "n_head": heads,
        "n_positions": some(),
        "n_ctx": some(),
        "n_inner": RNG.choice([None, some()]),
        "tie_word_embeddings": flag(),
    }
    for name in RNG.sample(["vocab_size", "n_positions", "n_ctx", "n_inner", "tie_word_embeddings"], RNG.randint(0, 3)):
        del config[name]
    if flag():
        config["hidden_size"], config["num_hidden_layers"] = config.pop("n_embd"), config.pop("n_layer")
    return config


def encoder() -> Config:
    heads = few()
    config = {
        "vocab_size": some(),
        "hidden_size": heads * few(),
        "num_hidden_layers": few(),
        "num_attention_heads": heads,
        "intermediate_size": some(),
        "max_position_embeddings": some(),
        "type_vocab_size": few(),
        "tie_word_embeddings": flag(),
    }
    for name in RNG.sample(["vocab_size", "intermediate_size", "max_position_embeddings", "type_vocab_size"], RNG.randint(0, 4)):
        del config[name]
    return config


def t5() -> Config:
    """Tied: of an untied one, as T5 1.1, transformers makes the head only when it sees the checkpoint's."""
    config = {
        "vocab_size": some(),
        "d_model": some(),
        "d_kv": few(),
        "d_ff": some(),
        "num_layers": few(),
        "num_decoder_layers": RNG.choice([None, few()]),
        "num_heads": few(),
        "relative_attention_num_buckets": 2 * few(),
        "feed_forward_proj": RNG.choice(["relu", "gated-gelu", "gated-silu"]),
    }
    for name in RNG.sample(list(config), RNG.randint(0, 4)):
        del config[name]
    return config


FAMILIES: dict[str, Callable[[], Config]] = {
    "llama": lambda: sizes(attention_bias=flag, mlp_bias=flag, sliding_window=window),
    "mistral": lambda: windowed(sizes(attention_bias=flag, mlp_bias=flag)),
    "ministral": lambda: windowed(sizes()),
    "ministral3": lambda: sizes(sliding_window=window),
    "qwen2": qwen,
    "qwen3": lambda: qwen(attention_bias=flag),
    "gemma": lambda: sizes(attention_bias=flag),
    "gemma2": lambda: windowed(sizes(attention_bias=flag, sliding_window=some)),
    "gemma3_text": lambda: windowed(sizes(attention_bias=flag, sliding_window=some, sliding_window_pattern=few)),
    "phi3": lambda: sizes(sliding_window=window, attention_bias=flag),
    "olmo2": lambda: sizes(attention_bias=flag, sliding_window=window),
    "granite": lambda: sizes(attention_bias=flag, mlp_bias=flag),
    "mistral3": mistral3,
    "mixtral": lambda: experts(sizes(attention_bias=flag, sliding_window=window), "num_local_experts"),
    "qwen3_moe": qwen_moe,
    "gpt_oss": lambda: experts(windowed(sizes(attention_bias=flag, sliding_window=some)), "num_local_experts"),
    "glm4_moe": lambda: dense_first(experts(sizes(attention_bias=flag, use_qk_norm=flag), "n_routed_experts")),
    "llama4_text": llama4,
    "llama4": llama4_seeing,
    "deepseek_v3": latent,
    "kimi_k2": latent,
    "gpt2": gpt2,
    "bert": encoder,
    "roberta": encoder,
    "t5": t5,
}
UNWINDOWED = {"llama", "olmo2"}  # their attention reads no sliding_window, though StaticCache would
CLASSES = {"bert": "BertModel", "roberta": "RobertaModel", "t5": "T5ForConditionalGeneration", "llama4": "Llama4ForConditionalGeneration"}


def built(kind: str, config: Config) -> tuple[Any, Any]:
    """The model, and the config of its decoder."""
    if kind == "kimi_k2":  # its own code is DeepSeek-V3's
        kind = "deepseek_v3"
    if kind == "mistral3":  # the text model alone; the outer tie_word_embeddings is what the whole one obeys
        text = {**config["text_config"], **{key: value for key, value in config.items() if key == "tie_word_embeddings"}}
        kind, config = text.pop("model_type", "mistral"), text
    if kind == "mistral" and "layer_types" in config:
        kind = "ministral"  # as AutoConfig.from_pretrained says
    made = AutoConfig.for_model(kind, **json.loads(json.dumps(config)))
    with torch.device("meta"):
        model = getattr(transformers, CLASSES[kind])(made) if kind in CLASSES else transformers.AutoModelForCausalLM.from_config(made)
    return model, made.get_text_config(decoder=True)


def kept(kind: str, model: Any, config: Any) -> list[int]:
    """Numbers in the cache after each of LENGTHS tokens."""
    if kind in ("bert", "roberta"):
        return []
    widths = []
    for name, module in model.named_modules():
        if (re.search(r"(layers|h)\.\d+\.(self_attn|attn)$", name) and "vision" not in name) or (
            kind == "t5" and re.search(r"decoder.*SelfAttention$", name)
        ):
            rows = lambda part: getattr(module, part).weight.shape[0]
            if hasattr(module, "kv_a_proj_with_mqa"):
                widths.append(rows("kv_a_proj_with_mqa"))
            elif hasattr(module, "qkv_proj"):
                widths.append(rows("qkv_proj") - module.o_proj.weight.shape[1])
            elif hasattr(module, "c_attn"):
                widths.append(2 * module.c_attn.weight.shape[1] // 3)
            else:
                widths.append(sum(rows(part) for part in (("k_proj", "v_proj") if hasattr(module, "k_proj") else ("k", "v"))))
    found = []
    for n in LENGTHS:
        if kind in UNWINDOWED:
            config.sliding_window = None
        rooms = [n] * len(widths) if kind == "t5" else [layer.max_cache_len for layer in StaticCache(config, max_cache_len=n).layers]
        found.append(sum(width * room for width, room in zip(widths, rooms, strict=True)))
    return found


def case(kind: str) -> list[Any]:
    config = FAMILIES[kind]()
    if kind == "ministral" or (kind == "mistral" and "layer_types" in config):
        config.setdefault("head_dim", 6)  # MinistralModel cannot do without
    if kind in ("gemma2", "gemma3_text", "gpt_oss") and config.get("sliding_window", 1) is None:
        config["sliding_window"] = 20  # null has no meaning where some layers must have one
    for inner in (config, config.get("text_config", {})):
        if kind == "phi3" or "ministral3" in (kind, inner.get("model_type")):
            inner["pad_token_id"] = 0  # what it is by itself is outside so small a vocabulary
    for name in RNG.sample(list(IDLE), RNG.randint(0, 3)):
        inner = config.get("text_config", config)
        if name not in inner and fits(kind, name):
            inner[name] = IDLE[name]
    model, text = built(kind, config)
    parameters = {name: p.numel() for name, p in model.named_parameters()}
    total, routed = sum(parameters.values()), sum(n for name, n in parameters.items() if ".experts." in name)
    seen = sum(n for name, n in parameters.items() if "vision" in name or "multi_modal" in name)
    share = text.num_experts_per_tok / text.num_local_experts if routed else 1
    return [{"model_type": kind, **config}, total, round(total - routed + routed * share) - seen, kept(kind, model, text)]


def fits(kind: str, name: str) -> bool:
    """Whether transformers takes this value there: GPT-2, BERT and T5 have other names, and Phi-3 and Gemma 3 other stretches."""
    if kind in ("gpt2", "bert", "roberta", "t5"):
        return not (name.startswith(("rope", "max_position")) or (name == "hidden_act" and kind == "t5"))
    return not (name == "rope_scaling" and kind in ("phi3", "gemma3_text"))


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    found = {kind: [case(kind) for _ in range(EACH)] for kind in FAMILIES}
    lines = ",\n".join(f"{json.dumps(kind)}: {json.dumps(cases, separators=(',', ':'))}" for kind, cases in found.items())
    text = f'{{"against": "transformers {transformers.__version__}",\n{lines}}}\n'
    (HERE / "family_counts.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(sum(map(len, found.values())), "configs,", (HERE / "family_counts.json.gz").stat().st_size, "bytes")
