"""hf_config, count, rope_config: what a config.json may not say."""

from engineroom import count, rope_config
from engineroom.count import classics, decoders, mixtures, windows
from engineroom.count.layout import Family
from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader
from raises.samples import encoder, gpt2

llama = count.published()["Llama 2 7B"]
mixtral = count.published()["Mixtral 8x7B"]
deepseek = count.published()["DeepSeek-V3"]
scout = count.published()["Llama 4 Scout (text)"]


def of(config: dict[str, object] | None = None, **more: object) -> Reader:
    return Reader({**(config or {}), **more})


def turning(**config: object) -> rope_config.Turning:
    return rope_config.read(of(config), 8, 16)


TABLE = {
    count.parameters: [
        (UnsupportedConfig, "n_embd 8 .* n_head 3", lambda: count.parameters(gpt2 | {"n_head": 3})),
        (UnsupportedConfig, "n_embd", lambda: count.parameters(gpt2 | {"n_embd": "eight"})),
    ],
    count.flops_per_token: [(UnsupportedConfig, "n is 0", lambda: count.flops_per_token(gpt2, 0))],
    count.kv_bytes_per_token: [
        (UnsupportedConfig, "encoder", lambda: count.kv_bytes_per_token(encoder)),
        (UnsupportedConfig, "bytes", lambda: count.kv_bytes_per_token(gpt2, 0)),
        (UnsupportedConfig, "bytes", lambda: count.kv_bytes_per_token(gpt2, float("nan"))),
    ],
    count.kv_bytes: [
        (UnsupportedConfig, "encoder", lambda: count.kv_bytes(encoder, 5)),
        (UnsupportedConfig, "n is -1", lambda: count.kv_bytes(gpt2, -1)),
        (UnsupportedConfig, "bytes", lambda: count.kv_bytes(gpt2, 5, -2)),
    ],
    count.layout: [(UnsupportedConfig, "known are", lambda: count.layout({"model_type": "none"}))],
    Family.read: [(UnsupportedConfig, "n_embd", lambda: count.layout(gpt2 | {"n_embd": "eight"}))],
    windows.nowhere: [(UnsupportedConfig, "layer_types", lambda: count.parameters(llama | {"layer_types": ["sliding_attention"] * 32}))],
    classics.gpt2: [(UnsupportedConfig, "n_embd 8 cannot be cut into n_head 3", lambda: count.layout(gpt2 | {"n_head": 3}))],
    classics.bert: [
        (UnsupportedConfig, "hidden_size 8 .* num_attention_heads 3", lambda: count.layout(encoder | {"num_attention_heads": 3}))
    ],
    decoders.mistral3: [
        (
            UnsupportedConfig,
            "text_config is 'none'",
            lambda: count.layout({"model_type": "mistral3", "text_config": {"model_type": "none"}}),
        )
    ],
    mixtures.experts: [
        (UnsupportedConfig, "num_experts_per_tok 9 is more than the 8", lambda: count.layout(mixtral | {"num_experts_per_tok": 9}))
    ],
    mixtures.first_dense: [
        (UnsupportedConfig, "first_k_dense_replace 99 .* 61", lambda: count.layout(deepseek | {"first_k_dense_replace": 99}))
    ],
    mixtures.llama4_text: [
        (UnsupportedConfig, "moe_layers lists 1 layers, of which 0", lambda: count.layout(scout | {"moe_layers": [99]}))
    ],
    windows.listed: [
        (
            UnsupportedConfig,
            "layer_types .* 1 layers; num_hidden_layers is 2",
            lambda: windows.listed(of(layer_types=["full_attention"]), 2),
        ),
        (UnsupportedConfig, "layer_types .* 'none'", lambda: windows.listed(of(layer_types=["none"]), 1)),
    ],
    windows.llama4: [(UnsupportedConfig, "no_rope_layers .* 1 layers of 48", lambda: count.layout(scout | {"no_rope_layers": [1]}))],
    Reader.__init__: [
        (UnsupportedConfig, "the config is no JSON: .* in line 2, column 1", lambda: Reader("{\n")),
        (UnsupportedConfig, r"the config is a list; paste the whole config\.json", lambda: Reader([])),
    ],
    Reader.given: [(UnsupportedConfig, "a and b of the config .* differ", lambda: of(a=1, b=2).given({}, {"a": "b"}))],
    Reader.optional: [(UnsupportedConfig, "a of the config is -1; .* whole number", lambda: of(a=-1).optional("a"))],
    Reader.whole: [
        (UnsupportedConfig, "a of the config is 0; it must be a whole number, 1 or more", lambda: of(a=0).whole("a")),
        (UnsupportedConfig, "a of the config is missing", lambda: of().whole("a")),
    ],
    Reader.number: [(UnsupportedConfig, "a of the config is nan; .* positive number", lambda: of(a=float("nan")).number("a", 1.0))],
    Reader.flag: [(UnsupportedConfig, "a of the config is 'yes'; .* true or false", lambda: of(a="yes").flag("a"))],
    Reader.text: [(UnsupportedConfig, "a of the config is 1; it must be a name", lambda: of(a=1).text("a"))],
    Reader.names: [(UnsupportedConfig, r"a of the config is \['x', 1\]; .* list of names", lambda: of(a=["x", 1]).names("a"))],
    Reader.numbers: [(UnsupportedConfig, "a of the config is 3; .* list of whole numbers", lambda: of(a=3).numbers("a"))],
    Reader.mapping: [(UnsupportedConfig, r"a of the config is \[\]; it must be an object", lambda: of(a=[]).mapping("a"))],
    Reader.inner: [(UnsupportedConfig, "a of the config is a int", lambda: of(a=3).inner("a"))],
    Reader.only: [(UnsupportedConfig, "a is 2; known is only 1", lambda: of(a=2).only("a", 1, "known is only"))],
    Reader.heads: [
        (
            UnsupportedConfig,
            "num_key_value_heads 3 .* num_attention_heads 4",
            lambda: of(encoder, num_attention_heads=4, num_key_value_heads=3).heads(),
        ),
        (UnsupportedConfig, "hidden_size 8 .* num_attention_heads 3; give head_dim", lambda: of(encoder, num_attention_heads=3).heads()),
    ],
    Reader.done: [(UnsupportedConfig, "a of the config is not known here", lambda: of(a=1).done())],
    rope_config.read: [
        (
            UnsupportedConfig,
            "rope_scaling and rope_parameters .* differ",
            lambda: turning(rope_scaling={"rope_type": "linear", "factor": 2.0}, rope_parameters={"rope_type": "default"}),
        ),
        (UnsupportedConfig, "partial_rotary_factor 0.5", lambda: turning(partial_rotary_factor=0.5)),
        (UnsupportedConfig, "rope_theta is 1.* and 2", lambda: turning(rope_theta=1.5, rope_parameters={"rope_theta": 2.5})),
        (UnsupportedConfig, "rope_scaling has type 'other'", lambda: turning(rope_scaling={"rope_type": "other"})),
        (
            UnsupportedConfig,
            "original_max_position_embeddings is 8; .* max_position_embeddings, 16",
            lambda: turning(rope_scaling={"rope_type": "dynamic", "factor": 2.0, "original_max_position_embeddings": 8}),
        ),
    ],
}
