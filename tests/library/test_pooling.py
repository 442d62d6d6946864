"""Key and value heads pooled, expanded, reordered and fitted: against PyTorch, against the definitions, and what must not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom import count
from engineroom.attention import causal_mask, multi_head
from engineroom.errors import ShapeError, UnsupportedConfig
from engineroom.models import checkpoint, convert, fit, key_heads, llama, llama_config
from engineroom.quantise import QuantisedMatrix
from nearness import worst
from test_convert import IDS, logits, tiny

LAYOUTS = st.sampled_from(["half", "interleaved"])


def attention(model, layer="0"):
    return model.params["model"]["layers"][layer]["self_attn"]


def weight(model, name, layer="0"):
    return attention(model, layer)[f"{name}_proj"]["weight"]


def test_pooled_attention_is_pytorchs(golden, measured):
    arrays = golden("pooling")
    given_ = {f"{name}_proj": {"weight": arrays[name]} for name in "qkvo"}
    model = convert.with_attention(tiny(n_heads=6, n_kv_heads=6), lambda _: given_)
    error = 0.0
    for groups in (1, 2, 3, 6):
        pooled = key_heads.pool_heads(model, groups)
        assert pooled.config.n_kv_heads == groups and worst(weight(pooled, "k"), arrays[f"{groups}/key"]) <= 1e-15
        params = {part: {"weight": weight(pooled, name)} for part, name in zip(("query", "key", "value", "output"), "qkvo")}
        error = max(error, worst(multi_head(arrays["x"], params, 6, causal_mask(9, np))[0], arrays[f"{groups}/output"]))
    assert error <= 1e-14
    measured("pooled heads", against=arrays["against"], error=error, metric="max abs. error", cases=4)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), LAYOUTS)
def test_expanding_changes_nothing_and_is_undone(seed, n_kv_heads, group, pairs, layout):
    h = n_kv_heads * group
    model = tiny(seed, h, n_kv_heads, pairs, layout)
    for n in (n for n in range(n_kv_heads, h + 1, n_kv_heads) if h % n == 0):
        more = key_heads.expand_heads(model, n)
        assert more.config.n_kv_heads == n and worst(logits(more), logits(model)) <= 1e-10
        for pool in (key_heads.mean, key_heads.first):
            back = key_heads.pool_heads(more, n_kv_heads, pool)
            assert back.config == model.config and all(
                (a == b).all() for (_, a), (_, b) in zip(checkpoint.flat(back.params), checkpoint.flat(model.params), strict=True)
            )


@given(st.integers(0, 2**32 - 1), st.sampled_from([(12, 6, 3), (12, 4, 2), (6, 6, 1), (9, 3, 1)]), LAYOUTS)
def test_pooling_in_two_steps_is_pooling_in_one(seed, numbers, layout):
    many, some, few = numbers
    model = tiny(seed, many, many, 2, layout)
    twice, once = key_heads.pool_heads(key_heads.pool_heads(model, some), few), key_heads.pool_heads(model, few)
    assert worst(logits(twice), logits(once)) <= 1e-10
    assert worst(logits(once), logits(model)) > 1e-6


@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_pooling_and_the_order_of_pairs_do_not_meet(seed, pairs):
    model = tiny(seed, 6, 6, pairs, "interleaved")
    one, other = convert.repack(key_heads.pool_heads(model, 2), "half"), key_heads.pool_heads(convert.repack(model, "half"), 2)
    assert all((a == b).all() for (_, a), (_, b) in zip(checkpoint.flat(one.params), checkpoint.flat(other.params), strict=True))


@given(st.integers(0, 2**32 - 1), st.permutations(range(3)), st.permutations(range(3)), LAYOUTS)
def test_heads_in_another_order_say_the_same(seed, one, other, layout):
    model = tiny(seed, 6, 3, 2, layout)
    moved = key_heads.reorder_heads(model, [one, other])
    assert worst(logits(moved), logits(model)) <= 1e-10
    kept = key_heads.pool_heads(moved, 1, key_heads.first)  # of each layer the head that now comes first
    assert (weight(kept, "v", "1") == weight(model, "v", "1")[4 * other[0] : 4 * other[0] + 4]).all()


def test_quantised_heads():
    model = tiny(pairs=4, matrix=lambda values: QuantisedMatrix(values, block=8))
    more = key_heads.expand_heads(model, 6)
    assert isinstance(weight(more, "k"), QuantisedMatrix) and worst(logits(more), logits(model)) <= 1e-10
    back = key_heads.pool_heads(more, 2)
    assert not isinstance(weight(back, "k"), QuantisedMatrix) and worst(logits(back), logits(model)) <= 1e-10
    assert worst(logits(key_heads.reorder_heads(model, [[1, 0]] * 2)), logits(model)) <= 1e-10
    assert worst(logits(fit.fit_heads(more, 2, [IDS])), logits(model)) <= 1e-8


def turned(model, seed):
    """The model expanded to a key head for each query head, each then given coordinates of its own, which the query and output undo."""
    rng, c = np.random.default_rng(seed), model.config
    h, d_head, half = c.n_heads, c.d_head, c.d_head // 2

    def change(params):
        q, k, v, o = (
            params[f"{name}_proj"]["weight"].reshape((-1, d_head, c.d_model) if name != "o" else (c.d_model, -1, d_head)).copy()
            for name in "qkvo"
        )
        for i in range(h):
            own = rng.normal(size=(d_head, d_head))
            v[i], o[:, i] = own @ v[i], o[:, i] @ np.linalg.inv(own)
            factor = (rng.normal(size=half) + 1j * rng.normal(size=half))[:, None]
            for w, f in ((k, factor), (q, 1 / factor.conj())):
                z = f * (w[i, :half] + 1j * w[i, half:])
                w[i] = np.concatenate([z.real, z.imag])
        return {
            f"{name}_proj": {"weight": w.reshape(o.shape[0], -1) if name == "o" else w.reshape(-1, c.d_model)}
            for name, w in zip("qkvo", (q, k, v, o))
        }

    return convert.with_attention(key_heads.expand_heads(model, h), change)


@given(st.integers(0, 2**32 - 1), st.sampled_from([(2, 1), (4, 2), (6, 2), (3, 3)]), st.integers(1, 3), LAYOUTS)
def test_fitting_sees_through_coordinates_and_averaging_does_not(seed, heads, pairs, layout):
    h, g = heads
    model = convert.repack(tiny(seed, h, g, pairs, "half"), layout)
    other = convert.repack(turned(convert.repack(model, "half"), seed), layout)
    assert worst(logits(other), logits(model)) <= 1e-7
    assert worst(logits(fit.fit_heads(other, g, [IDS, IDS[::-1]])), logits(model)) <= 1e-6
    if g < h:
        assert worst(logits(key_heads.pool_heads(other, g)), logits(model)) > 1e-4


@given(st.integers(0, 2**32 - 1), LAYOUTS)
def test_a_text_of_two_words_is_fitted_alike_whatever_the_rounding(seed, layout):
    """Two inputs in the first layer, for a shared head of four directions: two of those the text does not show."""
    model, rng = tiny(seed, 6, 6, 2, layout), np.random.default_rng(seed)
    rounded = convert.with_attention(
        model,
        lambda held: {
            name: {"weight": part["weight"] * (1 + 1e-14 * rng.normal(size=part["weight"].shape))} for name, part in held.items()
        },
    )
    fitted = [logits(fit.fit_heads(one, 2, [[3, 1, 3, 1, 3, 3]])) for one in (model, rounded)]
    assert worst(*fitted) <= 1e-5


@given(st.integers(0, 2**32 - 1), LAYOUTS)
def test_no_shared_head_loses_less(seed, layout):
    """Against singular values: what the best approximation of that rank leaves (Eckart & Young 1936)."""
    model = tiny(seed, 6, 6, 2, layout)
    fewer = fit.fit_heads(model, 2, [IDS, [7, 9]])
    x = fit.attention_inputs(model, [IDS, [7, 9]])[0]
    for group in range(2):
        mine = slice(12 * group, 12 * group + 12)
        v = x @ weight(model, "v")[mine].T
        left = (v**2).sum() - ((x @ weight(fewer, "v")[4 * group : 4 * group + 4].T) ** 2).sum()
        assert abs(left - (np.linalg.svd(v, compute_uv=False)[4:] ** 2).sum()) <= 1e-9
        halves = lambda model, rows: convert.repack(model, "half").params["model"]["layers"]["0"]["self_attn"]["k_proj"]["weight"][rows]
        k = (x @ halves(model, mine).T).reshape(-1, 3, 2, 2)
        k = k[:, :, 0] + 1j * k[:, :, 1]  # (n, 3 heads, 2 pairs)
        s = (x @ halves(fewer, slice(4 * group, 4 * group + 4)).T).reshape(-1, 2, 2)
        for pair in range(2):
            left = (abs(k[:, :, pair]) ** 2).sum() - (s[:, :, pair] ** 2).sum()
            assert abs(left - (np.linalg.svd(k[:, :, pair], compute_uv=False)[1:] ** 2).sum()) <= 1e-9


def test_smollm2_with_nine_key_heads_says_the_same(smollm2, golden):
    ids = golden("smollm2")["prose/ids"].tolist()[:24]
    more, fewer = key_heads.expand_heads(smollm2, 9), key_heads.pool_heads(smollm2, 1)
    assert worst(logits(more, ids), logits(smollm2, ids)) <= 1e-3
    assert llama.losses(fewer, ids).mean() > llama.losses(smollm2, ids).mean() + 1
    config = count.published()["SmolLM2-135M"]
    for model, heads in ((more, 9), (smollm2, 3), (fewer, 1)):
        _, cache = llama.step(model, ids[:5], llama.new_cache(model))
        assert cache.n_bytes(2) == count.kv_bytes({**config, "num_key_value_heads": heads}, 5)


def test_biases_are_not_lost_by_fitting():
    model = tiny(n_heads=8, n_kv_heads=4)
    with pytest.raises(UnsupportedConfig, match="attention_bias of the model is True"):
        fit.fit_heads(model._replace(config=model.config._replace(attention_bias=True)), 2, [IDS])


def test_flat_names_are_the_checkpoints():
    model = tiny()
    assert {name: tensor.shape for name, tensor in checkpoint.flat(model.params)} == llama_config.shapes(model.config)


def test_what_is_not_possible_is_said():
    model = tiny(n_heads=12, n_kv_heads=4)
    for change, message in (
        (lambda: key_heads.pool_heads(model, 3), "4 key heads can be pooled to 1, 2, 4, not 3"),
        (lambda: key_heads.pool_heads(model, 0), "not 0"),
        (lambda: key_heads.expand_heads(model, 6), "4 key heads for 12 query heads can be expanded to 4, 12, not 6"),
        (lambda: fit.fit_heads(model, 8, [IDS]), "4 key heads can be fitted by 1, 2, 4, not 8"),
        (lambda: fit.fit_heads(model, 1, [[1, 2], [3]]), "3 tokens cannot show 4 directions"),
        (lambda: key_heads.reorder_heads(model, [[0, 1, 2, 3]]), "2 permutations of 0 to 3"),
        (lambda: key_heads.reorder_heads(model, [[0, 1, 2, 2]] * 2), "2 permutations of 0 to 3"),
    ):
        with pytest.raises(ShapeError, match=message):
            change()
