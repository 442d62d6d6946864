"""Reading a pasted config.json: every size is checked where it is used, and an error names its field."""

import json
from collections.abc import Mapping
from typing import Any

from engineroom.errors import UnsupportedConfig


class Fields:
    """The fields of a Hugging Face config.json."""

    def __init__(self, config: Mapping[str, Any] | str, where: str = "the config"):
        """A mapping, or the JSON text of one. Raises UnsupportedConfig when it is neither."""
        if isinstance(config, str):
            try:
                config = json.loads(config)
            except json.JSONDecodeError as error:
                raise UnsupportedConfig(f"{where} is no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
        if not isinstance(config, Mapping):
            raise UnsupportedConfig(f"{where} is a {type(config).__name__}; paste the whole config.json, from {{ to }}")
        self._config, self._where = config, where

    def whole(self, name: str, default: int | None = None, least: int = 1) -> int:
        """A whole number of at least `least`; `default` where the field is absent or null, if there is one."""
        value = self._config.get(name)
        if value is None and default is not None:
            return default
        if type(value) is not int or value < least:
            said = "is missing" if name not in self._config else f"is {value!r}"
            raise UnsupportedConfig(f"{name} of {self._where} {said}; it must be a whole number, {least} or more")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self._config.get(name)
        if value is not None and not isinstance(value, bool):
            raise UnsupportedConfig(f"{name} of {self._where} is {value!r}; it must be true or false")
        return default if value is None else value

    def text(self, name: str, default: str = "") -> str:
        value = self._config.get(name, default)
        if not isinstance(value, str):
            raise UnsupportedConfig(f"{name} of {self._where} is {value!r}; it must be a name")
        return value

    def names(self, name: str) -> list[str] | None:
        value = self._config.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(entry, str) for entry in value)):
            raise UnsupportedConfig(f"{name} of {self._where} is no list of names")
        return value

    def numbers(self, name: str) -> list[int] | None:
        value = self._config.get(name)
        if value is not None and not (isinstance(value, list) and all(type(entry) is int for entry in value)):
            raise UnsupportedConfig(f"{name} of {self._where} is no list of whole numbers")
        return value

    def inner(self, name: str) -> "Fields":
        """The config inside this one."""
        return Fields(self._config.get(name), f"{name} of {self._where}")

    def has(self, name: str) -> bool:
        return self._config.get(name) is not None

    def heads(self) -> tuple[int, int, int]:
        """Query heads, key heads, and numbers per head, which must fit one another."""
        d, h = self.whole("hidden_size"), self.whole("num_attention_heads")
        kv = self.whole("num_key_value_heads", h)
        if h % kv:
            raise UnsupportedConfig(f"num_key_value_heads {kv} of {self._where} does not divide num_attention_heads {h}")
        if not self.has("head_dim") and d % h:
            raise UnsupportedConfig(f"hidden_size {d} of {self._where} cannot be cut into num_attention_heads {h}; give head_dim")
        return h, kv, self.whole("head_dim", d // h)

    def windows(self, n_layers: int) -> list[int | None]:
        """How many positions each layer sees at most; None for all. `layer_types` says which, else `sliding_window` is for all."""
        kinds = self.names("layer_types")
        if kinds is None:
            return [self.whole("sliding_window") if self.has("sliding_window") else None] * n_layers
        if len(kinds) != n_layers:
            raise UnsupportedConfig(f"layer_types of {self._where} names {len(kinds)} layers; num_hidden_layers is {n_layers}")
        sizes = {"full_attention": None, "sliding_attention": "sliding_window", "chunked_attention": "attention_chunk_size"}
        if unknown := next((kind for kind in kinds if kind not in sizes), None):
            raise UnsupportedConfig(f"layer_types of {self._where} names {unknown!r}; known are {', '.join(sizes)}")
        return [self.whole(sizes[kind]) if sizes[kind] else None for kind in kinds]
