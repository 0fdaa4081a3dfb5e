"""Strict readers of request bodies: what is not exactly right is refused, never repaired."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from abonent.channels.http.problem import HttpProblem

DEEPEST = 8
"""How far objects and lists of a JSON body may be nested."""
MOST_FIELDS = 200
_LONGEST_INTEGER = 19
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
TEXT_PATTERN = f"^[^{_CONTROLS}]*$"
"""What texts of bodies match, as JSON Schema writes it: no control characters but tab, line end."""
_UNFIT = re.compile(rf"[{_CONTROLS}\ud800-\udfff]")
"""Control characters, and halves of surrogate pairs, which are no characters at all."""


async def json_body(request: Request) -> dict[str, object]:
    """The object that the body is; an empty body is the empty object.

    Raises HttpProblem: 415 for another content type, 400 for what is no strict JSON (RFC 8259):
    invalid UTF-8, a name given twice, NaN, numbers out of range, control characters, deep nesting,
    anything but an object.
    """
    data = await request.body()
    if not data:
        return {}
    _require_type(request, "application/json")
    return read_object(data)


def read_object(data: bytes) -> dict[str, object]:
    """The JSON object in `data`; raises HttpProblem 400 as `json_body` does."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except UnicodeDecodeError:
        raise HttpProblem(400, "body_not_utf8") from None
    except (ValueError, RecursionError):
        raise HttpProblem(400, "body_not_json") from None
    if not isinstance(value, dict):
        raise HttpProblem(400, "body_not_object")
    _check(value, DEEPEST)
    return value


class Form(Mapping[str, str]):
    """The fields of a form. A field that was sent twice has no single value: `all` gives both."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        values = self._values[name]
        if len(values) > 1:
            raise HttpProblem(400, "field_repeated")
        return values[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, such as the boxes ticked in a list; none is an empty tuple."""
        return tuple(self._values.get(name, ()))


async def form_body(request: Request) -> Form:
    """The fields of a form sent as application/x-www-form-urlencoded.

    Raises HttpProblem: 415 for another content type, 400 for invalid UTF-8, control characters or
    too many fields.
    """
    data = await request.body()
    if not data:
        return Form([])
    _require_type(request, "application/x-www-form-urlencoded")
    return read_form(data)


def read_form(data: bytes) -> Form:
    """The form in `data`; raises HttpProblem 400 as `form_body` does."""
    try:
        pairs = parse_qsl(
            data.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise HttpProblem(400, "body_not_utf8") from None
    except ValueError:
        raise HttpProblem(400, "form_broken") from None
    for name, value in pairs:
        check_text(name)
        check_text(value)
    return Form(pairs)


def check_text(text: str) -> None:
    """Refuse a text that no field may hold; raises HttpProblem 400 `body_characters`."""
    if _UNFIT.search(text):
        raise HttpProblem(400, "body_characters")


def _require_type(request: Request, wanted: str) -> None:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower()
    if kind.strip().lower() != wanted or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
        raise HttpProblem(415, "content_type")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HttpProblem(415, "content_encoding")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise HttpProblem(400, "field_repeated")
    return fields


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("out of range")
    return number


def _bounded(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise ValueError("out of range")
    return int(text)


def _check(value: object, depth_left: int) -> None:
    if depth_left == 0:
        raise HttpProblem(400, "body_too_deep")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for name, member in value.items():
            check_text(name)
            _check(member, depth_left - 1)
    elif isinstance(value, list):
        for member in value:
            _check(member, depth_left - 1)
