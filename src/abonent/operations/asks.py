"""Reading inputs: the field types that operations share, and one reader for every channel."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from abonent.kernel.money import Money, parse_money
from abonent.kernel.msisdn import Msisdn, NumberProblem
from abonent.kernel.outcome import FieldProblem, NeedsInput
from abonent.kernel.text import Text, Value
from abonent.operations.env import Env
from abonent.operations.model import Ask

LONGEST = 200
"""No field of any operation takes more characters."""

_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_type": "text_expected",
    "literal_error": "unknown_item",
}
"""Our words for what pydantic itself finds wrong."""
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,47}")
_ID = re.compile(r"[0-9]{1,19}")
_LARGEST_ID = 2**63 - 1
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
"""Days of this century: the ends of the calendar have no midnight in every zone."""


def problem(code: str, **values: Value) -> PydanticCustomError:
    """What a validator raises: a code that is worded as `problem.CODE` with the values."""
    return PydanticCustomError(code, code, dict(values) or None)


def env_of(info: ValidationInfo) -> Env:
    """The surroundings that a validator needs, such as the number plan."""
    env = info.context
    assert isinstance(env, Env)
    return env


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise problem("text_expected")
    if len(value) > LONGEST:
        raise problem("too_long", longest=LONGEST)
    if not value:
        raise problem("required")
    return value


def _slug(value: str) -> str:
    if _SLUG.fullmatch(value) is None:
        raise problem("unknown_item")
    return value


def _number(value: str, info: ValidationInfo) -> Msisdn:
    plan = env_of(info).number_plan
    try:
        return plan.parse(value)
    except NumberProblem as error:
        example = plan.country_code + "9" * plan.national_length
        raise problem(error.code, example=example, digits=plan.national_length) from None


def _amount(value: str, info: ValidationInfo) -> Money:
    try:
        amount = parse_money(value, env_of(info).operator.currency)
    except ValueError:
        raise problem("amount_invalid") from None
    if not amount:
        raise problem("amount_zero")
    return amount


def _id(value: str) -> int:
    if _ID.fullmatch(value) is None or int(value) > _LARGEST_ID:
        raise problem("unknown_item")
    return int(value)


def _day(value: str) -> date:
    if _DATE.fullmatch(value) is None:
        raise problem("date_invalid")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise problem("date_invalid") from None


PlainText = Annotated[str, BeforeValidator(_text)]
Slug = Annotated[PlainText, AfterValidator(_slug)]
"""The id of a thing of the catalogue."""
Number = Annotated[PlainText, AfterValidator(_number)]
"""A subscriber's number, read by the operator's number plan into E.164 digits."""
Amount = Annotated[
    Money,
    BeforeValidator(lambda value, info: _amount(_text(value), info)),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,12}([.,][0-9]{1,2})?$"}),
]
"""More than nothing, as a decimal text in the operator's currency."""
Id = Annotated[
    int,
    BeforeValidator(lambda value: _id(_text(value))),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,19}$"}),
]
"""The id of something of one's own, as lists give it."""
Day = Annotated[date, BeforeValidator(lambda value: _day(_text(value)))]
"""A local day as `YYYY-MM-DD`."""


def read_ask(ask: type[Ask], raw: Mapping[str, object], env: Env) -> Any:
    """The input as the operation's own type, or NeedsInput with every problem at once."""
    try:
        return ask.model_validate(dict(raw), context=env)
    except ValidationError as error:
        return NeedsInput(tuple(map(_problem, error.errors(include_url=False))))


def field_problem(name: str, code: str, **values: Value) -> FieldProblem:
    return FieldProblem(name, code, Text(f"problem.{code}", values))


def needs(name: str, code: str, **values: Value) -> NeedsInput:
    """One field is wrong in a way that only the operation can see."""
    return NeedsInput((field_problem(name, code, **values),))


def _problem(error: Any) -> FieldProblem:
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] in _CODES:
        return field_problem(name, _CODES[error["type"]])
    return field_problem(name, error["type"], **error.get("ctx", {}))
