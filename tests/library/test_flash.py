"""FlashAttention: against PyTorch's attention and the whole matrix's, whatever the tiles; and what it moves, counted and in closed form."""

import math
import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom import masks
from engineroom.attention import causal_mask, grouped, multi_head, scaled_dot_product
from engineroom.errors import DTypeError, EngineRoomError, ShapeError
from engineroom.flash import (
    Tiles,
    Traffic,
    average,
    block_sizes,
    causal,
    flash_2_traffic,
    flash_attention,
    flash_attention_2,
    flash_traffic,
    held,
    log_sum,
    standard_attention,
    standard_traffic,
    start,
    step,
)
from nearness import host, worst

LOOPS = {"flash_attention": flash_attention, "flash_attention_2": flash_attention_2}
seeds, sizes = st.integers(0, 2**32 - 1), st.integers(1, 12)
lengths, sides = st.integers(1, 24), st.integers(1, 27)


@pytest.fixture(params=LOOPS.values(), ids=LOOPS)
def loop(request):
    return request.param


def drawn(seed, n_q, n_k, d_k, d_v, leading=(), size=1.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = (n_q, d_k), (n_k, d_k), (n_k, d_v)
    query, key, value = (rng.normal(size=(*leading, *shape)).astype(dtype) for shape in shapes)
    return size * query, key, value


def logs_of(query, key, mask=None):
    """The log of each row's sum of exponentials, from the whole matrix."""
    scores = query @ np.swapaxes(key, -1, -2) / math.sqrt(key.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    with np.errstate(divide="ignore"):
        most = np.maximum(scores.max(axis=-1, keepdims=True), -1e300)
        return (most + np.log(np.exp(scores - most).sum(axis=-1, keepdims=True)))[..., 0]


def test_it_equals_pytorch(loop, xp, golden, measured):
    arrays = golden("flash")
    error, cases = 0.0, int(arrays["cases"])
    for i in range(cases):
        query, key, value = (xp.asarray(arrays[f"{i}/{name}"]) for name in ("query", "key", "value"))
        mask = causal(xp) if f"{i}/causal" in arrays else xp.asarray(arrays[f"{i}/mask"]) if f"{i}/mask" in arrays else None
        expected = arrays[f"{i}/log_sum"]
        for tiles in (Tiles(1, 7), Tiles(7, 5), Tiles(64, 64)):
            output, logs = loop(query, key, value, tiles, mask)
            logs, empty = host(logs), np.isneginf(expected)
            assert (np.isneginf(logs) == empty).all()
            error = max(error, worst(output, arrays[f"{i}/output"]), worst(logs[~empty], expected[~empty]))
    assert error < 1e-12
    measured("FlashAttention", against=arrays["against"], error=error, metric="max abs. error", cases=3 * cases)


@given(seeds, lengths, lengths, sizes, sizes, sides, sides, st.sampled_from([(), (2,), (2, 3)]))
def test_it_equals_the_whole_matrix_whatever_the_tiles(seed, n_q, n_k, d_k, d_v, rows, columns, leading):
    query, key, value = drawn(seed, n_q, n_k, d_k, d_v, leading, size=seed % 5 + 1)
    expected, logs = scaled_dot_product(query, key, value)[0], logs_of(query, key)
    for loop in LOOPS.values():
        output, found = loop(query, key, value, Tiles(rows, columns))
        assert worst(output, expected) < 1e-12 and worst(found, logs) < 1e-12
    assert worst(standard_attention(query, key, value)[0], expected) == 0


@given(seeds, lengths, lengths, sides, sides, st.sampled_from([0.0, 0.05, 0.5, 0.95]))
def test_under_any_mask_and_rows_that_may_look_nowhere_get_zeros(seed, n_q, n_k, rows, columns, share):
    query, key, value = drawn(seed, n_q, n_k, 4, 3, (2,))
    mask = np.random.default_rng(seed).random((2, n_q, n_k)) < share
    mask[:, ::4] = False
    expected, logs = scaled_dot_product(query, key, value, mask)[0], logs_of(query, key, mask)
    for loop in LOOPS.values():
        output, found = loop(query, key, value, Tiles(rows, columns), mask)
        assert worst(output, expected) < 1e-12 and (output[:, ::4] == 0).all()
        assert (np.isneginf(found) == np.isneginf(logs)).all() and np.isneginf(found[:, ::4]).all()
        assert np.allclose(found, logs, atol=1e-12)


@given(seeds, st.integers(1, 20), st.integers(0, 6), sides, sides)
def test_causal_by_tiles_equals_the_whole_mask(seed, n, kept, rows, columns):
    query, key, value = drawn(seed, n, kept + n, 4, 3)
    whole = causal_mask(n, np, kept)
    expected = scaled_dot_product(query, key, value, whole)[0]
    for loop in LOOPS.values():
        for mask in (causal(np, kept), whole):
            assert worst(loop(query, key, value, Tiles(rows, columns), mask)[0], expected) < 1e-12


def test_masks_of_every_shape_broadcast(loop, xp):
    query, key, value = (xp.asarray(a) for a in drawn(0, 9, 11, 4, 3, (2, 3)))
    rng = np.random.default_rng(1)
    for shape in ((11,), (9, 1), (9, 11), (1, 11), (3, 9, 11), (2, 1, 9, 11), (1, 1)):
        for mask in (rng.random(shape) < 0.6, rng.normal(size=shape)):
            mask = xp.asarray(mask)
            expected = host(scaled_dot_product(query, key, value, mask)[0])
            assert worst(loop(query, key, value, Tiles(4, 3), mask)[0], expected) < 1e-12


def test_leading_axes_broadcast_and_no_queries_are_no_error(loop, xp):
    query, key, value = (xp.asarray(a) for a in drawn(0, 9, 11, 4, 3))
    keys = xp.stack([key, key + 1])
    never = lambda rows, columns: False
    for q, k, mask in ((query, keys, None), (xp.stack([query] * 2), key, None), (query, keys, never), (query[:0, :], key, None)):
        expected = host(scaled_dot_product(q, k, value, mask if mask is None else xp.zeros((9, 11), dtype=xp.bool))[0])
        assert worst(loop(q, k, value, Tiles(4, 3), mask)[0], expected) < 1e-12


def test_the_scale_and_the_dtype_are_kept(loop, xp):
    query, key, value = (xp.asarray(a) for a in drawn(0, 33, 40, 8, 5, dtype=np.float32))
    output, logs = loop(query, key, value, Tiles(8, 8), causal(xp, 7), scale=0.25)
    assert output.dtype == logs.dtype == xp.float32
    wide = (host(a).astype(np.float64) for a in (query, key, value))
    assert worst(output, scaled_dot_product(*wide, causal_mask(33, np, 7), scale=0.25)[0]) < 1e-5


def test_scores_that_overflow_without_the_maximum(loop):
    """e^89 is more than float32 holds; the running maximum keeps every exponent at or below zero."""
    query, key, value = drawn(0, 6, 32, 4, 3, size=2000.0, dtype=np.float32)
    assert (query @ key.T / 2).max() > 89 > math.log(np.finfo(np.float32).max)
    wide = (np.asarray(a, dtype=np.float64) for a in (query, key, value))
    assert worst(loop(query, key, value, Tiles(4, 4))[0], scaled_dot_product(*wide)[0]) < 1e-3


@given(seeds, st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_online_softmax_in_pieces_of_any_size(seed, pieces):
    """After each piece, what is kept is the softmax of what came so far; in any order it comes to the same."""
    rng = np.random.default_rng(seed)
    scores, value = 30 * rng.normal(size=(3, sum(pieces))), rng.normal(size=(sum(pieces), 2))
    running, at = start(rng.normal(size=(3, 4)), 2), 0
    for piece in pieces:
        running = step(running, scores[:, at : at + piece], value[at : at + piece])
        at += piece
        assert worst(average(running), scaled_dot_product(scores[:, :at], np.eye(at), value[:at], scale=1.0)[0]) < 1e-12
        assert worst(running.maximum[:, 0], scores[:, :at].max(axis=-1)) == 0 and (running.total >= 1 - 1e-12).all()
        assert worst(np.exp(scores[:, :at] - log_sum(running)[:, None]).sum(axis=-1), np.ones(3)) < 1e-12


@pytest.mark.filterwarnings("error")
def test_before_any_key_the_average_is_zero_and_nothing_warns(xp):
    running = start(xp.zeros((3, 4)), 2)
    hidden = step(running, xp.full((3, 5), -math.inf), xp.ones((5, 2)))
    for empty in (running, hidden):
        assert worst(average(empty), np.zeros((3, 2))) == 0 and np.isneginf(host(log_sum(empty))).all()
    seen = step(hidden, xp.zeros((3, 5)), xp.ones((5, 2)))
    assert worst(average(seen), np.ones((3, 2))) == 0 and worst(log_sum(seen), np.full(3, math.log(5))) < 1e-15


class Watch(Traffic):
    """Remembers the shapes that were loaded."""

    def __init__(self):
        super().__init__()
        self.loaded = []

    def load(self, tile):
        self.loaded.append(tile.shape)
        return super().load(tile)


@given(seeds, lengths, lengths, sizes, sizes, sides, sides)
def test_what_is_moved_is_what_the_closed_form_says(seed, n_q, n_k, d_k, d_v, rows, columns):
    query, key, value = drawn(seed, n_q, n_k, d_k, d_v)
    for run, closed in ((flash_attention, flash_traffic), (flash_attention_2, flash_2_traffic)):
        counted = Traffic()
        run(query, key, value, Tiles(rows, columns), traffic=counted)
        assert counted == closed(n_q, n_k, d_k, d_v, Tiles(rows, columns))
    counted = Traffic()
    standard_attention(query, key, value, traffic=counted)
    assert counted == standard_traffic(n_q, n_k, d_k, d_v)
    assert counted.read + counted.written == n_q * d_k + n_k * d_k + n_k * d_v + n_q * d_v + 4 * n_q * n_k
    assert counted.n_bytes() == 2 * counted.n_bytes(2) == 4 * (counted.read + counted.written)


@given(lengths, sides, sides)
def test_causal_skips_the_tiles_that_are_wholly_hidden(n, rows, columns):
    query, key, value = drawn(0, n, n, 3, 2)
    mask = causal_mask(n, np)
    tiles = [(i, j) for i in range(0, n, rows) for j in range(0, n, columns)]
    visible = [(i, j) for i, j in tiles if mask[i : i + rows, j : j + columns].any()]
    keys_outer, queries_outer = Watch(), Watch()
    flash_attention(query, key, value, Tiles(rows, columns), causal(np), traffic=keys_outer)
    flash_attention_2(query, key, value, Tiles(rows, columns), causal(np), traffic=queries_outer)
    assert len(keys_outer.loaded) == 2 * math.ceil(n / columns) + 4 * len(visible)
    assert len(queries_outer.loaded) == math.ceil(n / rows) + 2 * len(visible)
    for_rows = sum(min(rows, n - i) for i, j in visible)
    for_columns = sum(min(columns, n - j) for i, j in visible)
    assert (keys_outer.read, keys_outer.written) == (n * 5 + for_rows * (3 + 2 + 2), (n + for_rows) * (2 + 2))
    assert (queries_outer.read, queries_outer.written) == (n * 3 + for_columns * 5, n * (2 + 1))


def test_half_the_tiles_of_a_causal_square_are_skipped_and_a_window_is_linear():
    n, side = 256, 16
    query, key, value = drawn(0, n, n, 4, 4)
    loads = lambda mask: sum(shape == (side, 4) for shape in watched(query, key, value, Tiles(side, side), mask).loaded)
    everything, lower = loads(None), loads(causal(np))
    assert everything == 16 + 2 * 256 and lower == 16 + 2 * 136  # 16·17/2 of 256 tiles
    window = masks.sliding_mask(n, side, np)
    assert loads(window) == 16 + 2 * 31  # the diagonal and what is left of it


def watched(*args):
    watch = Watch()
    flash_attention_2(*args, traffic=watch)
    return watch


def test_a_mask_that_is_there_as_an_array_is_moved_too(loop):
    query, key, value = drawn(0, 12, 12, 3, 3)
    plain, masked = Traffic(), Traffic()
    loop(query, key, value, Tiles(4, 4), traffic=plain)
    loop(query, key, value, Tiles(4, 4), np.ones((12, 12), bool), traffic=masked)
    assert masked.read - plain.read == 144 and masked.written == plain.written


@pytest.mark.parametrize("d", [16, 64, 128])
@pytest.mark.parametrize("blocks", [1, 2, 6])
def test_with_the_papers_tiles_it_is_the_papers_formula(d, blocks):
    """Theorem 2: Θ(N²d²/M); the constant is 12 and its statistics' share, the rest is linear in N."""
    columns = blocks * d
    fast, n = 4 * d * columns, 4 * columns
    tiles = block_sizes(fast, d)
    assert tiles == Tiles(min(columns, d), columns)
    moved = flash_traffic(n, n, d, d, tiles)
    assert (moved.read + moved.written) * fast == (12 + 16 / d) * n**2 * d**2 + n * (3 * d + 2) * fast
    standard = standard_traffic(n, n, d, d)
    assert standard.read + standard.written == 4 * n**2 + 4 * n * d


def test_block_sizes_round_up_and_their_tiles_fill_the_fast_memory():
    assert block_sizes(98_304, 64) == Tiles(64, 384)  # 192 KB of 16-bit numbers, an A100's
    assert block_sizes(1, 64) == Tiles(1, 1) and block_sizes(1000, 8) == Tiles(8, 32) and block_sizes(257, 8) == Tiles(8, 9)
    for fast in (4096, 16384, 98_304):
        tiles = block_sizes(fast, 64)
        assert held(64, 64, tiles) - tiles.rows * (tiles.columns + 2) <= fast
    assert held(3, 2, Tiles(4, 5)) == 4 * 3 + 5 * 3 + 5 * 2 + 4 * 2 + 4 * 5 + 2 * 4


def test_grouped_heads_and_a_whole_layer_take_it(loop):
    rng = np.random.default_rng(0)
    query, key, value = rng.normal(size=(2, 6, 11, 4)), rng.normal(size=(2, 2, 11, 4)), rng.normal(size=(2, 2, 11, 4))
    tiled = lambda q, k, v, mask=None: loop(q, k, v, Tiles(4, 3), mask)
    for mask in (None, causal_mask(11, np), np.broadcast_to(causal_mask(11, np), (6, 11, 11))):
        output, logs = grouped(query, key, value, mask, tiled)
        assert logs.shape == (2, 6, 11) and worst(output, grouped(query, key, value, mask)[0]) < 1e-12
    params = {name: {"weight": rng.normal(size=(8, 8))} for name in ("query", "key", "value", "output")}
    x, mask = rng.normal(size=(11, 8)), causal_mask(11, np)
    assert worst(partial(multi_head, attend=tiled)(x, params, 2, mask)[0], multi_head(x, params, 2, mask)[0]) < 1e-12


x34, x35, T = np.ones((3, 4)), np.ones((3, 5)), Tiles(2, 2)
WRONG = {
    "d_k": (lambda: flash_attention(x34, x35, x35, T), ShapeError, "query (3, 4) and key (3, 5)"),
    "n_k": (lambda: flash_attention_2(x34, x34, np.ones((2, 4)), T), ShapeError, "key (3, 4) and value (2, 4)"),
    "no keys": (lambda: flash_attention(x34, x34[:0], x34[:0], T), ShapeError, "n_k is 0"),
    "integers": (lambda: flash_attention_2(np.ones((3, 4), int), x34, x34, T), DTypeError, "query must hold floating-point numbers"),
    "rows": (lambda: flash_attention(x34, x34, x34, Tiles(0, 2)), ShapeError, "a tile of 0 positions holds nothing"),
    "columns": (lambda: flash_attention_2(x34, x34, x34, Tiles(2, -1)), ShapeError, "a tile of -1 positions"),
    "a mask's shape": (lambda: flash_attention(x34, x34, x34, T, np.ones((3, 2), bool)), ShapeError, "mask (3, 2) does not broadcast"),
    "a mask's axes": (lambda: flash_attention(x34, x34, x34, T, np.ones((2, 3, 3), bool)), ShapeError, "mask (2, 3, 3) does not broadcast"),
    "a mask's dtype": (lambda: flash_attention_2(x34, x34, x34, T, np.ones((3, 3), int)), DTypeError, "mask must be boolean"),
    "no fast memory": (lambda: block_sizes(0, 64), ShapeError, "a fast memory of 0 numbers"),
}


@pytest.mark.parametrize("call, kind, words", WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_named(call, kind, words):
    with pytest.raises(kind, match=re.escape(words)) as caught:
        call()
    assert isinstance(caught.value, EngineRoomError)
