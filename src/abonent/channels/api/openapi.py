"""The description of the API (OpenAPI 3.1), built from the registry of operations and the views.

A new operation or view appears by itself; nothing here names one.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from abonent.channels.api.encode import ID_SCHEMA, Schema, reference, shape_of
from abonent.channels.api.envelope import About, Code, Credentials, Nothing, body_schema
from abonent.channels.api.operations import input_schema
from abonent.channels.api.query import ON, Parameter
from abonent.channels.api.schemas import BODIES
from abonent.channels.api.views import View
from abonent.channels.wording import Wording
from abonent.operations.model import Operation

ANYBODY: Schema = {"security": [{}, {"session": []}]}
"""Marks what needs no session."""
_BROKEN_BODY = (400, 408, 413, 415)
_OUTAGE = (500, 503)
_INTRODUCTION = (
    "Everything that a subscriber can see and do. Log in with `POST /sessions` and send the token "
    "as `Authorization: Bearer`. A session ends by itself when it is not used. "
    "Sentences come in the language of `Accept-Language`, or of the subscriber.\n\n"
    "An operation is proposed, proved with a one-time code where the operator asks for one, and "
    "confirmed; `confirm: true` proposes and confirms in one call. With an `Idempotency-Key` a "
    "repeated request gets the stored answer."
)


def document(
    operations: Mapping[str, Operation], views: Iterable[View], wording: Wording
) -> Schema:
    """The whole description, with titles in the language of the wording."""
    schemas = dict(BODIES)
    paths: dict[str, Schema] = {"/sessions": _open_session(), "/sessions/current": _end_session()}
    for view in views:
        paths[view.path] = {"get": _view(view)}
        schemas |= shape_of(view.answer).named
    paths["/operations"] = {"get": _list()}
    for name, operation in operations.items():
        paths[f"/operations/{name}"] = {"post": _operation(operation, wording)}
        schemas[_input_name(name)] = input_schema(operation)
    schemas["Credentials"] = body_schema(Credentials)
    schemas["Proof"] = body_schema(Code, About)
    schemas["Consent"] = body_schema(Nothing, About)
    paths["/proposals/{proposal}/prove"] = {
        "post": _decision("prove", "Proof", "Give the one-time code of a proposal")
    }
    paths["/proposals/{proposal}/confirm"] = {
        "post": _decision("confirm", "Consent", "Accept the quote of a proposal")
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "abonent",
            "version": version("abonent"),
            "description": _INTRODUCTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _open_session() -> Schema:
    return {
        "post": {
            "operationId": "open_session",
            "summary": "Log in",
            "tags": ["sessions"],
            "requestBody": _body(reference("Credentials")),
            "responses": _answers({201: ("A session.", reference("Session"))})
            | _failures(401, 403, 409, 429, *_BROKEN_BODY, *_OUTAGE)
            | _answers({422: (_phrase(422), _any_of("ToCorrect", "Failure"))}),
        }
        | ANYBODY
    }


def _end_session() -> Schema:
    return {
        "delete": {
            "operationId": "end_session",
            "summary": "Log out",
            "tags": ["sessions"],
            "responses": {"204": {"description": "The session is over."}}
            | _failures(401, 422, *_OUTAGE),
        }
    }


def _view(view: View) -> Schema:
    return {
        "operationId": view.name,
        "summary": view.summary,
        "tags": ["views"],
        "parameters": [_query(parameter) for parameter in view.parameters],
        "responses": _answers({200: (view.summary, shape_of(view.answer).schema)})
        | _failures(401, 403, 404, 422, *_OUTAGE),
    } | (ANYBODY if view.public else {})


def _list() -> Schema:
    return {
        "operationId": "list_operations",
        "summary": "What can be asked for, with the schema of each input",
        "tags": ["operations"],
        "responses": _answers({200: ("All operations.", reference("Operations"))})
        | _failures(401, 422, *_OUTAGE),
    } | ANYBODY


def _operation(operation: Operation, wording: Wording) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "summary": wording.t(f"op.{operation.name}"),
        "description": _who_and_how(operation),
        "tags": [operation.section],
        "parameters": [
            _query(ON),
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Makes a repetition of this request safe.",
                "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,100}$"},
            },
        ],
        "requestBody": _body(reference(_input_name(operation.name))),
        "responses": _proposals(),
    }
    return described | (ANYBODY if "guest" in operation.askers else {})


def _decision(name: str, body: str, summary: str) -> Schema:
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["operations"],
        "parameters": [
            {"name": "proposal", "in": "path", "required": True, "schema": ID_SCHEMA},
            _query(ON),
        ],
        "requestBody": _body(reference(body)),
        "responses": _outcomes(),
    } | ANYBODY


def _who_and_how(operation: Operation) -> str:
    askers = " or ".join(sorted(operation.askers - {"system"}))
    steps = "Shows a quote that has to be confirmed." if operation.confirm else "Done in one call."
    session = " Needs no session." if "guest" in operation.askers else ""
    return f"Asked by: {askers}. {steps}{session}"


def _query(parameter: Parameter) -> Schema:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "required": parameter.required,
        "schema": parameter.schema,
    }


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _outcomes() -> dict[str, Schema]:
    """What any operation may answer: its outcomes, and failures before it was reached."""
    answers = {
        200: ("Done.", reference("Done")),
        202: ("To be confirmed or proved.", _any_of("ToConfirm", "ToProve")),
        409: ("Refused.", reference("Refusal")),
        422: (
            "Fields to be corrected, or a key used again.",
            _any_of("ToCorrect", "Refusal", "Failure"),
        ),
    }
    may_be_either = (401, 403, 404, 429, 503)
    return (
        _failures(500, *_BROKEN_BODY)
        | _answers(answers)
        | _answers({code: (_phrase(code), _any_of("Refusal", "Failure")) for code in may_be_either})
    )


def _proposals() -> dict[str, Schema]:
    """What proposing may answer, and where it leads."""
    proposal = {"proposal": "$response.body#/proposal"}
    answers = _outcomes()
    answers["202"]["links"] = {
        step: {"operationId": step, "parameters": proposal} for step in ("prove", "confirm")
    }
    return answers


def _failures(*statuses: int) -> dict[str, Schema]:
    return _answers({status: (_phrase(status), reference("Failure")) for status in statuses})


def _answers(answers: Mapping[int, tuple[str, Schema]]) -> dict[str, Schema]:
    return {
        str(status): {
            "description": description,
            "content": {"application/json": {"schema": schema}},
        }
        for status, (description, schema) in sorted(answers.items())
    }


def _any_of(*names: str) -> Schema:
    return {"anyOf": [reference(name) for name in names]}


def _phrase(status: int) -> str:
    return f"{HTTPStatus(status).phrase}."


def _input_name(operation: str) -> str:
    return "".join(word.capitalize() for word in operation.split("_")) + "Input"


def operation_ids(described: Mapping[str, Any]) -> list[str]:
    """The ids of everything described."""
    return [each["operationId"] for path in described["paths"].values() for each in path.values()]
