from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from abonent.channels.api.openapi import document, operation_ids
from abonent.channels.api.operations import input_schema
from abonent.channels.api.views import VIEWS
from abonent.channels.wording import Wording
from abonent.operations.registry import OPERATIONS


@pytest.fixture
def described(english: Wording) -> dict[str, Any]:
    return document(OPERATIONS, VIEWS, english)


def test_every_view_and_operation_is_described(described: dict[str, Any]) -> None:
    for name in OPERATIONS:
        assert f"/operations/{name}" in described["paths"]
    for view in VIEWS:
        assert view.path in described["paths"]


def test_a_new_operation_appears_by_itself(english: Wording) -> None:
    new = replace(OPERATIONS["block_line"], name="unblock_line")
    described = document({"block_line": OPERATIONS["block_line"], "unblock_line": new}, (), english)
    assert "/operations/unblock_line" in described["paths"]
    assert "UnblockLineInput" in described["components"]["schemas"]


def test_everything_has_an_id_of_its_own(described: dict[str, Any]) -> None:
    ids = operation_ids(described)
    assert len(ids) == len(set(ids))


def test_every_schema_is_one_and_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for name, schema in schemas.items():
        jsonschema_rs.meta.validate(schema)
        assert schema.get("type") == "object", name
    assert {reference.rpartition("/")[2] for reference in references(described)} <= schemas.keys()


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_inputs_are_those_of_the_operations_and_what_all_of_them_take(
    described: dict[str, Any],
) -> None:
    schemas = described["components"]["schemas"]
    detail = schemas["OrderDetailInput"]
    assert detail["properties"].keys() == {"from", "to", "on", "confirm"}
    assert detail["required"] == ["from", "to"]
    assert detail["additionalProperties"] is False
    assert "reason" in schemas["RevealPukInput"]["required"]
    assert schemas["SetNoticesInput"]["properties"]["on"]["enum"] == ["yes", "no"]


def test_what_needs_no_session_is_marked(described: dict[str, Any]) -> None:
    open_to_all = {
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
        if {} in operation.get("security", described["security"])
    }
    expected = {"open_session", "contacts", "list_operations", "register", "top_up_by_card"}
    assert open_to_all == expected | {"prove", "confirm"}


def test_every_member_of_an_input_is_a_text_or_a_yes_or_no(english: Wording) -> None:
    for name, operation in OPERATIONS.items():
        for member in input_schema(operation)["properties"].values():
            assert member.get("type") in {"string", "boolean"}, name
