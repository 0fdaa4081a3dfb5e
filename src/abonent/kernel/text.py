"""What is to be said, before it is said in a language: a key and its values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from abonent.kernel.money import Money
from abonent.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class At:
    """An instant to be shown as date and time, or as a date alone."""

    at: Instant
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A thing of the catalogue to be shown by its name: kind is `tariff`, `service` and so on."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a unit (`second`, `sms`, `byte`) to show."""

    value: int
    unit: str


Value = str | int | Money | At | Item | Amount


@dataclass(frozen=True)
class Text:
    """A message by key with its values; the channels' wording turns it into a sentence."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


def values_to_json(values: Mapping[str, Value]) -> str:
    """Values as one line of JSON, keys sorted, so that equal values give equal text."""
    packed = {name: _pack(value) for name, value in values.items()}
    return json.dumps(packed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def values_from_json(text: str) -> dict[str, Value]:
    return {name: _unpack(value) for name, value in json.loads(text).items()} if text else {}


def _pack(value: Value) -> Any:
    match value:
        case Money(amount_minor, currency):
            return {"m": [amount_minor, currency]}
        case At(at, date_only):
            return {"t": [at, date_only]}
        case Item(kind, id):
            return {"i": [kind, id]}
        case Amount(amount, unit):
            return {"a": [amount, unit]}
        case _:
            return value


def _unpack(value: Any) -> Value:
    match value:
        case {"m": [int(amount_minor), str(currency)]}:
            return Money(amount_minor, currency)
        case {"t": [int(at), bool(date_only)]}:
            return At(Instant(at), date_only)
        case {"i": [str(kind), str(id)]}:
            return Item(kind, id)
        case {"a": [int(amount), str(unit)]}:
            return Amount(amount, unit)
        case str() | int():
            return value
        case _:
            raise ValueError(f"not a stored value: {value!r}")
