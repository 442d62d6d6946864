"""train, and what writes its files."""

import numpy as np

from engineroom import train
from engineroom.errors import CorruptAsset, DTypeError, ShapeError, TextError, UnsupportedConfig
from engineroom.models import llama_config, safetensors
from raises.samples import decoder

plan = train.Plan(2, length=4)
state = train.State({"a": np.ones(2)}, {"t": 0}, 0, 0, 7)
start = lambda **more: train.initial({**decoder, **more})
ids = np.zeros(4000, int)

TABLE = {
    train.Run.__init__: [
        (ShapeError, r"ids \(2, 2\) should be \(n,\)", lambda: train.Run(start(), np.ones((2, 2), int), plan)),
        (UnsupportedConfig, "a run with seed 7, the plan has 0", lambda: train.Run(start(), ids, plan, state=state)),
    ],
    train.held_out: [
        (ShapeError, "a share of 1", lambda: train.held_out(100, 4, share=1)),
        (ShapeError, "too few for windows of 9", lambda: train.held_out(10, 8)),
    ],
    train.read: [(TextError, "line 1 .* no JSON", lambda: train.read("none")), (TextError, "has losses", lambda: train.read('{"step": 1, "losses": 2}'))],
    train.initial: [(UnsupportedConfig, "model_type", lambda: start(model_type="none"))],
    train.save: [(DTypeError, r"params is list", lambda: train.save(state._replace(params=[1]))), (DTypeError, "a slash", lambda: train.save(state._replace(params={"a/b": 1})))],
    train.load: [(CorruptAsset, "its form is None", lambda: train.load(safetensors.write({})))],
    train.exported: [(UnsupportedConfig, "no positions by alibi", lambda: train.exported(start(position="alibi")))],
    llama_config.write: [(UnsupportedConfig, "no positions by none", lambda: llama_config.write(start(position="none").config))],
    safetensors.write: [(DTypeError, "tensor a is complex128", lambda: safetensors.write({"a": np.ones(2, complex)}))],
    safetensors.metadata: [(CorruptAsset, "cut short", lambda: safetensors.metadata(b""))],
}  # fmt: skip
