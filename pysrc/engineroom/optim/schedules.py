"""Learning rates over a run: functions of the step, counted from 0."""

import math
from collections.abc import Callable

from engineroom.errors import UnsupportedConfig


def warm_up_cosine(peak: float, warm: int, steps: int, last: float = 0.1) -> Callable[[int], float]:
    r"""Up to `peak` in a straight line over `warm` steps, then down half a cosine to `last` times the peak, at step `steps`.

    Loshchilov & Hutter 2016, arXiv 1608.03983, equation 5, without restarts; warm-up and the last tenth as for GPT-3 (Brown et al. 2020,
    arXiv 2005.14165, appendix B). Raises UnsupportedConfig when the warm-up is not shorter than the run.
    """
    if not 0 <= warm < steps:
        raise UnsupportedConfig(f"a warm-up of {warm} steps does not fit a run of {steps}")

    def rate(step: int) -> float:
        if step < warm:
            return peak * (step + 1) / warm
        done = min(1.0, (step - warm) / (steps - warm))
        return peak * (last + (1 - last) * (1 + math.cos(math.pi * done)) / 2)

    return rate


def warm_up_stable_decay(peak: float, warm: int, steps: int, decay: int, last: float = 0.0) -> Callable[[int], float]:
    r"""Up to `peak` over `warm` steps, level, then in a straight line to `last` times the peak over the final `decay` steps.

    Hu et al. 2024, "MiniCPM", arXiv 2404.06395, section 4: the level part can be continued, and ended whenever a model is wanted. Differs from
    the paper: its decay is exponential; straight as in Hägele et al. 2024, arXiv 2405.18392. Raises UnsupportedConfig when the parts do not fit.
    """
    if warm < 0 or decay < 1 or warm + decay > steps:
        raise UnsupportedConfig(f"{warm} steps of warm-up and {decay} of decay do not fit a run of {steps}")

    def rate(step: int) -> float:
        if step < warm:
            return peak * (step + 1) / warm
        left = min(1.0, max(0, steps - step) / decay)
        return peak * (last + (1 - last) * left)

    return rate
