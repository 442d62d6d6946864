"""moe."""

from functools import partial

import numpy as np

from engineroom import moe
from engineroom.errors import DTypeError, MissingTensor, ShapeError
from engineroom.moe import routing
from raises.samples import ids, x

E, D, FF = 4, 8, 6
h, whole = np.ones((2, D)), np.ones((2, D), int)
sent = moe.Routing(np.array([[0], [1]]), np.ones((2, 1)), np.ones((2, E)))


def dense(*names, d_out=FF, d_in=D):
    return {name: {"weight": np.ones((d_out, d_in))} for name in names}


gated = dense("gate_proj", "up_proj") | dense("down_proj", d_out=D, d_in=FF)
gate = np.ones((E, D))
MIXTURES = {
    moe.mixtral: (
        {
            "block_sparse_moe": {
                "gate": {"weight": gate},
                "experts": {str(e): dense("w1", "w3") | dense("w2", d_out=D, d_in=FF) for e in range(E)},
            }
        },
        "block_sparse_moe",
        moe.mixtral,
    ),
    moe.llama4: (
        {
            "feed_forward": {
                "router": {"weight": gate},
                "experts": {"gate_up_proj": np.ones((E, D, 2 * FF)), "down_proj": np.ones((E, FF, D))},
                "shared_expert": gated,
            }
        },
        "feed_forward",
        moe.llama4,
        (ShapeError, "experts' gate_up_proj .* and down_proj", lambda: moe.llama4(h, turned())),
    ),
    moe.deepseek: (
        {
            "mlp": {
                "gate": {"weight": gate, "e_score_correction_bias": np.ones(E)},
                "experts": {str(e): gated for e in range(E)},
                "shared_experts": gated,
            }
        },
        "mlp",
        partial(moe.deepseek, k=2),
    ),
}


def fixed(x, experts, n_experts=E, room=2):
    return moe.dispatch_fixed(x, experts, n_experts, lambda e, rows: rows, room)


def turned():
    """Llama 4's layer with down_proj as other checkpoints have it."""
    params = MIXTURES[moe.llama4][0]["feed_forward"]
    return {"feed_forward": params | {"experts": params["experts"] | {"down_proj": np.ones((E, D, FF))}}}


TABLE = {
    moe.load: [(ShapeError, "no token was sent to any expert", lambda: moe.load(np.full((2, 1), -1), E))],
    moe.adjusted_bias: [
        (ShapeError, "no token was sent to any expert", lambda: moe.adjusted_bias(np.ones(E), np.full((2, 1), -1))),
        (DTypeError, "bias must hold floating-point", lambda: moe.adjusted_bias(np.ones(E, int), sent.experts)),
    ],
    moe.switch_loss: [
        (ShapeError, "no token was sent", lambda: moe.switch_loss(sent._replace(experts=np.full((2, 1), -1)))),
        (DTypeError, "scores must hold floating-point", lambda: moe.switch_loss(sent._replace(scores=np.ones((2, E), int)))),
    ],
    moe.mixtral_loss: [
        (ShapeError, "no token was sent", lambda: moe.mixtral_loss(sent._replace(experts=np.full((2, 1), -1)))),
        (DTypeError, "scores must hold floating-point", lambda: moe.mixtral_loss(sent._replace(scores=np.ones((2, E), int)))),
    ],
    moe.capacity: [
        (ShapeError, "0 tokens, 4 experts", lambda: moe.capacity(0, 4)),
        (ShapeError, "3 tokens, 4 experts, 1 for each, factor nan", lambda: moe.capacity(3, 4, float("nan"))),
    ],
    moe.limit: [
        (ShapeError, "room for -1 tokens", lambda: moe.limit(sent, -1)),
        (ShapeError, r"experts \(2,\) should be \(n, k\)", lambda: moe.limit(sent._replace(experts=np.array([0, 1])), 1)),
    ],
    moe.distinct: [(ShapeError, "3 tokens cannot choose 5 of 4 experts", lambda: moe.distinct(4, 5, 3))],
    moe.mixture: [
        (ShapeError, "3 tokens do not fit the routing of 2", lambda: moe.mixture(np.ones((3, D)), sent, E, lambda e, rows: rows)),
        (DTypeError, "x must hold floating-point", lambda: moe.mixture(whole, sent, E, lambda e, rows: rows)),
    ],
    moe.dispatch: [
        (ShapeError, "3 tokens do not fit the routing of 2", lambda: moe.dispatch(np.ones((3, D)), sent.experts, E, lambda e, rows: rows)),
        (ShapeError, "experts are numbered 0 to 0", lambda: moe.dispatch(h, sent.experts, 1, lambda e, rows: rows)),
        (ShapeError, r"experts \(2,\) should be \(n, k\)", lambda: moe.dispatch(h, np.array([0, 1]), E, lambda e, rows: rows)),
    ],
    moe.dispatch_fixed: [
        (ShapeError, "3 tokens do not fit the routing of 2", lambda: fixed(np.ones((3, D)), sent.experts)),
        (ShapeError, "experts are numbered 0 to 0", lambda: fixed(h, sent.experts, n_experts=1)),
        (ShapeError, "room for a token, not for 0", lambda: fixed(h, sent.experts, room=0)),
    ],
    **{
        mixture: [
            (MissingTensor, f"{name}: params has no '{name}'", partial(call, h, {})),
            (ShapeError, r"x \(2, 4\) does not fit weight \(4, 8\)", partial(call, x, params)),
            (DTypeError, "x must hold floating-point numbers", partial(call, whole, params)),
            *more,
        ]
        for mixture, (params, name, call, *more) in MIXTURES.items()
    },
    moe.route: [
        (MissingTensor, "gate.weight: params has no 'gate'", lambda: moe.route(h, {})),
        (ShapeError, r"x \(2, 4\) does not fit weight \(4, 8\)", lambda: moe.route(x, {"gate": {"weight": gate}})),
        (ShapeError, "9 of 4 experts cannot be chosen", lambda: moe.route(h, {"gate": {"weight": gate}}, 9)),
        (DTypeError, "x must hold", lambda: moe.route(whole, {"gate": {"weight": gate}})),
    ],
    moe.softmax_top_k: [
        (ShapeError, "5 of 4 experts cannot be chosen", lambda: moe.softmax_top_k(x, 5)),
        (ShapeError, r"logits \(1, 2, 4\) should be \(n, E\)", lambda: moe.softmax_top_k(x[None], 1)),
        (DTypeError, "logits must hold", lambda: moe.softmax_top_k(ids, 1)),
    ],
    moe.sigmoid_top_1: [
        (ShapeError, r"logits \(1, 2, 4\) should be \(n, E\)", lambda: moe.sigmoid_top_1(x[None])),
        (DTypeError, "logits must hold", lambda: moe.sigmoid_top_1(ids)),
    ],
    moe.biased_top_k: [
        (ShapeError, r"bias \(3,\) should be \(4,\)", lambda: moe.biased_top_k(x, np.ones(3), 1)),
        (ShapeError, "1 of 3 groups of 4 experts", lambda: moe.biased_top_k(x, np.ones(4), 1, n_groups=3)),
        (ShapeError, "3 experts cannot be chosen from 1 groups of 2", lambda: moe.biased_top_k(x, np.ones(4), 3, n_groups=2)),
        (DTypeError, "bias must hold", lambda: moe.biased_top_k(x, np.ones(4, int), 1)),
    ],
    routing.largest: [
        (ShapeError, "0 of 4 experts cannot be chosen", lambda: routing.largest(x, 0)),
        (DTypeError, "scores must hold", lambda: routing.largest(ids, 1)),
    ],
}
