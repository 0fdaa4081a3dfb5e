import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import jsonschema_rs
import pytest

from abonent.channels.api.encode import Shape, shape_of
from abonent.channels.wording import Wording
from abonent.kernel.ids import LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import Instant
from abonent.operations.views import model, payment_model


@dataclass(frozen=True, slots=True)
class Part:
    id: int
    kind: Literal["call", "sms"]


@dataclass(frozen=True, slots=True)
class Whole:
    """All that a view may hold."""

    line: LineId
    price: Money
    """What it costs."""
    at: Instant
    day: date
    until: Instant | None
    name: Item
    said: Text
    parts: tuple[Part, ...]
    counts: dict[str, int]
    on: bool
    note: str
    left: int


WHOLE = Whole(
    line=LineId(2**62),
    price=Money(-1250, "UAH"),
    at=Instant(1_700_000_000_000_000),
    day=date(2025, 3, 1),
    until=None,
    name=Item("op", "block_line"),
    said=Text("http.query_unknown", {"name": "x"}),
    parts=(Part(7, "sms"),),
    counts={"call": 3},
    on=True,
    note="«Ваня»",
    left=2**40,
)


def validator(shape: Shape) -> Any:
    """A validator of what the shape says, as a reader of the description would make it."""
    schema = shape.schema | {"components": {"schemas": shape.named}}
    return jsonschema_rs.Draft202012Validator(schema)


def test_a_view_becomes_json(english: Wording) -> None:
    assert shape_of(Whole).encode(WHOLE, english) == {
        "line": str(2**62),
        "price": {"amount": "-12.50", "currency": "UAH"},
        "at": "2023-11-14T22:13:20Z",
        "day": "2025-03-01",
        "until": None,
        "name": {"id": "block_line", "name": "Blocking the number"},
        "said": "There is no parameter “x” here.",
        "parts": [{"id": "7", "kind": "sms"}],
        "counts": {"call": 3},
        "on": True,
        "note": "«Ваня»",
        "left": 2**40,
    }


def test_names_and_sentences_come_in_the_language_of_the_request(
    english: Wording, wordings: Any
) -> None:
    ukrainian = shape_of(Whole).encode(WHOLE, wordings.for_language("uk"))
    assert ukrainian["name"]["name"] != "Blocking the number"
    assert ukrainian["name"]["id"] == "block_line"


def test_what_is_encoded_is_what_the_schema_says(english: Wording) -> None:
    shape = shape_of(Whole)
    encoded = json.loads(json.dumps(shape.encode(WHOLE, english)))
    assert validator(shape).is_valid(encoded)
    for broken in (encoded | {"left": "1"}, encoded | {"more": 1}, encoded | {"until": 1}):
        assert not validator(shape).is_valid(broken)


def test_the_schema_says_what_the_code_says_about_its_fields() -> None:
    shape = shape_of(Whole)
    assert shape.named["Whole"]["description"] == "All that a view may hold."
    assert shape.named["Whole"]["properties"]["price"]["description"] == "What it costs."
    assert "description" not in shape.named["Part"]


SHAPES = {**vars(model), **vars(payment_model)}


@pytest.mark.parametrize("view", [kind for name, kind in SHAPES.items() if name.endswith("View")])
def test_every_view_has_a_shape(view: type) -> None:
    shape = shape_of(view)
    jsonschema_rs.meta.validate(shape.named[view.__name__])
    validator(shape)


@pytest.mark.parametrize("hint", [float, bytes, set[int], int | str, list[int], tuple[int, str]])
def test_a_type_without_a_shape_is_an_error_when_the_program_starts(hint: object) -> None:
    with pytest.raises(TypeError, match="no JSON shape"):
        shape_of(hint)
