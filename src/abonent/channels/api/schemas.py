"""The schemas of bodies that are no views: sessions, outcomes, failures, the list of operations."""

from abonent.channels.api.encode import ID_SCHEMA, Schema, reference, shape_of
from abonent.kernel.money import Money

TEXT: Schema = {"type": "string"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}


def _object(description: str, members: dict[str, Schema], *optional: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": members,
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
    }


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _constant(value: str) -> Schema:
    return {"type": "string", "const": value}


_QUOTE = _object(
    "What an operation costs, from when it counts, and what it changes.",
    {
        "price": reference("Money"),
        "effective_at": {"anyOf": [_MOMENT, {"type": "null"}]},
        "terms": _list_of(TEXT),
        "text": TEXT,
    },
)
_RECEIPT = _object(
    "What was done. `link` leads to what has to be done next; `undo` names what takes it back.",
    {
        "id": ID_SCHEMA,
        "state": {"type": "string", "enum": ["done", "accepted", "failed"]},
        "text": TEXT,
        "link": TEXT,
        "undo": TEXT,
        "secret": TEXT | {"description": "Shown this once, never again."},
    },
    "link",
    "undo",
    "secret",
)
_PROPOSED: dict[str, Schema] = {"proposal": ID_SCHEMA, "quote": reference("Quote")}
_FIELD = _object(
    "A field and what is wrong with it.", {"name": TEXT, "code": TEXT, "message": TEXT}
)
_OPERATION = _object(
    "One operation. `input` is the JSON Schema of its body.",
    {
        "id": TEXT,
        "name": TEXT,
        "title": TEXT,
        "section": TEXT,
        "channels": _list_of(TEXT),
        "askers": _list_of({"type": "string", "enum": ["guest", "person", "staff", "system"]}),
        "confirm": {"type": "boolean"},
        "input": {"type": "object"},
    },
)

BODIES: dict[str, Schema] = {
    **shape_of(Money).named,
    "Session": _object(
        "A session. `level`: 1 password, 2 second proof.",
        {"token": TEXT, "expires_at": _MOMENT, "level": {"type": "integer", "enum": [0, 1, 2]}},
    ),
    "Quote": _QUOTE,
    "Receipt": _RECEIPT,
    "Done": _object(
        "It was done.", {"outcome": _constant("done"), "receipt": reference("Receipt")}
    ),
    "ToConfirm": _object("It waits for consent.", {"outcome": _constant("confirm"), **_PROPOSED}),
    "ToProve": _object(
        "A one-time code went to `sent_to`.",
        {"outcome": _constant("prove"), "proposal": ID_SCHEMA, "sent_to": TEXT},
    ),
    "ToCorrect": _object(
        "The input has to be corrected.",
        {"outcome": _constant("input"), "fields": _list_of(_FIELD)},
    ),
    "Refusal": _object(
        "It was not done. `again` is the new proposal where terms have changed.",
        {
            "outcome": _constant("refused"),
            "code": TEXT,
            "message": TEXT,
            "again": _object("The new proposal.", _PROPOSED),
        },
        "again",
    ),
    "Failure": _object("A request that could not be served.", {"code": TEXT, "message": TEXT}),
    "Operations": _object(
        "Operations by name.", {"items": _list_of(_OPERATION), "next": {"type": "null"}}
    ),
}
