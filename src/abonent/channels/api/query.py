"""Query parameters, read as strictly as bodies: unknown, repeated, malformed ones are refused."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.datastructures import QueryParams

from abonent.channels.api.encode import ID_SCHEMA, Schema
from abonent.channels.http.problem import HttpProblem
from abonent.kernel.text import Text
from abonent.operations.views.paging import position

LIMIT_DEFAULT = 50
LIMIT_MOST = 200
_LARGEST_ID = 2**63 - 1
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """`read` turns the text into a value, and raises ValueError for one that is none."""

    name: str
    read: Callable[[str], Any]
    schema: Schema
    description: str
    required: bool = False


def read_id(text: str) -> int:
    """An id as the API writes it; raises ValueError for anything else."""
    if re.fullmatch(r"[0-9]{1,19}", text) is None or int(text) > _LARGEST_ID:
        raise ValueError("not an id")
    return int(text)


def read_query(query: QueryParams, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The parameters that were given, by name; raises HttpProblem 422."""
    allowed = {parameter.name: parameter for parameter in parameters}
    given: dict[str, Any] = {}
    for name, text in query.multi_items():
        if name not in allowed:
            raise _refusal("query_unknown", name)
        if name in given:
            raise _refusal("query_repeated", name)
        given[name] = _value(allowed[name], text)
    for parameter in parameters:
        if parameter.required and parameter.name not in given:
            raise _refusal("query_missing", parameter.name)
    return given


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of a parameter that has only these values."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError("none of the choices")
        return text

    return read


def _value(parameter: Parameter, text: str) -> Any:
    try:
        return parameter.read(text)
    except ValueError:
        raise _refusal("query_invalid", parameter.name) from None


def _refusal(code: str, name: str) -> HttpProblem:
    shown = name[:40] if name.isprintable() else ""
    return HttpProblem(422, code, Text(f"http.{code}", {"name": shown}))


def _day(text: str) -> date:
    if _DATE.fullmatch(text) is None:
        raise ValueError("not a date")
    return date.fromisoformat(text)


def _limit(text: str) -> int:
    if re.fullmatch(r"[1-9][0-9]{0,2}", text) is None or int(text) > LIMIT_MOST:
        raise ValueError("out of range")
    return int(text)


def _cursor(text: str) -> str:
    position(text)
    return text


ON = Parameter(
    "on",
    read_id,
    ID_SCHEMA,
    "A line, contract or account that the session may touch; its own line where left out.",
)
_DAY_SCHEMA: Schema = {
    "type": "string",
    "format": "date",
    "pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$",
}
FROM = Parameter("from", _day, _DAY_SCHEMA, "First local day, included.")
TO = Parameter("to", _day, _DAY_SCHEMA, "Last local day, included.")
CURSOR = Parameter(
    "cursor",
    _cursor,
    {"type": "string", "pattern": "^[A-Za-z0-9_.~-]{1,100}$"},
    "`next` of the page before.",
)
LIMIT = Parameter(
    "limit",
    _limit,
    {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT_DEFAULT},
    "The most items on one page.",
)
