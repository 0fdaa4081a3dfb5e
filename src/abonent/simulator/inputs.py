"""What scripts send to the simulator, read strictly."""

from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from starlette.requests import Request

from abonent.profile.model import UsageKind
from abonent.simulator.faults import Fault

LARGEST_AMOUNT = {"call": 86_400, "sms": 1_000, "data": 1 << 40}
"""The longest call in seconds, the most messages and bytes that one record may have."""

EARLIEST_YEAR = 2000


def _printable(text: str) -> str:
    """Texts may have line ends and nothing else that no telephone shows and no database takes."""
    if not text.replace("\n", " ").isprintable():
        raise ValueError("has characters that no telephone shows")
    return text


Party = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_printable)]
Written = Annotated[str, Field(max_length=1600), AfterValidator(_printable)]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class UssdInput(Input):
    """A dialled code, or an answer to the last screen of a session."""

    line: Party
    text: Annotated[str, Field(max_length=182), AfterValidator(_printable)]
    session: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class SmsInput(Input):
    sender: Annotated[Party, Field(alias="from")]
    to: Party
    text: Annotated[Written, Field(min_length=1)]


class UsageInput(Input):
    """`amount` in seconds, pieces or bytes; `peer` is the other number of a call or a message."""

    line: Party
    kind: UsageKind
    peer: Annotated[str, Field(max_length=24, pattern=r"^\+?[0-9 ()*#-]*$")] = ""
    amount: Annotated[int, Field(gt=0)]
    at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_believable(self) -> Self:
        if self.amount > LARGEST_AMOUNT[self.kind]:
            raise ValueError(f"amount is at most {LARGEST_AMOUNT[self.kind]}")
        if self.at is not None and self.at.year < EARLIEST_YEAR:
            raise ValueError(f"at is not before {EARLIEST_YEAR}")
        return self


class PayInput(Input):
    """`payment` is the id that ends a payment's link; `late` and `twice` are paid, too."""

    payment: Annotated[str, Field(pattern=r"^[0-9]{1,19}$")] | Annotated[int, Field(gt=0, lt=2**63)]
    result: Literal["paid", "declined", "late", "twice"]


class ClockInput(Input):
    """Seconds to move forward, or the instant to reach: one of the two."""

    advance_s: Annotated[int, Field(ge=-(10**10), le=10**10)] | None = None
    now: AwareDatetime | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.advance_s is None) == (self.now is None):
            raise ValueError("give either advance_s or now")
        return self


I = TypeVar("I", bound=Input)  # noqa: E741 (the type of an input)


async def read_input(request: Request, kind: type[I]) -> I:
    """The body as an input; raises Fault for what is no JSON or does not fit.

    The content type must be JSON, which pages of other sites cannot send without asking us.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Fault("content_type")
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Fault("body_not_json") from None
        place = ".".join(map(str, first["loc"]))
        raise Fault("input_invalid", f"{place}: {first['msg']}." if place else "") from None
