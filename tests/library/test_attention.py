"""Attention: against PyTorch's, against hand-checked numbers, and the properties that make it attention."""

import re
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engineroom.attention import causal_mask, heads, merge_heads, multi_head, scaled_dot_product, softmax, split_heads
from engineroom.errors import DTypeError, EngineRoomError, MissingTensor, ShapeError
from nearness import host, worst

seeds = st.integers(0, 2**32 - 1)
QUERY = np.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
VALUE = np.asarray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def params_of(case: dict, xp: ModuleType) -> dict:
    """torch.nn.MultiheadAttention's parameters under the library's names."""
    weights = dict(zip(("query", "key", "value"), np.split(case["params.in_proj_weight"], 3)))
    params = {name: {"weight": xp.asarray(weight)} for name, weight in weights.items()}
    params["output"] = {"weight": xp.asarray(case["params.out_proj.weight"])}
    if "params.in_proj_bias" in case:
        for name, bias in zip(("query", "key", "value"), np.split(case["params.in_proj_bias"], 3)):
            params[name]["bias"] = xp.asarray(bias)
        params["output"]["bias"] = xp.asarray(case["params.out_proj.bias"])
    return params


def cases_of(arrays: dict) -> list[dict]:
    prefixes = [f"{i}/" for i in range(int(arrays["cases"]))]
    return [{k.removeprefix(p): v for k, v in arrays.items() if k.startswith(p)} for p in prefixes]


def test_scaled_dot_product_equals_pytorch(xp, golden, measured):
    arrays = golden("attention")
    cases = cases_of(arrays)
    error = 0.0
    for case in cases:
        tensors = {name: xp.asarray(case[name]) for name in ("query", "key", "value", "mask") if name in case}
        scale = float(case["scale"]) if "scale" in case else None
        output, weights = scaled_dot_product(**tensors, scale=scale)
        error = max(error, worst(output, case["output"]), worst(weights, case["weights"]))
    assert error < 1e-14
    measured("attention", against=arrays["against"], error=error, metric="max abs. error", cases=len(cases))


def test_float32_stays_float32_and_near(xp, golden):
    for case in cases_of(golden("attention"))[1:6]:
        query, key, value = (xp.asarray(case[name].astype(np.float32)) for name in ("query", "key", "value"))
        mask = case.get("mask")
        if mask is not None:
            mask = xp.asarray(mask if mask.dtype == bool else mask.astype(np.float32))
        output, weights = scaled_dot_product(query, key, value, mask, float(case["scale"]) if "scale" in case else None)
        assert output.dtype == weights.dtype == xp.float32
        assert worst(output, case["output"]) < 1e-5


def test_multi_head_equals_pytorch(xp, golden, measured):
    arrays = golden("multi_head")
    cases = cases_of(arrays)
    error = 0.0
    for case in cases:
        mask = xp.asarray(case["mask"]) if "mask" in case else None
        output, weights = multi_head(xp.asarray(case["x"]), params_of(case, xp), int(case["n_heads"]), mask)
        error = max(error, worst(output, case["output"]), worst(weights, case["weights"]))
    assert error < 1e-12
    measured("multi-head attention", against=arrays["against"], error=error, metric="max abs. error", cases=len(cases))


def test_softmax_equals_pytorch(xp, golden, measured):
    arrays = golden("elementary")
    x = xp.asarray(arrays["x"])
    error = max(worst(softmax(x), arrays["softmax"]), worst(softmax(x, axis=0), arrays["softmax_columns"]))
    assert error < 1e-15
    measured("softmax", against=arrays["against"], error=error, metric="max abs. error", cases=x.shape[0] + x.shape[1])


def test_three_tokens_by_hand(xp):
    query, value = xp.asarray(QUERY), xp.asarray(VALUE)
    output, weights = scaled_dot_product(query, query, value)
    rows = [[0.40111209, 0.19777581, 0.40111209], [0.19777581, 0.40111209, 0.40111209], [0.24825508, 0.24825508, 0.50348984]]
    assert worst(weights, host(rows)) < 5e-9
    assert worst(output, host([[3, 4], [3.40667256, 4.40667256], [3.51046953, 4.51046953]])) < 5e-9
    output, weights = scaled_dot_product(query, query, value, causal_mask(3, xp))
    assert worst(weights, host([[1, 0, 0], [0.33023845, 0.66976155, 0], rows[2]])) < 5e-9
    assert worst(output, host([[1, 2], [2.3395231, 3.3395231], [3.51046953, 4.51046953]])) < 5e-9


def test_softmax_of_large_numbers_and_of_nothing(xp):
    x = xp.asarray([[1e300, 0.0], [-1e300, -1e300], [-np.inf, -np.inf], [-np.inf, 3.0]])
    assert worst(softmax(x), host([[1, 0], [0.5, 0.5], [0, 0], [0, 1]])) == 0


def test_softmax_passes_nan_on(xp):
    assert np.isnan(host(softmax(xp.asarray([np.nan, 1.0])))).all()


def test_a_query_that_may_look_nowhere_gets_zero(xp):
    mask = xp.asarray([[True, False, True], [False, False, False], [False, True, True]])
    output, weights = scaled_dot_product(xp.asarray(QUERY), xp.asarray(QUERY), xp.asarray(VALUE), mask)
    assert host(weights)[1].tolist() == [0, 0, 0] and host(output)[1].tolist() == [0, 0]
    assert np.allclose(host(weights)[[0, 2]].sum(axis=-1), 1)


@given(seeds, st.integers(1, 6), st.integers(1, 6))
def test_rows_sum_to_one_and_outputs_are_averages(seed, n_q, n_k):
    rng = np.random.default_rng(seed)
    value = rng.normal(size=(n_k, 3))
    output, weights = scaled_dot_product(rng.normal(size=(n_q, 4)) * 10, rng.normal(size=(n_k, 4)), value)
    assert np.allclose(weights.sum(axis=-1), 1) and (weights >= 0).all()
    assert (output <= value.max(axis=0) + 1e-12).all() and (output >= value.min(axis=0) - 1e-12).all()


@given(seeds, st.integers(1, 8))
def test_permuting_the_positions_permutes_the_output(seed, n):
    rng = np.random.default_rng(seed)
    x, order = rng.normal(size=(n, 8)), rng.permutation(n)
    params = {name: {"weight": rng.normal(size=(8, 8))} for name in ("query", "key", "value", "output")}
    output, weights = multi_head(x, params, 2)
    moved, moved_weights = multi_head(x[order], params, 2)
    assert worst(moved, output[order]) < 1e-9
    assert worst(moved_weights, weights[:, order][:, :, order]) < 1e-9


@given(seeds, st.integers(2, 8))
def test_a_causal_position_does_not_see_what_follows(seed, n):
    rng = np.random.default_rng(seed)
    x, mask = rng.normal(size=(n, 4)), causal_mask(n, np)
    output, weights = scaled_dot_product(x, x, x, mask)
    assert (np.triu(weights, 1) == 0).all() and (np.tril(weights) > 0).sum() == n * (n + 1) // 2
    x[-1] = rng.normal(size=4)
    assert (scaled_dot_product(x, x, x, mask)[0][:-1] == output[:-1]).all()


def test_causal_mask_is_the_lower_triangle(xp):
    assert (host(causal_mask(4, xp)) == np.tril(np.ones((4, 4), dtype=bool))).all()
    assert causal_mask(0, xp).shape == (0, 0)


@given(seeds, st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_merge_undoes_split(seed, n_heads, n, d_head, batched):
    x = np.random.default_rng(seed).normal(size=(2, n, n_heads * d_head) if batched else (n, n_heads * d_head))
    parts = split_heads(x, n_heads)
    assert parts.shape == (*x.shape[:-2], n_heads, n, d_head)
    assert (parts[..., 0, :, :] == x[..., :d_head]).all()  # the first head is the first d_head columns
    assert (merge_heads(parts) == x).all()


@settings(max_examples=20)
@given(seeds, st.sampled_from([16, 64, 256]))
def test_the_scale_keeps_the_scores_variance_near_one(seed, d_k):
    rng = np.random.default_rng(seed)
    query, key = rng.normal(size=(200, d_k)), rng.normal(size=(200, d_k))
    weights = scaled_dot_product(query, key, key)[1]
    scores = np.log(weights)  # the scaled scores, less a constant in each row
    assert 0.7 < scores.var(axis=-1).mean() < 1.3
    assert np.allclose(scaled_dot_product(query, key, key, scale=1 / np.sqrt(d_k))[1], weights)


def test_heads_are_independent(xp):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 6))
    params = {name: {"weight": rng.normal(size=(6, 6)), "bias": rng.normal(size=6)} for name in ("query", "key", "value")}
    both, _ = heads(xp.asarray(x), {k: {n: xp.asarray(a) for n, a in p.items()} for k, p in params.items()}, 2)
    second = {name: {"weight": xp.asarray(p["weight"][3:]), "bias": xp.asarray(p["bias"][3:])} for name, p in params.items()}
    alone, _ = heads(xp.asarray(x), second, 1)
    assert worst(host(both)[1], host(alone)[0]) < 1e-12


x34, x35 = np.ones((3, 4)), np.ones((3, 5))
SQUARE = {name: {"weight": np.eye(4)} for name in ("query", "key", "value", "output")}
WRONG = {
    "a list": (lambda: softmax([1.0, 2.0]), DTypeError, "x must be an array, not list"),
    "integers": (lambda: softmax(np.arange(3)), DTypeError, "floating-point numbers, not int64"),
    "an axis too many": (lambda: softmax(x34, axis=2), ShapeError, "axis 2 of shape (3, 4)"),
    "an empty axis": (lambda: softmax(np.ones((3, 0))), ShapeError, "axis -1 of shape (3, 0)"),
    "d_k": (lambda: scaled_dot_product(x34, x35, x35), ShapeError, "query (3, 4) and key (3, 5)"),
    "n_k": (lambda: scaled_dot_product(x34, x34, np.ones((2, 4))), ShapeError, "key (3, 4) and value (2, 4)"),
    "a vector": (lambda: scaled_dot_product(np.ones(4), x34, x34), ShapeError, "query needs at least 2 axes"),
    "a mask's shape": (lambda: scaled_dot_product(x34, x34, x34, np.ones((3, 2), bool)), ShapeError, "mask (3, 2) does not"),
    "a mask's axes": (lambda: scaled_dot_product(x34, x34, x34, np.ones((1, 3, 3), bool)), ShapeError, "mask (1, 3, 3)"),
    "a mask's dtype": (lambda: scaled_dot_product(x34, x34, x34, np.ones((3, 3), int)), DTypeError, "mask must be boolean"),
    "heads that do not fit": (lambda: split_heads(x34, 3), ShapeError, "4 dimensions cannot be cut into 3"),
    "no heads": (lambda: split_heads(x34, 0), ShapeError, "into 0 equal heads"),
    "a missing projection": (lambda: multi_head(x34, {"query": SQUARE["query"]}, 2), MissingTensor, "'key'; it has query"),
    "a missing weight": (lambda: multi_head(x34, SQUARE | {"key": {}}, 2), MissingTensor, "key has no 'weight'; it has nothing"),
    "a weight's shape": (lambda: multi_head(x35, SQUARE, 2), ShapeError, "x (3, 5) does not fit weight (4, 4)"),
    "a bias's shape": (
        lambda: multi_head(x34, SQUARE | {"output": {"weight": np.eye(4), "bias": np.ones(3)}}, 2),
        ShapeError,
        "bias (3,) should be (4,)",
    ),
}


@pytest.mark.parametrize("call, kind, words", WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_named(call, kind, words):
    with pytest.raises(kind, match=re.escape(words)) as caught:
        call()
    assert isinstance(caught.value, EngineRoomError)
