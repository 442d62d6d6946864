"""Counting, against transformers' own models of the same configs, published totals, and worked costs."""

import gzip
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom import count
from engineroom.errors import UnsupportedConfig
from engineroom.models import llama_config

GOLDEN = Path(__file__).parent / "golden"
CONFIGS = count.published()
COUNTED = json.loads((GOLDEN / "counts.json").read_text())
ACTIVE = {
    "Mixtral 8x7B": 12_879_925_248,
    "Mixtral 8x22B": 39_161_468_928,
    "DeepSeek-V3": 37_552_282_624,
    "Llama 4 Scout": 17_172_894_720,
    "Llama 4 Maverick": 17_184_691_200,
}
KEPT = {  # bytes a token, at two for a number
    "GPT-2 small": 36_864,
    "Llama 2 7B": 524_288,
    "Llama 3 8B": 131_072,
    "Llama 2 70B": 327_680,
    "Llama 3 70B": 327_680,
    "Qwen2.5 72B": 327_680,
    "Llama 3.1 405B": 516_096,
    "Llama 4 Scout": 196_608,
    "SmolLM2-135M": 23_040,
    "DeepSeek-V3": 70_272,
}
TINY = CONFIGS["SmolLM2-135M"]
BUILT = json.loads(gzip.decompress((GOLDEN / "family_counts.json.gz").read_bytes()))
FAMILIES = sorted(BUILT.keys() - {"against"})


def test_totals_are_those_of_the_models_transformers_builds(measured):
    ours = {name: count.parameters(config).total for name, config in CONFIGS.items()}
    assert ours == COUNTED["parameters"] and len(ours) >= 35
    measured("parameter counts", against=COUNTED["against"], error=0, metric="difference in parameters", cases=len(ours))


def test_every_family_has_its_configs():
    assert sorted(count.FAMILIES) == FAMILIES and sum(len(BUILT[family]) for family in FAMILIES) >= 3000


@pytest.mark.parametrize("family", FAMILIES)
def test_what_transformers_builds_of_thousands_of_configs(family):
    """Parameters, those a token meets, and the cache after 7, 60 and 5,000 tokens, with entries left out and idle ones added."""
    for config, total, active, kept in BUILT[family]:
        sizes = count.parameters(config)
        assert (sizes.total, sizes.active) == (total, active), config
        assert [count.kv_bytes(config, n, 1) for n in (7, 60, 5000)[: len(kept)]] == kept, config


def test_models_whose_configs_readers_paste():
    """Each was miscounted once: by an entry passed over, invented, or taken for another family's."""
    granite_code = {
        "model_type": "llama",
        "vocab_size": 49152,
        "hidden_size": 2560,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
        "intermediate_size": 10240,
        "attention_bias": True,
        "mlp_bias": True,
        "tie_word_embeddings": True,
    }
    assert count.parameters(granite_code).total == 3_482_503_680
    gemma = {"hidden_size": 3840, "num_hidden_layers": 48, "num_attention_heads": 16, "num_key_value_heads": 8, "intermediate_size": 15360}
    assert count.parameters({"model_type": "gemma3_text", "sliding_window": 1024, **gemma}).total == 11_766_034_176
    windowed = {**CONFIGS["Qwen2.5 7B"], "use_sliding_window": True, "sliding_window": 4096, "max_window_layers": 28}
    assert count.kv_bytes(windowed, 131_072) == 7 * 2**30
    assert count.kv_bytes({**CONFIGS["Llama 3 8B"], "sliding_window": 4096}, 131_072) == 16 * 2**30
    gpt2 = count.parameters({"model_type": "gpt2", "tie_word_embeddings": False})
    assert gpt2.by_part["head"] == 50257 * 768 and gpt2.total == 124_439_808 + 50257 * 768
    deepseek = {**CONFIGS["DeepSeek-V3"], "model_type": "kimi_k2"}
    assert count.parameters(deepseek).total == COUNTED["parameters"]["DeepSeek-V3"]
    flan = {
        "model_type": "t5",
        "d_ff": 1024,
        "num_heads": 6,
        "num_layers": 8,
        "feed_forward_proj": "gated-gelu",
        "tie_word_embeddings": False,
    }
    assert count.parameters(flan).by_part["head"] == 32128 * 512 and count.parameters(flan).total == 76_961_152


PASTED = json.loads((GOLDEN.parent / "pasted_configs.json").read_text(encoding="utf-8"))["models"]


@pytest.mark.parametrize("name", PASTED)
def test_whole_files_with_all_that_stands_in_them(name):
    """Nothing in them is refused, and the totals are what their makers say, as far as they say it."""
    config, published = PASTED[name]["config"], PASTED[name]["published"]
    sizes = count.parameters(config)
    assert rounded(sizes.total, published["total"]) == published["total"], published["source"]
    if "active" in published:
        assert rounded(sizes.active - sizes.by_part["embedding"], published["active"]) == published["active"], published["source"]
    bare = {**config, **config.get("text_config", {})}
    columns = bare.get("kv_lora_rank", 0) + bare.get("qk_rope_head_dim", 0) or 2 * bare["num_key_value_heads"] * bare["head_dim"]
    assert count.kv_bytes_per_token(config) == 2 * bare["num_hidden_layers"] * columns


def rounded(parameters: int, like: str) -> str:
    """`parameters` in the unit and with the decimals of `like`, "20.9B"."""
    size, unit = like[:-1], like[-1]
    return f"{parameters / {'B': 1e9, 'T': 1e12}[unit]:.{len(size.partition('.')[2])}f}{unit}"


@given(
    st.sampled_from(FAMILIES),
    st.integers(0, 99),
    st.from_regex(r"[a-z]{1,9}_unheard_of", fullmatch=True),
    st.sampled_from([0, 1, True, "x", [1], {"a": 1}]),
)
def test_an_entry_that_is_not_known_is_refused_by_name(family, number, name, value):
    config = BUILT[family][number][0]
    assert count.layout({**config, name: None}) == count.layout(config)
    with pytest.raises(UnsupportedConfig, match=f"{name} of the config is not known"):
        count.layout({**config, name: value})


@pytest.mark.parametrize(
    "name", ["per_layer_config", "num_local_experts", "adapter_rank", "kv_sharing", "lm_head_bias", "pruned_heads", "is_decoder"]
)
def test_entries_of_other_architectures_are_refused(name):
    with pytest.raises(UnsupportedConfig, match=name):
        count.parameters({**TINY, name: {"0": [1]} if name == "pruned_heads" else True})


def test_totals_are_the_published_ones():
    total = lambda name: count.parameters(CONFIGS[name]).total
    assert total("Llama 3 8B") == 8_030_261_248 and total("Qwen2.5 7B") == 7_615_616_512  # the hub's own totals
    assert total("SmolLM2-135M") == 134_515_008  # read from its file
    assert total("GPT-2 small") == 38_597_376 + 786_432 + 85_054_464 + 1_536
    assert total("Llama 4 Scout") - total("Llama 4 Scout (text)") == 871_932_416
    maverick = CONFIGS["Llama 4 Maverick"]
    every = {**maverick, "text_config": {**maverick["text_config"], "interleave_moe_layer_step": 1}}
    assert round(count.parameters(every).total / 1e9, 1) == 785.1  # had every layer experts


def test_active_parameters():
    for name, active in ACTIVE.items():
        assert count.parameters(CONFIGS[name]).active == active, name
    deepseek = count.parameters(CONFIGS["DeepSeek-V3"])
    assert deepseek.active - deepseek.by_part["embedding"] == 36_625_603_584
    for name, config in CONFIGS.items():
        sizes = count.parameters(config)
        assert sizes.active == sizes.total or "experts" in sizes.by_part, name
        assert sum(sizes.by_part.values()) == sizes.total


def test_the_shapes_are_those_the_library_runs():
    for name, config in CONFIGS.items():
        if config["model_type"] == "llama":
            shapes = llama_config.shapes(llama_config.read(config))
            assert sum(map(math.prod, shapes.values())) == count.parameters(config).total, name


def test_bytes_of_the_cache():
    for name, kept in KEPT.items():
        assert count.kv_bytes_per_token(CONFIGS[name]) == kept, name
    llama3 = CONFIGS["Llama 3 8B"]
    assert count.kv_bytes_per_token({**llama3, "num_key_value_heads": 32}) == 524_288
    assert count.kv_bytes_per_token({**llama3, "num_key_value_heads": 1}) == 16_384
    assert count.kv_bytes(llama3, 8_192) == 2**30 and count.kv_bytes(llama3, 131_072) == 16 * 2**30
    assert count.kv_bytes(CONFIGS["Llama 2 7B"], 8_192) == 4 * 2**30
    mistral = CONFIGS["Mistral 7B v0.1"]
    assert count.kv_bytes(mistral, 4_096) == count.kv_bytes(mistral, 32_768) == 4_096 * count.kv_bytes_per_token(mistral)
    scout = CONFIGS["Llama 4 Scout"]
    assert count.kv_bytes(scout, 16_384) == 196_608 * (16_384 // 4 + 8_192 * 3 // 4)  # a quarter of the layers sees all


def test_which_layers_see_everything():
    """As transformers lays them out: the last of every six in Gemma 3, of every two in Gemma 2, of every four in Llama 4."""
    for name, window, every, layers in (("Gemma 3 1B", 512, 6, 26), ("Gemma 2 9B", 4096, 2, 42), ("Llama 4 Scout (text)", 8192, 4, 48)):
        seen = [layer.window for layer in count.layout(CONFIGS[name]).attention]
        assert seen == [None if number % every == every - 1 else window for number in range(layers)], name
        one, more = (count.flops_per_token(CONFIGS[name], n).scores for n in (window, 2 * window))
        assert more == one * (layers + layers // every) / layers


def test_flops():
    llama3 = CONFIGS["Llama 3 8B"]
    flops = count.flops_per_token(llama3, 8_192)
    assert [f"{x:.5e}" for x in flops] == ["2.68435e+09", "1.12743e+10", "1.05067e+09", "4.29497e+09"]
    assert round(100 * flops.scores / flops.total, 1) == 22.2
    far = count.flops_per_token(llama3, 131_072)
    assert round(100 * far.scores / far.total, 1) == 82.1
    even = count.flops_per_token(llama3, 26_624)
    assert even.scores == even.projections + even.feed_forward
    gpt2 = count.flops_per_token(CONFIGS["GPT-2 small"], 6 * 768)
    assert gpt2.scores == gpt2.projections + gpt2.feed_forward and gpt2.head == 2 * 50257 * 768
    assert count.flops_per_token(CONFIGS["BERT base"], 10).head == 0
    mixtral = CONFIGS["Mixtral 8x7B"]
    routers = 2 * 32 * 8 * 4096
    assert count.flops_per_token(mixtral, 1).feed_forward == 2 * 32 * 2 * 3 * 4096 * 14336 + routers
    deepseek = count.flops_per_token(CONFIGS["DeepSeek-V3"], 100)
    assert deepseek.scores == 61 * 2 * 100 * 128 * (192 + 128)


def test_bytes_by_precision():
    sizes = count.parameters(TINY)
    assert sizes.n_bytes(count.BITS["float32"]) == 4 * 134_515_008 and sizes.n_bytes(4.5) == 134_515_008 * 9 / 16


@given(st.integers(1, 6), st.integers(1, 8), st.integers(1, 4), st.integers(1, 9), st.booleans())
def test_what_must_hold(layers, experts, per_token, heads, tied):
    config = {
        "model_type": "mixtral",
        "vocab_size": 99,
        "hidden_size": 8 * heads,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": None,
        "intermediate_size": 33,
        "num_local_experts": experts,
        "num_experts_per_tok": min(per_token, experts),
        "tie_word_embeddings": tied,
    }
    sizes = count.parameters(config)
    dense = count.parameters({key: value for key, value in config.items() if "expert" not in key} | {"model_type": "mistral"})
    expert = layers * 3 * 33 * 8 * heads
    assert sizes.total - dense.total == (experts - 1) * expert + layers * experts * 8 * heads
    assert sizes.total - sizes.active == (experts - config["num_experts_per_tok"]) * expert
    assert count.kv_bytes_per_token(config) == count.kv_bytes_per_token({**config, "num_key_value_heads": heads})
    assert count.kv_bytes_per_token({**config, "num_key_value_heads": 1}) * heads == count.kv_bytes_per_token(config)
    one, two = (count.flops_per_token(config, n) for n in (50, 100))
    assert two.scores == 2 * one.scores and two[:3] == one[:3]
    doubled = count.parameters({**config, "num_hidden_layers": 2 * layers})
    assert doubled.by_part["experts"] == 2 * sizes.by_part["experts"] and doubled.by_part["embedding"] == sizes.by_part["embedding"]


def test_the_text_of_a_config_is_read():
    assert count.parameters(json.dumps(TINY)).total == 134_515_008


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{", "no JSON: .* in line 1, column 2"),
        ("[1]", "is a list; paste the whole config.json"),
        ({}, "has no model_type"),
        ({"model_type": "mamba"}, "'mamba'; known are llama"),
        ({**TINY, "hidden_size": None}, "hidden_size of the config is None"),
        ({**TINY, "num_hidden_layers": -1}, "is -1; it must be"),
        ({**TINY, "num_hidden_layers": 1.5}, "is 1.5"),
        ({**TINY, "num_hidden_layers": True}, "is True"),
        ({**TINY, "num_key_value_heads": 2}, "num_key_value_heads 2 of the config does not divide"),
        ({**TINY, "hidden_size": 577}, "hidden_size 577 of the config cannot be cut"),
        ({**TINY, "tie_word_embeddings": "yes"}, "must be true or false"),
        ({**CONFIGS["Mixtral 8x7B"], "num_experts_per_tok": 9}, "num_experts_per_tok 9 is more than the 8 experts"),
        ({**CONFIGS["Gemma 3 1B"], "layer_types": ["full_attention"]}, "names 1 layers; num_hidden_layers is 26"),
        ({**CONFIGS["Gemma 3 1B"], "layer_types": ["odd"] * 26}, "names 'odd'; known are"),
        ({**CONFIGS["DeepSeek-V3"], "first_k_dense_replace": 99}, "first_k_dense_replace 99"),
        ({**CONFIGS["Llama 4 Scout"], "text_config": None}, "text_config of the config is a NoneType"),
        ({"model_type": "gpt2", "n_head": 7}, "n_embd 768 cannot be cut"),
        ({**CONFIGS["Qwen2.5 7B"], "layer_types": ["sliding_attention"] * 28}, "names 'sliding_attention'; here every layer sees all"),
        ({**CONFIGS["DeepSeek-V3"], "moe_layer_freq": 2}, "moe_layer_freq is 2; known is only 1"),
        ({"model_type": "gpt2", "n_embd": 8, "hidden_size": 9}, "the same field, and differ"),
        ({"model_type": "mistral3", "text_config": {"model_type": "llama"}}, "of the text_config is 'llama'; known are mistral"),
        ({"model_type": "t5", "feed_forward_proj": "relu", "is_gated_act": True}, "is_gated_act is True"),
        ({**CONFIGS["Gemma 3 1B"], "head_dim": None}, "head_dim of the config is None"),
        ({**TINY, "layer_types": ["sliding_attention"] * 30}, "here every layer sees all"),
        ({**TINY, "model_type": 3}, "model_type of the config is 3"),
        ({"model_type": "bert", "num_attention_heads": 7}, "hidden_size 768 cannot"),
    ],
)
def test_what_cannot_be_counted_names_the_field(config, message):
    with pytest.raises(UnsupportedConfig, match=message):
        count.parameters(config)


def test_what_has_no_cache_or_no_one_cost_says_so():
    with pytest.raises(UnsupportedConfig, match="keeps no cache"):
        count.kv_bytes_per_token(CONFIGS["BERT base"])
    with pytest.raises(UnsupportedConfig, match="count each side"):
        count.flops_per_token(CONFIGS["T5 small"], 5)
    with pytest.raises(UnsupportedConfig, match="n is 0"):
        count.flops_per_token(TINY, 0)
