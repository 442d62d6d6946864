"""What a config.json says about RoPE: `rope_theta` and `rope_scaling`, or `rope_parameters`, which has held both since transformers 5."""

from typing import Any, NamedTuple

from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader
from engineroom.rope_angles import TRAINED, checked


class Turning(NamedTuple):
    """A model's base, and how it is stretched, as rope.scaled takes it; None for not."""

    base: float
    scaling: dict[str, Any] | None


def read(f: Reader, d_head: int, n_positions: int, base: float = 10000.0) -> Turning:
    """RoPE of a model with whole heads of d_head numbers turned; `base` is what an absent rope_theta means.

    What is left out comes from the config, as in transformers: `original_max_position_embeddings` is n_positions where it stands
    nowhere, and for "dynamic" always; `factor` of "yarn" and "longrope" the ratio of the two. Raises UnsupportedConfig naming an
    entry that is unknown, wrong, or said twice and differently.
    """
    old, new = f.mapping("rope_scaling"), f.mapping("rope_parameters")
    if old and new and old != new:
        raise UnsupportedConfig("rope_scaling and rope_parameters of the config are both there, and differ: leave one of them out")
    inner = Reader(old or new, f"{'rope_scaling' if old else 'rope_parameters'} of the config")
    meant = {"rope_theta": base, "partial_rotary_factor": 1, TRAINED: n_positions}
    base, part, trained = (_one(f, inner, name=name) or default for name, default in meant.items())
    if part != 1:
        raise UnsupportedConfig(
            f"partial_rotary_factor {part} of the config turns a part of each head; this model turns all {d_head} numbers"
        )
    scaling = {name: value for name, value in (old or new).items() if value is not None}
    kind = scaling.get("rope_type", scaling.get("type", "default"))
    if kind == "dynamic" and trained != n_positions:
        raise UnsupportedConfig(f"{TRAINED} is {trained}; of type 'dynamic' it is max_position_embeddings, {n_positions}")
    if kind in ("dynamic", "yarn", "longrope", "llama3"):
        scaling[TRAINED] = trained
    if kind in ("yarn", "longrope"):
        scaling.setdefault("factor", n_positions / trained)
    kind, entries = checked(scaling, d_head // 2, base)
    return Turning(base, None if kind == "default" else {"rope_type": kind, **entries})


def _one(*places: Reader, name: str) -> float | None:
    """A positive number that may stand in the config or in its rope_scaling, and not two of them; None for neither."""
    found = {f.number(name, 1.0) for f in places if f.has(name)}
    if len(found) > 1:
        raise UnsupportedConfig(
            f"{name} is {' and '.join(map(str, sorted(found)))}, in the config and in its rope_scaling: leave one of them out"
        )
    return next(iter(found), None)
