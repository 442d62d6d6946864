"""Sampling against transformers and worked numbers; speculative decoding by enumerating every outcome."""

import itertools
import math
from decimal import Decimal, localcontext
from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engineroom import generate, sample, speculative
from engineroom.attention import softmax
from engineroom.errors import DTypeError, ShapeError, UnsupportedConfig
from nearness import host, worst

LOGITS = [2.0, 1.0, 0.5, 0.0, -1.0]


def chances(logits):
    return host(softmax(logits))


class Given:
    """A generator that always gives `value`."""

    def __init__(self, value):
        self.random = lambda: value


@pytest.mark.filterwarnings("error")
def test_the_worked_numbers(xp):
    z = xp.asarray(LOGITS)
    assert worst(chances(z), np.array([0.56302123, 0.20712394, 0.12562702, 0.07619664, 0.02803118])) <= 5e-9
    assert worst(chances(sample.temperature(z, 0.5))[:2], np.array([0.82924464, 0.11222606])) <= 5e-9
    assert worst(chances(sample.temperature(z, 2.0))[:2], np.array([0.37454491, 0.22717297])) <= 5e-9
    assert chances(sample.temperature(z, 0)).tolist() == [1, 0, 0, 0, 0] and generate.greedy(z) == 0
    assert worst(chances(sample.top_k(z, 2)), np.array([0.73105858, 0.26894142, 0, 0, 0])) <= 5e-9
    assert worst(chances(sample.top_p(z, 0.9)), np.array([0.57925853, 0.2130973, 0.12925005, 0.07839412, 0])) <= 5e-9
    assert (chances(sample.min_p(z, 0.1)) > 0).tolist() == [True] * 4 + [False]
    p = chances(z)
    assert math.isclose(-(p * np.log(p)).sum(), 1.20648921, abs_tol=5e-9)


def test_the_steps_equal_transformers(golden, xp, measured):
    arrays, error, cases = golden("parts"), 0.0, 0
    logits, said = xp.asarray(arrays["sample/logits"]), arrays["sample/said"].astype(int).tolist()
    for key in (key for key in arrays if key.startswith("sample/") and key.count("/") == 2):
        _, kind, argument = key.split("/")
        if kind == "repetition_penalty":
            ours = xp.stack([sample.repetition_penalty(logits[row, :], said, float(argument)) for row in range(logits.shape[0])])
        else:
            ours = getattr(sample, kind)(logits, int(argument) if kind == "top_k" else float(argument))
        error, cases = max(error, worst(chances(ours), host(chances(arrays[key])))), cases + 1
        rows = slice(0, 5) if kind == "top_p" else slice(None)  # among equals transformers keeps the last, by its sort
        assert (np.isfinite(host(ours))[rows] == np.isfinite(arrays[key])[rows]).all(), key
    assert cases == 11 and error <= 1e-12
    measured("sampling", against=arrays["against"], error=error, metric="max abs. error of chances", cases=cases)


def test_draws_follow_the_chances(xp):
    p = xp.asarray([0.0, 0.25, 0.5, 0.25, 0.0])
    single = xp.asarray([0.5, 0.5, 0.0], dtype=xp.float32)
    assert sample.draw(single, Given(1 - 1e-12)) == 1  # one, in float32
    assert [sample.draw(p, Given(u)) for u in (0.0, 0.2499, 0.25, 0.7499, 0.75, 0.999999)] == [1, 1, 2, 2, 3, 3]
    rng = Random(0)
    counts = np.bincount([sample.draw(p, rng) for _ in range(4000)], minlength=5) / 4000
    assert counts[0] == counts[4] == 0 and np.abs(counts - host(p)).max() < 0.03
    choose = generate.sampler(Random(1), partial(sample.temperature, t=0.7), partial(sample.top_k, k=2))
    assert {choose(xp.asarray(LOGITS)) for _ in range(50)} == {0, 1}


def test_a_stream_asks_for_each_token_once_and_stops():
    asked = []

    def step(ids, cache):
        asked.append(list(ids))
        return np.eye(9)[(ids[-1] + 1) % 9], (*cache, *ids)

    written = generate.stream(step, (), [1, 2], 3)
    assert list(written) == [3, 4, 5] and asked == [[1, 2], [3], [4]] and written.cache == (1, 2, 3, 4)
    assert list(generate.stream(step, (), [4], 9, stop={8})) == [5, 6, 7]
    asked.clear()
    assert list(generate.stream(step, (1, 2), [1, 2, 3], 1)) == [4] and asked == [[3]]


def test_characters_wait_for_their_last_byte():
    data = "aé東😀".encode()
    assert list(generate.text(range(len(data)), lambda id: data[id : id + 1])) == ["a", "é", "東", "😀"]
    assert list(generate.text([0], lambda id: "東".encode()[:2])) == ["\ufffd"]


def distributions(n):
    weights = st.lists(st.integers(0, 6), min_size=n, max_size=n).filter(any)
    return weights.map(lambda w: np.array(w) / sum(w))


@given(st.data(), st.integers(2, 4), st.integers(0, 2))
def test_speculative_decoding_draws_from_the_large_model_alone(data, n, length):
    """Every outcome with its exact chance: the first token is distributed as the first row of p, whatever the draft proposes."""
    p = np.stack([data.draw(distributions(n)) for _ in range(length + 1)])
    q = np.stack([data.draw(distributions(n)) for _ in range(length)]) if length else np.zeros((0, n))
    found = np.zeros((n,) * (length + 1))  # chance of each whole continuation, what comes after a rejection drawn from p again
    for draft in itertools.product(range(n), repeat=length):
        weight = math.prod(q[at, token] for at, token in enumerate(draft))
        if not weight:
            continue
        for at in range(length + 1):
            kept = math.prod(float(speculative.accepted(p[i], q[i])[draft[i]]) for i in range(at))
            last = (
                p[length]
                if at == length
                else (1 - float(speculative.accepted(p[at], q[at])[draft[at]])) * np.asarray(speculative.residual(p[at], q[at]))
            )
            for rest in itertools.product(range(n), repeat=length - at):
                after = math.prod(p[at + 1 + i, token] for i, token in enumerate(rest))
                for token in range(n):
                    found[(*draft[:at], token, *rest)] += weight * kept * last[token] * after
    expected = p[0]
    for row in p[1:]:
        expected = np.multiply.outer(expected, row)
    assert worst(found, expected) <= 1e-12


def test_speculative_worked_example(xp):
    p, q = xp.asarray([0.6, 0.3, 0.1]), xp.asarray([0.3, 0.3, 0.4])
    rate = float(xp.sum(q * speculative.accepted(p, q)))
    assert math.isclose(rate, 0.7) and worst(speculative.residual(p, q), np.array([1.0, 0, 0])) <= 1e-12
    assert worst(speculative.residual(p, p), host(p)) == 0


def test_verify_takes_the_chances_it_says():
    p = np.array([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1]])
    q = np.array([[0.3, 0.3, 0.4]])
    rng, first, second, full = Random(3), np.zeros(3), np.zeros(3), 0
    for _ in range(6000):
        draft = [sample.draw(q[0], rng)]
        out = speculative.verify(draft, p, q, rng)
        first[out[0]] += 1
        if len(out) == 2:
            assert out[0] == draft[0]
            second[out[1]] += 1
            full += 1
    assert np.abs(first / 6000 - p[0]).max() < 0.025 and np.abs(second / full - p[1]).max() < 0.025 and abs(full / 6000 - 0.7) < 0.025


@given(st.floats(0, 1), st.lists(st.floats(-20, 20), min_size=1, max_size=30))
def test_what_stays_is_never_nothing(share, values):
    z = np.array(values)
    assume(share > 0)
    for kept in (sample.top_p(z, share), sample.min_p(z, share), sample.top_k(z, 1), sample.temperature(z, 0)):
        assert np.isfinite(kept).any() and kept[z.argmax()] == z.max()
    assert sum(chances(sample.top_p(z, share)) > 0) <= len(z)


TYPES = st.sampled_from([np.float16, np.float32, np.float64])
SCORES = st.lists(st.one_of(st.floats(-60, 60), st.floats(-60000, 60000), st.just(-math.inf)), min_size=1, max_size=20).filter(
    lambda z: max(z) > -math.inf
)


def exact(logits, t=1.0):
    """The chances of softmax(z / t) to fifty digits."""
    with localcontext() as context:
        context.prec, context.Emin = 50, -999_999_999
        z = [Decimal(float(value)) / Decimal(float(t)) for value in logits]
        e = [(value - max(z)).exp() for value in z]
        return [value / sum(e) for value in e]


@pytest.mark.filterwarnings("error")
@given(TYPES, SCORES, st.one_of(st.floats(0.01, 100), st.floats(5e-324, 1e-2), st.sampled_from([1e-40, 1e-8, 1e300])))
def test_every_temperature_has_the_chances_of_the_equation(dtype, values, t):
    z = np.array(values, dtype)
    ours = sample.temperature(z, t)
    assert ours.dtype == dtype
    rounded = 2 * float(np.abs(ours[np.isfinite(ours)]).max()) * float(np.finfo(dtype).eps)  # what the scores' last digits are worth
    for found, chance in zip(softmax(ours.astype(np.float64)).tolist(), exact(z, t)):
        assert max(found, chance) < 1e-12 or abs(math.log(found) - float(chance.ln())) <= rounded + 1e-9


@given(
    TYPES, SCORES, st.one_of(st.floats(0, 1, exclude_min=True), st.floats(1e-12, 1e-3), st.floats(1e-12, 1e-3).map(lambda rest: 1 - rest))
)
def test_the_nucleus_is_the_smallest_that_holds_p(dtype, values, p):
    z = np.array(values, dtype)
    kept, chance = np.isfinite(sample.top_p(z, p)), exact(z)
    if p == 1:
        assert (kept == np.isfinite(z)).all()
        return
    held = [chance[i] for i in np.flatnonzero(kept)]
    assert sum(held) >= Decimal(p) - Decimal("1e-14") and sum(held) - min(held) <= Decimal(p) + Decimal("1e-14")
    assert min(held) >= max([chance[i] for i in np.flatnonzero(~kept)], default=0)


@given(TYPES, SCORES, st.one_of(st.floats(0, 1), st.floats(0, 1e-6)))
def test_min_p_keeps_what_is_likely_enough(dtype, values, p):
    z = np.array(values, dtype)
    for kept, chance, score in zip(np.isfinite(sample.min_p(z, p)), exact(z), z):
        bound = Decimal(p) * max(exact(z))
        if abs(chance - bound) > bound * Decimal("1e-9") and score > -math.inf:
            assert kept == (chance > bound)


def test_nothing_of_a_vocabulary_is_lost_to_rounding():
    z = np.random.default_rng(0).normal(0, 3, 50257).astype(np.float32)
    assert np.isfinite(sample.top_p(z, 1.0)).all() and np.isfinite(sample.top_p(z, 1 - 1e-9)).mean() > 0.99
    flat = np.full(50257, 1 / 50257, np.float16)  # summed in float16, the chances would end near 0.03
    assert sample.draw(flat, Given(0.75)) == pytest.approx(0.75 * 50257, abs=2)


@given(TYPES, SCORES, st.floats(5e-324, 1e300), st.data())
def test_a_penalty_leaves_no_nan_and_only_lowers(dtype, values, penalty, data):
    z = np.array(values, dtype)
    said = data.draw(st.sets(st.integers(0, len(values) - 1)))
    with np.errstate(over="ignore"):
        ours = sample.repetition_penalty(z, sorted(said), penalty)
    assert ours.dtype == dtype and not np.isnan(softmax(ours.astype(np.float64))).any() and (np.isfinite(ours) == np.isfinite(z)).all()
    assert all((ours[i] <= z[i]) if penalty >= 1 else (ours[i] >= z[i]) for i in said)
    assert all(ours[i] == z[i] for i in range(len(values)) if i not in said)


def test_what_cannot_be_is_named(xp):
    z = xp.asarray(LOGITS)
    for step, message in (
        (partial(sample.temperature, t=-1), "not negative"),
        (partial(sample.temperature, t=math.nan), "not negative"),
        (partial(sample.top_k, k=0), "at least one"),
        (partial(sample.top_p, p=0), "above 0"),
        (partial(sample.top_p, p=1.1), "above 0"),
        (partial(sample.min_p, p=-0.1), "from 0 to 1"),
        (partial(sample.repetition_penalty, ids=[], penalty=0), "positive"),
        (partial(sample.repetition_penalty, ids=[], penalty=math.inf), "finite"),
        (partial(sample.temperature, t=math.inf), "finite"),
    ):
        with pytest.raises(UnsupportedConfig, match=message):
            step(z)
    with pytest.raises(DTypeError):
        sample.top_p(xp.asarray([1, 2]), 0.5)
    with pytest.raises(ShapeError, match="one token"):
        sample.draw(xp.ones((2, 2)), Random(0))
    for nothing in (0.0, math.nan):
        with pytest.raises(UnsupportedConfig, match=f"sum to {nothing}"):
            sample.draw(xp.asarray([nothing, nothing]), Random(0))
    with pytest.raises(ShapeError, match="p one row longer"):
        speculative.verify([0], xp.ones((1, 3)), xp.ones((1, 3)), Random(0))
    with pytest.raises(ShapeError, match="one shape"):
        speculative.accepted(xp.ones(2), xp.ones(3))
