"""Reading a config.json as Hugging Face publishes it: every entry is used, known to change nothing, or refused; an error names its field."""

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

from engineroom.errors import UnsupportedConfig
from engineroom.unread import EVERYWHERE, IDLE


class Reader:
    """The fields of a Hugging Face config.json. It remembers which were read, and `done` refuses the rest."""

    def __init__(self, config: Mapping[str, Any] | str, where: str = "the config", absent: Mapping[str, Any] | None = None):
        """A mapping, or the JSON text of one; `absent` says what a field that is not there means. Raises UnsupportedConfig for neither."""
        if isinstance(config, str):
            try:
                config = json.loads(config)
            except json.JSONDecodeError as error:
                raise UnsupportedConfig(f"{where} is no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
        if not isinstance(config, Mapping):
            raise UnsupportedConfig(f"{where} is a {type(config).__name__}; paste the whole config.json, from {{ to }}")
        self._config, self._where, self._absent, self._read = config, where, absent or {}, set()

    def given(self, absent: Mapping[str, Any], aliases: Mapping[str, str] | None = None) -> "Reader":
        """The same fields, where `absent` says what a missing one means, and `aliases` which names are another's.

        Raises UnsupportedConfig when a field is there under both names, with two values.
        """
        config = dict(self._config)
        for other, name in (aliases or {}).items():
            if other in config and config.setdefault(name, config[other]) != config.pop(other):
                raise UnsupportedConfig(f"{other} and {name} of {self._where} are the same field, and differ")
        return Reader(config, self._where, absent)

    def value(self, name: str) -> Any:
        """What the config says, or what its silence means."""
        self._read.add(name)
        return self._config[name] if name in self._config else self._absent.get(name)

    def optional(self, name: str, least: int = 1) -> int | None:
        """A whole number, or None where the field is null, or absent and without a meaning."""
        return None if self.value(name) is None else self.whole(name, least=least)

    def whole(self, name: str, default: int | None = None, least: int = 1) -> int:
        """A whole number of at least `least`; `default` where the field is absent, if there is one."""
        value = self.value(name)
        if value is None and name not in self._config:
            value = default
        if type(value) is not int or value < least:
            raise self._wrong(name, f"a whole number, {least} or more")
        return value

    def number(self, name: str, default: float) -> float:
        """A positive number; `default` where the field is absent."""
        value = self.value(name)
        if value is None and name not in self._config:
            value = default
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise self._wrong(name, "a positive number")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.value(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return default if value is None else value

    def text(self, name: str, default: str = "") -> str:
        value = self.value(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "a name")
        return default if value is None else value

    def names(self, name: str) -> list[str] | None:
        return self._list(name, str, "names")

    def numbers(self, name: str) -> list[int] | None:
        return self._list(name, int, "whole numbers")

    def mapping(self, name: str) -> Mapping[str, Any]:
        """The entries of an inner object; none where it is null or absent."""
        value = self.value(name)
        if value is not None and not isinstance(value, Mapping):
            raise self._wrong(name, "an object, from { to }")
        return value or {}

    def inner(self, name: str, **instead: Any) -> "Reader":
        """The config inside this one, with the entries of `instead`."""
        value = self.value(name)
        return Reader({**value, **instead} if isinstance(value, Mapping) else value, f"{name} of {self._where}")

    def only(self, name: str, value: Any, why: str) -> None:
        """Raises UnsupportedConfig, saying why, when the field is there and not `value`."""
        if self.value(name) not in (None, value):
            raise UnsupportedConfig(f"{name} is {self.value(name)!r}; {why} {value!r}")

    def has(self, name: str) -> bool:
        return self.value(name) is not None

    def heads(self) -> tuple[int, int, int]:
        """Query heads, key heads, and numbers per head, which must fit one another."""
        d, h = self.whole("hidden_size"), self.whole("num_attention_heads")
        kv = self.optional("num_key_value_heads") or h
        if h % kv:
            raise UnsupportedConfig(f"num_key_value_heads {kv} of {self._where} does not divide num_attention_heads {h}")
        if self._absent.get("head_dim") is not None or self.has("head_dim"):
            return h, kv, self.whole("head_dim")
        if d % h:
            raise UnsupportedConfig(f"hidden_size {d} of {self._where} cannot be cut into num_attention_heads {h}; give head_dim")
        return h, kv, d // h

    def done(self, *unread: Collection[str]) -> None:
        """Raises UnsupportedConfig naming a field that was not read, unless it is known to change nothing: see `unread`."""
        for name in self._config:
            if name in self._read or self._config[name] is None or name in EVERYWHERE or any(name in names for names in unread):
                continue
            if name not in IDLE:
                raise UnsupportedConfig(
                    f"{name} of {self._where} is not known here, and might change the result; take it out if it does not"
                )
            self.only(name, IDLE[name], "known is only")

    def _list(self, name: str, kind: type, said: str) -> list[Any] | None:
        value = self.value(name)
        if value is not None and not (isinstance(value, list) and all(type(entry) is kind for entry in value)):
            raise UnsupportedConfig(f"{name} of {self._where} is no list of {said}")
        return value

    def _wrong(self, name: str, must: str) -> UnsupportedConfig:
        said = f"is {self._config[name]!r}" if name in self._config else "is missing"
        return UnsupportedConfig(f"{name} of {self._where} {said}; it must be {must}")
