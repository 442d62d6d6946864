"""How fast each pair of RoPE turns: the paper's frequencies, and the ways to stretch a model past its trained length.

A stretch is the `rope_scaling` of a config.json (`rope_parameters` since transformers 5). Of every entry in one it is said whether it
is needed or may be there; any other is refused.
"""

import math
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from engineroom.arrays import Array, device, namespace
from engineroom.errors import ShapeError, UnsupportedConfig

TRAINED = "original_max_position_embeddings"
ENTRIES = {  # of each rope_type: what it needs, and what it may have
    "default": ((), (TRAINED,)),
    "linear": (("factor",), (TRAINED,)),
    "dynamic": (("factor", TRAINED), ()),
    "yarn": (("factor", TRAINED), ("attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate")),
    "longrope": (("short_factor", "long_factor", TRAINED), ("factor", "attention_factor")),
    "llama3": (("factor", TRAINED, "low_freq_factor", "high_freq_factor"), ()),
}
COMMON = {"rope_type", "type", "rope_theta", "partial_rotary_factor"}


def frequencies(d_head: int, base: float, xp: ModuleType = np, dtype: Any = None, device: Any = None) -> Array:
    r"""$\theta_i = \text{base}^{-2i/d}$ for $i = 0, \dots, d/2 - 1$: radians per position, (d_head/2,).

    The paper's base is 10,000 (section 3.2.2). Computed in float64 with NumPy, and made an array of `xp` in `dtype` (None: float64, where
    the library has it) on `device`. Far positions need all those digits: rope.rotation takes NumPy's angles whatever it turns. Raises ShapeError for an odd d_head.
    """
    if d_head < 2 or d_head % 2:
        raise ShapeError(f"RoPE turns pairs: {d_head} numbers per head cannot be paired")
    return xp.asarray(base ** (-np.arange(0, d_head, 2, dtype=np.float64) / d_head), dtype=dtype, device=device)


def scaled(theta: Array, base: float, scaling: Mapping[str, Any] | None, n: int = 0) -> tuple[Array, float]:
    r"""The angles of a model stretched past its trained length, and the amplitude that goes with them.

    theta from `frequencies`; `scaling` as in a config.json's `rope_scaling`, None for none; n is the length at hand, which
    only "dynamic" and "longrope" ask for. "linear" divides every angle by `factor` (Chen et al. 2023, arXiv 2306.15595); "dynamic" raises
    the base instead, "NTK-aware", by as much as n needs (Peng et al. 2023, arXiv 2309.00071, sections 3.1 and 3.3); "yarn" stretches
    slow pairs only (section 3.2) and raises the amplitude to $0.1 \ln s + 1$ (section 3.4, equation 22); "longrope" divides each pair by
    a number of its own, which was searched for (Ding et al. 2024, arXiv 2402.13753), and other ones past the trained length; "llama3"
    stretches slow pairs only, with other borders (meta-llama/llama-models, `model.py`). Raises UnsupportedConfig naming an entry that
    is missing, wrong, or not one of its type.

    Differs from the paper: as in its authors' code and Hugging Face's, "yarn" goes from kept to stretched evenly over the pairs, where
    equation 18 does so over their turns; "dynamic" knows a `factor`, and is the paper's where that is 1.
    """
    namespace(theta, "theta")
    if not scaling:
        return theta, 1.0
    kind, entries = checked(scaling, theta.shape[0], base)
    return _STRETCHES[kind](theta, base, entries, n)


def checked(scaling: Mapping[str, Any], pairs: int, base: float) -> tuple[str, dict[str, Any]]:
    """The type of a `rope_scaling` for so many pairs, and its entries that are not null. Raises UnsupportedConfig naming one that is wrong."""
    names = {str(scaling[name]) for name in ("rope_type", "type") if scaling.get(name) is not None}
    if len(names) > 1:
        raise UnsupportedConfig(f"rope_scaling has rope_type {scaling['rope_type']!r} and type {scaling['type']!r}: leave one of them out")
    kind = next(iter(names), "default")
    if kind not in ENTRIES:
        raise UnsupportedConfig(f"rope_scaling has type {kind!r}; known are {', '.join(ENTRIES)}")
    needed, possible = ENTRIES[kind]
    entries = {name: value for name, value in scaling.items() if value is not None and name not in ("rope_type", "type")}
    for name, value in entries.items():
        if name not in COMMON and name not in needed + possible:
            raise UnsupportedConfig(f"rope_scaling has {name}, which type {kind!r} does not know: {', '.join(needed + possible)}")
        _check(name, value, pairs)
    if missing := next((name for name in needed if name not in entries), None):
        _check(missing, None, pairs)
    for name, must in (("rope_theta", base), ("partial_rotary_factor", 1.0)):
        if entries.pop(name, must) != must:
            raise UnsupportedConfig(f"{name} of rope_scaling is {scaling[name]!r}; here it is {must!r}")
    _fit(kind, pairs, base, entries)
    return kind, entries


def _check(name: str, value: Any, pairs: int) -> None:
    number = lambda x: isinstance(x, int | float) and not isinstance(x, bool) and 0 <= x < math.inf
    if name == "truncate":
        fits, must = isinstance(value, bool), "true or false"
    elif name in ("short_factor", "long_factor"):
        fits = isinstance(value, list | tuple) and len(value) == pairs and all(number(x) and x > 0 for x in value)
        must = f"a list of {pairs} positive numbers, one for each pair"
    elif name in ("mscale", "mscale_all_dim"):
        fits, must = number(value), "a number, not negative"
    else:
        fits, must = number(value) and value > 0, "a positive number"
    if not fits:
        raise UnsupportedConfig(f"rope_scaling needs {must} for {name}, not {value!r}")


def _fit(kind: str, pairs: int, base: float, e: Mapping[str, Any]) -> None:
    if kind == "llama3" and e["low_freq_factor"] >= e["high_freq_factor"]:
        raise UnsupportedConfig(
            f"low_freq_factor {e['low_freq_factor']} of rope_scaling must be less than high_freq_factor {e['high_freq_factor']}"
        )
    if kind == "yarn" and base <= 1:
        raise UnsupportedConfig(f"rope_scaling of type 'yarn' needs a rope_theta above 1, not {base}")
    if kind == "dynamic" and pairs < 2:
        raise UnsupportedConfig("rope_scaling of type 'dynamic' needs more than one pair in a head")
    if kind == "longrope" and "attention_factor" not in e and ("factor" not in e or e[TRAINED] <= 1):
        raise UnsupportedConfig(f"rope_scaling of type 'longrope' needs an attention_factor, or a factor and a {TRAINED} above 1")


def _default(theta: Array, base: float, e: Mapping[str, Any], n: int) -> tuple[Array, float]:
    return theta, 1.0


def _linear(theta: Array, base: float, e: Mapping[str, Any], n: int) -> tuple[Array, float]:
    return theta / e["factor"], 1.0


def _dynamic(theta: Array, base: float, e: Mapping[str, Any], n: int) -> tuple[Array, float]:
    factor, trained, d = e["factor"], e[TRAINED], 2 * theta.shape[0]
    grown = base * (factor * max(n, trained) / trained - (factor - 1)) ** (d / (d - 2))
    return frequencies(d, grown, namespace(theta), theta.dtype, device(theta)), 1.0


def _yarn(theta: Array, base: float, e: Mapping[str, Any], n: int) -> tuple[Array, float]:
    xp, d = namespace(theta), 2 * theta.shape[0]
    where = lambda turns: d * math.log(e[TRAINED] / (turns * 2 * math.pi)) / (2 * math.log(base))  # the pair that turns so often
    first, last = where(e.get("beta_fast", 32)), where(e.get("beta_slow", 1))
    if e.get("truncate", True):
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, d - 1)
    kept = 1 - xp.clip((xp.arange(d // 2, dtype=theta.dtype, device=device(theta)) - first) / (last - first or 0.001), 0.0, 1.0)
    amplitude = e.get("attention_factor")
    if amplitude is None:
        raised = lambda scale: 0.1 * scale * math.log(e["factor"]) + 1 if e["factor"] > 1 else 1.0
        both = e.get("mscale") and e.get("mscale_all_dim")  # DeepSeek's: the rest of it goes into the scores
        amplitude = raised(e["mscale"]) / raised(e["mscale_all_dim"]) if both else raised(1.0)
    return kept * theta + (1 - kept) * theta / e["factor"], amplitude


def _longrope(theta: Array, base: float, e: Mapping[str, Any], n: int) -> tuple[Array, float]:
    xp, trained, factor = namespace(theta), e[TRAINED], e.get("factor", 1.0)
    divisors = xp.asarray(e["long_factor" if n > trained else "short_factor"], dtype=theta.dtype, device=device(theta))
    amplitude = e.get("attention_factor")
    if amplitude is None:
        amplitude = math.sqrt(1 + math.log(factor) / math.log(trained)) if factor > 1 else 1.0
    return theta / divisors, amplitude


def _llama3(theta: Array, base: float, e: Mapping[str, Any], n: int) -> tuple[Array, float]:
    turns = e[TRAINED] * theta / (2 * math.pi)  # how often each pair goes round within the trained length
    low, high = e["low_freq_factor"], e["high_freq_factor"]
    kept = namespace(theta).clip((turns - low) / (high - low), 0.0, 1.0)
    return kept * theta + (1 - kept) * theta / e["factor"], 1.0


_STRETCHES = {"default": _default, "linear": _linear, "dynamic": _dynamic, "yarn": _yarn, "longrope": _longrope, "llama3": _llama3}
