"""The log of a run: a line of JSON for each entry. The logs of pysrc/checkpoints have the same names."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from engineroom.errors import TextError


class Entry(NamedTuple):
    """What is known after a step, counted from 0; None where it was not measured. Losses are in nats for each token."""

    step: int
    train_loss: float | None = None  # of this step's batch, before it was learned from
    held_out_loss: float | None = None
    lr: float | None = None
    grad_norm: float | None = None  # before it was clipped
    tokens: int | None = None  # that were learned from so far
    tokens_per_second: float | None = None

    def line(self) -> str:
        """The entry as JSON, without what was not measured; six digits of each number."""
        measured = {name: value for name, value in self._asdict().items() if value is not None}
        return json.dumps({name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in measured.items()})


def read(text: str) -> list[Entry]:
    """The entries of a log; lines about the whole run, which have no step, are left out. Raises TextError naming a line that is none."""
    return [Entry(**fields) for fields in _fields(text.splitlines()) if "step" in fields]


def _fields(lines: Iterable[str]) -> list[dict[str, Any]]:
    found = []
    for number, line in enumerate(lines, 1):
        try:
            fields = json.loads(line)
            unknown = fields.keys() - Entry._fields if "step" in fields else set()
        except (ValueError, AttributeError, TypeError):
            raise TextError(f"line {number} of the log is no JSON object") from None
        if unknown:
            raise TextError(f"line {number} of the log has {', '.join(sorted(unknown))}, which no entry has")
        found.append(fields)
    return found
