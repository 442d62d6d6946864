"""Masks, grouped attention, gated feed-forward, RMSNorm and the blocks made of them, against PyTorch and transformers."""

import numpy as np
import pytest

from engineroom import masks, rope
from engineroom.attention import causal_mask, grouped, multi_head
from engineroom.errors import ShapeError
from engineroom.feedforward import gated_feed_forward, gelu, relu, silu
from engineroom.norm import layer_norm, rms_norm
from engineroom.transformer import decoder_block, source_block, target_block
from nearness import host, nested, worst


def test_grouped_attention_under_three_masks(golden, xp, measured):
    arrays = golden("parts")
    q, k, v = (xp.asarray(arrays[f"gqa/{name}"]) for name in "qkv")
    made = {"causal": causal_mask(11, xp), "sliding": masks.sliding_mask(11, 4, xp), "chunked": masks.chunked_mask(11, 4, xp)}
    error = max(worst(grouped(q, k, v, mask)[0], arrays[f"gqa/{name}/out"]) for name, mask in made.items())
    assert error <= 1e-12
    for name, mask in made.items():
        per_head = xp.broadcast_to(mask, (6, 11, 11))
        assert worst(grouped(q, k, v, per_head)[0], arrays[f"gqa/{name}/out"]) <= 1e-12
        assert worst(grouped(q, k, v, mask[None, ...])[0], arrays[f"gqa/{name}/out"]) <= 1e-12
        batch = grouped(*(xp.stack([a, a]) for a in (q, k, v)), mask)
        assert batch[0].shape == (2, 6, 11, 4) and worst(batch[0][1, ...], arrays[f"gqa/{name}/out"]) <= 1e-12
        assert batch[1].shape == (2, 6, 11, 11)
    measured("grouped-query attention", against=arrays["against"], error=error, metric="max abs. error", cases=3)
    with pytest.raises(ShapeError, match="6 query heads cannot share 4 key heads"):
        grouped(q, xp.concat([k, k]), xp.concat([v, v]))


def test_masks_after_a_cache_are_the_last_rows(xp):
    for make in (
        lambda n, seen: causal_mask(n, xp, seen),
        lambda n, seen: masks.sliding_mask(n, 3, xp, seen),
        lambda n, seen: masks.chunked_mask(n, 4, xp, seen),
    ):
        assert (host(make(3, 7)) == host(make(10, 0))[7:]).all()
    assert (host(masks.sliding_mask(5, 9, xp)) == host(causal_mask(5, xp))).all()
    assert (host(masks.sliding_mask(3, 1, xp)) == np.eye(3, dtype=bool)).all()
    for make in (masks.sliding_mask, masks.chunked_mask):
        with pytest.raises(ShapeError):
            make(4, 0, xp)


def test_cross_attention_reads_the_source(xp):
    """With one position to read, every query gets that position's value, whatever it asks."""
    rng = np.random.default_rng(0)
    params = {name: {"weight": xp.asarray(rng.normal(size=(8, 8)))} for name in ("query", "key", "value", "output")}
    x, source = xp.asarray(rng.normal(size=(5, 8))), xp.asarray(rng.normal(size=(1, 8)))
    out, weights = multi_head(x, params, 2, source=source)
    expected = source @ params["value"]["weight"].T @ params["output"]["weight"].T
    assert weights.shape == (2, 5, 1) and worst(out, np.repeat(host(expected), 5, axis=0)) <= 1e-12


def test_rms_norm(golden, xp, measured):
    arrays = golden("parts")
    ours = rms_norm(xp.asarray(arrays["norm/x"]), xp.asarray(arrays["norm/weight"]), 1e-5)
    error = worst(ours, arrays["norm/out"])
    assert error <= 1e-12
    measured("RMSNorm", against=arrays["against"], error=error, metric="max abs. error", cases=5)
    worked = rms_norm(xp.asarray([1.0, 2.0, 3.0, 4.0]))
    assert worst(worked, np.array([0.36514835, 0.73029669, 1.09544504, 1.46059339])) <= 2e-7
    centred = xp.asarray([[1.0, -2.0, 3.0, -2.0]])  # mean 0: the two norms agree
    assert worst(rms_norm(centred, eps=1e-5), host(layer_norm(centred))) <= 1e-12
    with pytest.raises(ShapeError, match=r"rms_norm: weight \(2,\) should be \(4,\)"):
        rms_norm(centred, xp.ones(2))


@pytest.mark.filterwarnings("error")
def test_gated_feed_forward(golden, xp, measured):
    arrays = golden("parts")
    x, params = xp.asarray(arrays["norm/x"]), nested(arrays, "gate/", xp)
    error = max(worst(gated_feed_forward(x, params, f), arrays[f"gate/{name}/out"]) for name, f in (("silu", silu), ("gelu", gelu)))
    assert error <= 1e-12
    measured("SwiGLU", against=arrays["against"], error=error, metric="max abs. error", cases=10)
    wide = xp.asarray(arrays["silu/x"])
    assert worst(silu(wide), arrays["silu/out"]) <= 1e-12 and worst(relu(wide), arrays["relu/out"]) == 0
    one = xp.asarray([1.0])
    eye = {name: {"weight": xp.asarray([[w]])} for name, w in (("gate", 2.0), ("up", 1.0), ("down", 1.0))}
    assert worst(gated_feed_forward(one, eye), np.array([1.76159416])) <= 1e-8


def test_a_decoder_block(golden, xp, measured):
    arrays = golden("parts")
    x, theta = xp.asarray(arrays["decoder/x"]), rope.frequencies(4, 10000.0, xp)
    out, weights = decoder_block(x, nested(arrays, "decoder/", xp), 6, causal_mask(11, xp), rotate=rope.rotation(theta, 11))
    error = worst(out, arrays["decoder/out"])
    assert weights.shape == (6, 11, 11) and error <= 1e-6  # transformers' angles are float32
    measured("decoder block", against=arrays["against"], error=error, metric="max abs. error", cases=11)


def test_a_decoder_block_takes_another_norm(golden):
    arrays = golden("parts")
    params, asked = nested(arrays, "decoder/", np), []

    def nothing(x, weight, eps):
        asked.append((weight, eps))
        return np.zeros_like(x)

    out, _ = decoder_block(arrays["decoder/x"], params, 6, norm=nothing, eps=0.25)
    assert worst(out, arrays["decoder/x"]) == 0  # what comes before each part decides what is added
    names = ("input_layernorm", "post_attention_layernorm")
    assert [(weight is params[name]["weight"], eps) for name, (weight, eps) in zip(names, asked, strict=True)] == [(True, 0.25)] * 2


def test_the_2017_blocks(golden, xp, measured):
    arrays = golden("parts")
    source, target = xp.asarray(arrays["source/x"]), xp.asarray(arrays["target/x"])
    encoded, weights = source_block(source, nested(arrays, "source/", xp), 6)
    decoded, own, cross = target_block(target, source, nested(arrays, "target/", xp), 6, causal_mask(11, xp))
    error = max(worst(encoded, arrays["source/out"]), worst(decoded, arrays["target/out"]))
    assert error <= 1e-11 and weights.shape == (6, 7, 7) and own.shape == (6, 11, 11) and cross.shape == (6, 11, 7)
    measured("encoder and decoder of 2017", against=arrays["against"], error=error, metric="max abs. error", cases=18)


def test_with_the_cross_attention_cut_the_source_does_not_matter(golden):
    arrays = golden("parts")
    params, target = nested(arrays, "target/", np), arrays["target/x"]
    run = lambda source, **more: target_block(target, source, params, 6, causal_mask(11, np), **more)[0]
    other = arrays["source/x"][::-1] + 1
    assert worst(run(arrays["source/x"]), run(other)) > 0.1
    hidden = np.zeros((11, 7), bool)
    assert worst(run(arrays["source/x"], cross_mask=hidden), run(other, cross_mask=hidden)) == 0
