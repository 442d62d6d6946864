"""What there is to count in a model: its tensors, and what each layer's attention reads and keeps."""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from engineroom.hf_config import Reader
from engineroom.unread import COUNTED

type Part = Literal["embedding", "position", "attention", "feed-forward", "experts", "router", "norm", "head", "pooler", "vision"]

MULTIPLIED = ("attention", "feed-forward", "experts", "router", "head")  # parts whose matrices every token is multiplied with


class Tensor(NamedTuple):
    """A tensor that occurs `times` times; a token uses `share` of it."""

    part: Part
    name: str
    shape: tuple[int, ...]
    times: int = 1
    share: Fraction = Fraction(1)

    @property
    def total(self) -> int:
        return self.times * math.prod(self.shape)

    @property
    def active(self) -> int:
        return int(self.total * self.share)


class Attention(NamedTuple):
    """One layer: h heads that compare d_qk numbers and average d_v, keeping `kept` numbers per position, at most `window` back."""

    n_heads: int
    d_qk: int
    d_v: int
    kept: int
    window: int | None = None


class Layout(NamedTuple):
    """A model as it is counted. `causal`: it keeps a cache; `tied`: its head is its embedding table."""

    tensors: list[Tensor]
    attention: list[Attention]
    causal: bool = True
    tied: bool = False


class Family(NamedTuple):
    """How the configs of one model_type are counted.

    absent: what an entry means that is not there, as in transformers. stray: entries that its models do not read, though others do.
    """

    count: Callable[[Reader], Layout]  # pyright: ignore[reportIncompatibleMethodOverride]
    absent: Mapping[str, Any]
    stray: tuple[str, ...] = ()
    aliases: Mapping[str, str] = {}

    def read(self, f: Reader) -> Layout:
        """Raises UnsupportedConfig naming an entry that is missing, at odds with another, or not known."""
        f = f.given(self.absent, self.aliases)
        layout = self.count(f)
        f.done(COUNTED, self.stray)
        return layout


def parted(shapes: Mapping[str, tuple[int, ...]], parts: Mapping[str, Part]) -> list[Tensor]:
    """Tensors by name, each of the part whose key is in its name; the first key that is."""
    return [Tensor(next(part for key, part in parts.items() if key in name), name, shape) for name, shape in shapes.items()]
