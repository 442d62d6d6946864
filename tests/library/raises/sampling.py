"""chat, sample, speculative."""

from functools import partial
from random import Random

import numpy as np

from engineroom import chat, sample, speculative
from engineroom.errors import DTypeError, ShapeError, TextError, UnknownToken, UnsupportedConfig
from engineroom.tokenize import bpe
from raises.samples import ids, own, x

TABLE = {
    sample.temperature: [
        (UnsupportedConfig, "temperature t", lambda t=t: sample.temperature(x, t)) for t in (-1, float("nan"), float("inf"))
    ],
    sample.top_k: [(UnsupportedConfig, "top-k", lambda: sample.top_k(x, 0))],
    sample.top_p: [(UnsupportedConfig, "top-p", lambda p=p: sample.top_p(x, p)) for p in (0, 1.5, float("nan"))],
    sample.min_p: [(UnsupportedConfig, "min-p", lambda p=p: sample.min_p(x, p)) for p in (-0.1, 1.5, float("nan"))],
    sample.repetition_penalty: [
        (UnsupportedConfig, "penalty", lambda p=p: sample.repetition_penalty(x[0], [], p)) for p in (0, float("inf"), float("nan"))
    ],
    sample.draw: [
        (ShapeError, "chances", lambda: sample.draw(x, Random(0))),
        (UnsupportedConfig, "chances", lambda: sample.draw(np.zeros(3), Random(0))),
    ],
    **{
        f: [(ShapeError, "p .* and q", partial(f, x, x[:1])), (DTypeError, "p must", partial(f, ids, ids))]
        for f in (speculative.accepted, speculative.residual)
    },
    speculative.verify: [
        (ShapeError, "draft", lambda: speculative.verify([0], x[:1], x[:1], Random(0))),
        (DTypeError, "must hold", lambda: speculative.verify([0], np.ones((2, 3), int), np.ones((1, 3), int), Random(0))),
    ],
    chat.turns: [(TextError, "not 'robot'", lambda: chat.turns([("robot", "hello")]))],
    chat.chatml: [(TextError, "not 'robot'", lambda: chat.chatml([("robot", "hello")]))],
    chat.encode: [
        (TextError, "not 'robot'", lambda: chat.encode(bpe.ByteBPE("own", [b"\n"], "gpt2", {chat.START: 1, chat.END: 2}), [("robot", "")])),
        (UnknownToken, r"own has no special token <\|im_end\|>", lambda: chat.encode(own, [("user", "hello")])),
    ],
}
