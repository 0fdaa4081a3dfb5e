"""How views become JSON, and the schema that says so: both from one reading of the type hints.

A dataclass is an object of its fields. Ids are strings, because JavaScript reads numbers only up to
2**53. Names of things and sentences come in the language of the request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from abonent.channels.api.describe import described_fields, summary
from abonent.channels.wording import Wording
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import Instant, rfc3339

Schema = dict[str, Any]
Encode = Callable[[Any, Wording], Any]

ID_SCHEMA: Schema = {"type": "string", "pattern": "^[0-9]{1,19}$"}
_INT64: Schema = {"type": "integer", "format": "int64"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What values of one type look like in JSON.

    `named` holds the schemas that `schema` refers to, by name.
    """

    encode: Encode
    schema: Schema
    named: Mapping[str, Schema]


@cache
def shape_of(hint: Any) -> Shape:
    """The shape of a type; raises TypeError for one that has none."""
    if hint in _LEAVES:
        return _LEAVES[hint]
    if isinstance(hint, NewType):
        return _ID if hint.__name__.endswith("Id") else shape_of(hint.__supertype__)
    if is_dataclass(hint):
        return _object(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return Shape(_same, {"type": "string", "enum": list(arguments)}, {})
    if origin in (Union, UnionType) and NoneType in arguments and len(arguments) == 2:
        return _nullable(next(shape_of(part) for part in arguments if part is not NoneType))
    if origin is tuple and arguments[1:] == (...,):
        return _list(shape_of(arguments[0]))
    if origin is dict and arguments[0] is str:
        return _map(shape_of(arguments[1]))
    raise TypeError(f"no JSON shape for {hint!r}")


def reference(name: str) -> Schema:
    """A schema that is another one, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def _same(value: Any, _wording: Wording) -> Any:
    return value


def _money(value: Money, _wording: Wording) -> dict[str, str]:
    return {"amount": value.decimal(), "currency": value.currency}


def _item(value: Item, wording: Wording) -> dict[str, str]:
    return {"id": value.id, "name": wording.item(value)}


_MONEY_SCHEMA: Schema = {
    "type": "object",
    "description": "An exact amount: a decimal string with all digits of the currency.",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{2})?$", "examples": ["12.50"]},
        "currency": {"type": "string", "pattern": "^[A-Z][A-Z0-9]{2}$", "examples": ["UAH"]},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
_ITEM_SCHEMA: Schema = {
    "type": "object",
    "description": "A thing by its id, with its name in the language of the request.",
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
    "required": ["id", "name"],
    "additionalProperties": False,
}
_ID = Shape(lambda value, _wording: str(value), ID_SCHEMA, {})
_LEAVES: dict[Any, Shape] = {
    str: Shape(_same, {"type": "string"}, {}),
    bool: Shape(_same, {"type": "boolean"}, {}),
    int: Shape(_same, _INT64, {}),
    date: Shape(
        lambda value, _wording: value.isoformat(), {"type": "string", "format": "date"}, {}
    ),
    Instant: Shape(
        lambda value, _wording: rfc3339(value), {"type": "string", "format": "date-time"}, {}
    ),
    Text: Shape(lambda value, wording: wording.text(value), {"type": "string"}, {}),
    Money: Shape(_money, reference("Money"), {"Money": _MONEY_SCHEMA}),
    Item: Shape(_item, reference("Item"), {"Item": _ITEM_SCHEMA}),
}


def _nullable(inner: Shape) -> Shape:
    encode = inner.encode
    return Shape(
        lambda value, wording: None if value is None else encode(value, wording),
        {"anyOf": [inner.schema, {"type": "null"}]},
        inner.named,
    )


def _list(inner: Shape) -> Shape:
    encode = inner.encode
    return Shape(
        lambda values, wording: [encode(value, wording) for value in values],
        {"type": "array", "items": inner.schema},
        inner.named,
    )


def _map(inner: Shape) -> Shape:
    encode = inner.encode
    return Shape(
        lambda values, wording: {name: encode(value, wording) for name, value in values.items()},
        {"type": "object", "additionalProperties": inner.schema},
        inner.named,
    )


def _object(kind: Any) -> Shape:
    hints = get_type_hints(kind)
    shapes = {
        field.name: _ID
        if (field.name, hints[field.name]) == ("id", int)
        else shape_of(hints[field.name])
        for field in fields(kind)
    }
    encoders = [(name, shape.encode) for name, shape in shapes.items()]
    named = {name: schema for shape in shapes.values() for name, schema in shape.named.items()}
    named[kind.__name__] = _object_schema(kind, shapes)
    return Shape(
        lambda value, wording: {
            name: encode(getattr(value, name), wording) for name, encode in encoders
        },
        reference(kind.__name__),
        named,
    )


def _object_schema(kind: type, shapes: Mapping[str, Shape]) -> Schema:
    notes = described_fields(kind)
    schema: Schema = {"type": "object"}
    if summary(kind):
        schema["description"] = summary(kind)
    schema["properties"] = {
        name: shape.schema | ({"description": notes[name]} if name in notes else {})
        for name, shape in shapes.items()
    }
    schema["required"] = list(shapes)
    schema["additionalProperties"] = False
    return schema
