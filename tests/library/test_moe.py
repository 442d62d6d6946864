"""Mixtures of experts against transformers' own, published numbers, and what holds for every mixture."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom import moe
from engineroom.errors import DTypeError, MissingTensor, ShapeError
from engineroom.feedforward import gated_feed_forward
from engineroom.moe import Routing
from nearness import host, nested, worst

TOY = np.asarray([[2.0, 1, 0, -1], [0, 3, 1, 0], [1, 1, 1, 4], [2, 1.5, 0, 0.5]])


def layer(arrays, name, xp=np):
    """A layer's parameters by checkpoint name, in doubles."""
    found = {key: array.astype(float) for key, array in arrays.items() if key.startswith(f"{name}/") and "." in key}
    params = nested(found, f"{name}/", xp)
    for key in (key for key in found if key.endswith(("_proj", "_bias"))):
        *path, leaf = key.removeprefix(f"{name}/").split(".")
        here = params
        for part in path:
            here = here.setdefault(part, {})
        here[leaf] = xp.asarray(found[key])
    return params


def routing(experts, gates=None, n_experts=4, xp=np):
    experts = np.asarray(experts)
    gates = np.ones(experts.shape) if gates is None else gates
    return Routing(xp.asarray(experts), xp.asarray(gates), xp.ones((len(experts), n_experts)) / n_experts)


# The published mixtures


def test_llama4_equals_transformers(xp, golden, measured):
    arrays = golden("mixtures")
    params = layer(arrays, "llama4", xp)
    y = moe.llama4(xp.asarray(arrays["llama4/x"]), params)
    error = worst(y, arrays["llama4/out"])
    assert error <= 5e-6  # their sigmoid works in single precision
    many = xp.asarray(arrays["llama4/x"][:16].reshape(2, 8, 24))
    assert worst(moe.llama4(many, params), arrays["llama4/out"][:16].reshape(2, 8, 24)) <= 5e-6
    measured("Llama 4's mixture", against=arrays["against"], error=error, metric="max abs. error", cases=len(arrays["llama4/x"]))


def test_deepseek_equals_transformers(xp, golden, measured):
    arrays, error = golden("mixtures"), 0.0
    params, x = layer(arrays, "deepseek", xp), xp.asarray(arrays["deepseek/x"][0])
    logits = x @ params["mlp"]["gate"]["weight"].T
    bias = params["mlp"]["gate"]["e_score_correction_bias"]
    plain = moe.biased_top_k(logits, xp.zeros_like(bias), 3).experts
    for kept in (1, 2, 4):
        found = moe.biased_top_k(logits, bias, 3, n_groups=4, n_groups_kept=kept, scale=2.5)
        theirs = np.argsort(arrays[f"deepseek/{kept}/chosen"])  # in no order there
        chosen = np.take_along_axis(arrays[f"deepseek/{kept}/chosen"], theirs, -1)
        ours = np.argsort(host(found.experts))
        assert (np.take_along_axis(host(found.experts), ours, -1) == chosen).all()
        gates = np.take_along_axis(host(found.gates), ours, -1)
        assert worst(gates, np.take_along_axis(arrays[f"deepseek/{kept}/gates"], theirs, -1).astype(float)) <= 1e-6
        assert worst(host(found.gates).sum(-1), np.full(17, 2.5)) <= 1e-12
        assert len({*(host(found.experts) // 3)[0].tolist()}) <= kept
        error = max(error, worst(moe.deepseek(x, params, 3, 4, kept, 2.5), arrays[f"deepseek/{kept}/out"]))
    assert error <= 5e-6 and not (host(plain) == host(found.experts)).all()  # the bias changes some choices
    measured("DeepSeek-V3's mixture", against=arrays["against"], error=error, metric="max abs. error", cases=3 * 17)


# Routing


def test_gates_of_four_logits(xp):
    logits = xp.asarray([[2.0, 1.0, 0.0, -1.0]])
    assert worst(moe.softmax_top_k(logits, 2).gates, host([[0.73105858, 0.26894142]])) <= 5e-9
    assert worst(moe.softmax_top_k(logits, 2, renormalise=False).gates, host([[0.64391426, 0.23688282]])) <= 5e-9
    one = moe.sigmoid_top_1(logits)
    assert worst(one.gates, host([[0.88079708]])) <= 5e-9 and host(one.experts).tolist() == [[0]]
    assert host(moe.softmax_top_k(logits, 3).experts).tolist() == [[0, 1, 2]]


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_softmax_top_k_is_a_softmax_over_the_largest(seed, n, n_experts, k):
    k = min(k, n_experts)
    logits = 4 * np.random.default_rng(seed).normal(size=(n, n_experts))
    found = moe.softmax_top_k(logits, k)
    largest = -np.sort(-logits, axis=-1)[:, :k]
    e = np.exp(largest - largest.max(-1, keepdims=True))
    assert worst(found.gates, e / e.sum(-1, keepdims=True)) <= 1e-12
    assert worst(np.take_along_axis(logits, found.experts, -1), largest) == 0
    assert worst(found.scores.sum(-1), np.ones(n)) <= 1e-12


def test_of_equal_scores_the_lower_expert_is_first(xp):
    tied = xp.asarray([[1.0, 1.0, 1.0, 4.0]])
    assert host(moe.softmax_top_k(tied, 3).experts).tolist() == [[3, 0, 1]]
    assert host(moe.sigmoid_top_1(tied[:, :3]).experts).tolist() == [[0]]
    assert host(moe.biased_top_k(tied, xp.zeros(4), 2).experts).tolist() == [[3, 0]]


def test_a_bias_chooses_and_does_not_count(xp):
    logits = xp.asarray([[2.0, 1.0, 0.0, -1.0]])
    sigmoid = lambda z: 1 / (1 + math.exp(-z))
    found = moe.biased_top_k(logits, xp.asarray([0.0, 0.0, 0.0, 5.0]), 2)
    assert host(found.experts).tolist() == [[3, 0]]
    total = sigmoid(-1) + sigmoid(2)
    assert worst(found.gates, host([[sigmoid(-1) / total, sigmoid(2) / total]])) <= 1e-12


def test_groups_of_one_are_ranked_by_their_one_expert(xp):
    logits = xp.asarray([[0.0, 3.0, 1.0, 2.0]])
    assert host(moe.biased_top_k(logits, xp.zeros(4), 2, n_groups=4, n_groups_kept=2).experts).tolist() == [[1, 3]]
    # Two groups: (0, 3) sums to less than (1, 2) in sigmoids, though it has the best expert.
    assert host(moe.biased_top_k(xp.asarray([[-9.0, 3.0, 1.0, 2.0]]), xp.zeros(4), 1, n_groups=2).experts).tolist() == [[3]]


# Computing what was chosen


def random_experts(rng, n_experts, d, wide):
    shapes = {"gate": (wide, d), "up": (wide, d), "down": (d, wide)}
    return [{name: {"weight": rng.normal(size=shape)} for name, shape in shapes.items()} for _ in range(n_experts)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 7), st.integers(1, 5), st.integers(1, 6))
def test_with_every_expert_chosen_it_is_the_dense_mixture(seed, n, n_experts, d, wide):
    rng = np.random.default_rng(seed)
    x, experts, logits = rng.normal(size=(n, d)), random_experts(rng, n_experts, d, wide), rng.normal(size=(n, n_experts))
    y = moe.mixture(x, moe.softmax_top_k(logits, n_experts), n_experts, lambda e, rows: gated_feed_forward(rows, experts[e]))
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    dense = sum(p[:, e, None] * gated_feed_forward(x, experts[e]) for e in range(n_experts))
    assert worst(y, dense) <= 1e-12 * max(1, np.abs(dense).max())


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 7), st.integers(1, 4))
def test_each_token_gets_what_its_experts_say(seed, n, n_experts, k):
    """Against the plain loop over tokens; some are turned away."""
    rng = np.random.default_rng(seed)
    k = min(k, n_experts)
    x, gates = rng.normal(size=(n, 3)), rng.normal(size=(n, k))
    chosen = np.stack([rng.permutation(n_experts)[:k] for _ in range(n)])
    chosen[rng.random(chosen.shape) < 0.3] = -1
    w = rng.normal(size=(n_experts, 5, 3))
    calls = []

    def apply(e, rows):
        calls.append((e, len(rows)))
        return rows @ w[e].T

    y = moe.mixture(x, routing(chosen, gates, n_experts), n_experts, apply)
    expected = np.zeros((n, 5))
    for i in range(n):
        for j in range(k):
            if chosen[i, j] >= 0:
                expected[i] += gates[i, j] * (w[chosen[i, j]] @ x[i])
    if (chosen >= 0).any():
        assert worst(y, expected) <= 1e-12
    else:
        assert worst(y, np.zeros_like(x)) == 0  # nobody knows the width
    counts = {e: int((chosen == e).sum()) for e in range(n_experts)}
    assert calls == [(e, count) for e, count in counts.items() if count]  # once, on its tokens only, and not at all without


def test_dispatch_on_any_array_library(xp):
    x = xp.asarray([[1.0, 0.0], [0.0, 1.0], [2.0, 3.0]])
    outputs = moe.dispatch(x, xp.asarray([[1, 0], [-1, 1], [3, -1]]), 4, lambda e, rows: rows * 10.0**e)
    assert host(outputs).tolist() == [[[10, 0], [1, 0]], [[0, 0], [0, 10]], [[2000, 3000], [0, 0]]]
    none = moe.dispatch(x, xp.full((3, 1), -1, dtype=xp.int64), 4, lambda e, rows: 1 / 0)
    assert host(none).tolist() == [[[0, 0]]] * 3
    assert moe.dispatch(x[:0, :], xp.zeros((0, 2), dtype=xp.int64), 4, lambda e, rows: 1 / 0).shape == (0, 2, 2)


def test_the_layers_compute_on_float32_in_float32(golden):
    arrays = golden("mixtures")
    params = {"feed_forward": layer(arrays, "llama4")["feed_forward"]}
    single = lambda tree: {key: single(value) if isinstance(value, dict) else value.astype(np.float32) for key, value in tree.items()}
    assert moe.llama4(arrays["llama4/x"].astype(np.float32), single(params)).dtype == np.float32
    y = moe.deepseek(arrays["deepseek/x"][0].astype(np.float32), single(layer(arrays, "deepseek")), 3, 4, 2, 2.5)
    assert y.dtype == np.float32 and worst(y, arrays["deepseek/2/out"]) <= 1e-4


# Balance


def test_switch_loss_is_alpha_when_even_and_grows_with_collapse(xp):
    even = routing([[0], [1], [2], [3]], xp=xp)
    assert abs(float(moe.switch_loss(even)) - 0.01) <= 1e-15
    collapsed = Routing(xp.zeros((5, 1), dtype=xp.int64), xp.ones((5, 1)), xp.asarray([[0.97, 0.01, 0.01, 0.01]] * 5))
    assert abs(float(moe.switch_loss(collapsed)) - 0.0388) <= 1e-15
    assert abs(float(moe.switch_loss(collapsed, alpha=1.0)) - 3.88) <= 1e-13


def test_switch_loss_of_four_tokens(xp):
    found = moe.softmax_top_k(xp.asarray(TOY), 1, renormalise=False)
    assert host(moe.load(found.experts, 4)).tolist() == [0.5, 0.25, 0, 0.25]
    assert worst(xp.mean(found.scores, axis=0), host([0.30911366, 0.3496609, 0.07723145, 0.26399399])) <= 5e-9
    assert abs(float(moe.switch_loss(found, alpha=1.0)) - 1.23188221) <= 5e-9
    both = moe.softmax_top_k(xp.asarray(TOY), 2)
    assert abs(float(moe.switch_loss(both, alpha=1.0)) - 1.23188221) <= 5e-9  # of the first choice alone, whatever k is


def test_mixtral_loss_equals_transformers(xp, golden, measured):
    arrays, error = golden("mixtures"), 0.0
    for k in (1, 2, 3):
        found = moe.softmax_top_k(xp.asarray(arrays["balance/random"]), k)
        error = max(error, abs(float(moe.mixtral_loss(found)) - float(arrays[f"balance/random/{k}/loss"])))
    assert error <= 1e-6
    measured("balance loss", against=arrays["against"], error=error, metric="max abs. error", cases=3)


def test_mixtral_loss_of_four_tokens_depends_on_a_tie(xp, golden):
    """Token 2 has three equal scores for its second place: PyTorch's topk took the last of them, we take the first."""
    arrays = golden("mixtures")
    ours = moe.softmax_top_k(xp.asarray(arrays["balance/toy"]), 2)
    assert host(ours.experts).tolist() == [[0, 1], [1, 2], [3, 0], [0, 1]]
    assert arrays["balance/toy/chosen"].tolist() == [[0, 1], [1, 2], [3, 2], [0, 1]]
    theirs = ours._replace(experts=xp.asarray(arrays["balance/toy/chosen"]))
    assert abs(float(moe.mixtral_loss(theirs)) - 2.085667) <= 5e-7
    assert abs(float(moe.mixtral_loss(theirs)) - float(arrays["balance/toy/2/loss"])) <= 1e-6
    assert abs(float(moe.mixtral_loss(ours)) - 2.3175492) <= 5e-7


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4))
def test_mixtral_loss_is_k_when_even(n_experts, k, rounds):
    k = min(k, n_experts)
    turns = [[(i + j) % n_experts for j in range(k)] for i in range(n_experts * rounds)]
    assert abs(float(moe.mixtral_loss(routing(turns, n_experts=n_experts))) - k) <= 1e-12


def test_load_counts_choices_and_not_those_turned_away(xp):
    assert host(moe.load(xp.asarray([[0, 2], [2, -1], [2, -1]]), 4)).tolist() == [0.25, 0, 0.75, 0]
    with pytest.raises(ShapeError, match="no token was sent"):
        moe.load(host([[-1]]), 4)


def test_a_moved_bias_balances(xp):
    """DeepSeek-V3's: the bias of what is used too much falls, step by step, until the load is even."""
    rng = np.random.default_rng(0)
    logits, bias = xp.asarray(rng.normal(size=(400, 6)) + host([2.0, 1, 0, 0, -1, -2])), xp.zeros(6)
    moved = moe.adjusted_bias(bias, xp.asarray([[0], [0], [0], [1], [2], [3]]), speed=0.25)
    assert host(moved).tolist() == [-0.25, 0, 0, 0, 0.25, 0.25]
    before = host(moe.load(moe.biased_top_k(logits, bias, 2).experts, 6))
    for _ in range(120):
        bias = moe.adjusted_bias(bias, moe.biased_top_k(logits, bias, 2).experts, speed=0.005)
    after = host(moe.load(moe.biased_top_k(logits, bias, 2).experts, 6))
    assert before.max() > 0.3 and after.max() < 0.18 and after.min() > 0.15


# Capacity


def test_capacity():
    assert moe.capacity(1024, 8) == 160
    assert moe.capacity(1000, 10, 1.1) == 110 and moe.capacity(7, 3, 1.0) == 3 and moe.capacity(64, 8, 0.5, k=2) == 8


@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 6), st.integers(1, 3), st.integers(0, 8))
def test_limit_never_exceeds_the_room_and_wastes_none(seed, n, n_experts, k, room):
    k = min(k, n_experts)
    found = moe.softmax_top_k(np.random.default_rng(seed).normal(size=(n, n_experts)), k)
    kept = moe.limit(found, room)
    for e in range(n_experts):
        asked, got = int((found.experts == e).sum()), int((kept.experts == e).sum())
        assert got == min(asked, room)
    there = kept.experts >= 0
    assert (kept.experts[there] == found.experts[there]).all() and (kept.gates[there] == found.gates[there]).all()
    assert (kept.gates[~there] == 0).all() and (kept.scores == found.scores).all()
    assert (moe.limit(kept, room).experts == kept.experts).all()


def test_first_choices_come_first_then_earlier_tokens(xp):
    found = routing([[0, 1], [1, 0], [1, 2], [0, 1], [2, 0]], xp=xp)
    kept = moe.limit(found, 2)
    # Expert 0: tokens 0 and 3 by first choice, so that 1 and 4 lose their second. Expert 1: 1 and 2. Expert 2: 4, then 2.
    assert host(kept.experts).tolist() == [[0, -1], [1, -1], [1, 2], [0, -1], [2, -1]]
    assert host(kept.gates).tolist() == [[1, 0], [1, 0], [1, 1], [1, 0], [1, 0]]
    y = moe.mixture(xp.ones((5, 1)), kept, 4, lambda e, rows: rows)
    assert host(y).tolist() == [[1], [1], [2], [1], [1]]


@pytest.mark.parametrize(
    "n_experts, k, n, touched", [(128, 1, 64, 50.516), (128, 1, 512, 125.692), (8, 2, 8, 7.199), (256, 8, 64, 222.442)]
)
def test_distinct_experts(n_experts, k, n, touched):
    assert abs(moe.distinct(n_experts, k, n) - touched) <= 5e-4
    rng = np.random.default_rng(0)
    chosen = [np.unique(rng.random((n, n_experts)).argpartition(k - 1)[:, :k]).size for _ in range(100)]
    assert abs(np.mean(chosen) - touched) <= 1


# Errors


def test_what_does_not_fit_is_named(xp, golden):
    logits, three = xp.asarray(TOY), xp.zeros((3, 2))
    for call, error, message in (
        (lambda: moe.softmax_top_k(logits, 5), ShapeError, "5 of 4 experts cannot be chosen"),
        (lambda: moe.softmax_top_k(logits, 0), ShapeError, "0 of 4 experts cannot be chosen"),
        (lambda: moe.softmax_top_k(xp.ones((1, 2, 4)), 1), ShapeError, r"logits \(1, 2, 4\) should be \(n, E\)"),
        (lambda: moe.softmax_top_k(xp.ones((4,)), 1), ShapeError, "logits needs at least 2 axes"),
        (lambda: moe.sigmoid_top_1(xp.asarray([[1, 2]])), DTypeError, "logits must hold floating-point numbers"),
        (lambda: moe.biased_top_k(logits, xp.zeros(3), 2), ShapeError, r"bias \(3,\) should be \(4,\)"),
        (lambda: moe.biased_top_k(logits, xp.asarray([0, 0, 0, 0]), 2), DTypeError, "bias must hold floating-point"),
        (lambda: moe.biased_top_k(logits, xp.zeros(4), 2, n_groups=3), ShapeError, "1 of 3 groups of 4 experts"),
        (lambda: moe.biased_top_k(logits, xp.zeros(4), 2, n_groups=2, n_groups_kept=3), ShapeError, "3 of 2 groups"),
        (lambda: moe.biased_top_k(logits, xp.zeros(4), 3, n_groups=2), ShapeError, "3 experts cannot be chosen from 1 groups of 2"),
        (lambda: moe.dispatch(three, xp.asarray([[0], [1]]), 2, None), ShapeError, "3 tokens do not fit the routing of 2"),
        (lambda: moe.dispatch(three, xp.asarray([[0], [1], [2]]), 2, None), ShapeError, "numbered 0 to 1, −1 for none"),
        (lambda: moe.dispatch(three, xp.asarray([[0], [1], [-2]]), 2, None), ShapeError, "numbered 0 to 1, −1 for none"),
        (lambda: moe.limit(routing([[0]], xp=xp), -1), ShapeError, "room for -1 tokens"),
        (lambda: moe.capacity(0, 8), ShapeError, "0 tokens, 8 experts"),
        (lambda: moe.capacity(8, 8, 0), ShapeError, "factor 0: all must be above zero"),
        (lambda: moe.distinct(8, 9, 1), ShapeError, "1 tokens cannot choose 9 of 8 experts"),
        (lambda: moe.mixtral(three, {"mlp": {}}), MissingTensor, "block_sparse_moe"),
        (lambda: moe.mixtral(three, {"block_sparse_moe": {"gate": {"weight": xp.ones((4, 2))}}}, 1), MissingTensor, "has no 'experts'"),
        (lambda: moe.llama4(three, {"feed_forward": {}}), MissingTensor, "router"),
        (lambda: moe.deepseek(three, {"mlp": {"gate": {"weight": xp.ones((4, 2))}}}, 1), MissingTensor, "e_score_correction_bias"),
    ):
        with pytest.raises(error, match=message):
            call()
    params = layer(golden("mixtures"), "llama4", xp)
    params["feed_forward"]["experts"]["down_proj"] = params["feed_forward"]["experts"]["down_proj"][:, :5, :]
    with pytest.raises(ShapeError, match=r"down_proj \(6, 5, 24\) should be"):
        moe.llama4(xp.ones((2, 24)), params)


# Fixed room


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 7), st.integers(1, 4), st.integers(1, 14))
def test_with_room_for_all_it_is_the_mixture_and_with_less_what_limit_leaves(seed, n, n_experts, k, room):
    rng, k = np.random.default_rng(seed), min(k, n_experts)
    x, gates, w = rng.normal(size=(n, 3)), rng.normal(size=(n, k)), rng.normal(size=(n_experts, 5, 3))
    chosen = np.stack([rng.permutation(n_experts)[:k] for _ in range(n)])
    chosen[rng.random(chosen.shape) < 0.2] = -1
    found, sizes = routing(chosen, gates, n_experts), []

    def apply(e, rows):
        sizes.append(rows.shape)
        return rows @ w[e].T

    fixed = moe.mixture(x, found, n_experts, apply, room)
    assert sizes == [(room, 3)] * n_experts
    kept = moe.limit(found, room)
    if (kept.experts >= 0).any():
        assert worst(fixed, moe.mixture(x, kept, n_experts, apply)) <= 1e-12
    if max(np.bincount(chosen[chosen >= 0], minlength=1)) <= room and (chosen >= 0).any():
        assert worst(fixed, moe.mixture(x, found, n_experts, apply)) <= 1e-12


def test_a_token_without_a_place_gets_nothing_from_that_expert():
    """Expert 0 has room for one: token 0's first choice; token 1's second choice waits behind it."""
    found = routing([[0, 1], [1, 0]])
    y = moe.dispatch_fixed(np.eye(2), found.experts, 2, lambda e, rows: rows + e, 1)
    assert y.tolist() == [[[1, 0], [0, 0]], [[1, 2], [0, 0]]]
    with pytest.raises(ShapeError, match="numbered 0 to 1"):
        moe.dispatch_fixed(np.eye(2), np.asarray([[2], [0]]), 2, lambda e, rows: rows, 1)
    with pytest.raises(ShapeError, match="room for a token, not for 0"):
        moe.dispatch_fixed(np.eye(2), found.experts, 2, lambda e, rows: rows, 0)


def test_published_mixtures_in_fixed_room(golden):
    """Room for every token: nothing is dropped, and the numbers are those of transformers."""
    arrays = golden("mixtures")
    x = arrays["llama4/x"]
    assert worst(moe.llama4(x, layer(arrays, "llama4"), room=len(x)), arrays["llama4/out"]) <= 5e-6
    x = arrays["deepseek/x"][0]
    assert worst(moe.deepseek(x, layer(arrays, "deepseek"), 3, 4, 2, 2.5, room=len(x)), arrays["deepseek/2/out"]) <= 5e-6
