"""What bodies hold besides an operation's own input: consent, what it is about, a staff reason."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from abonent.channels.api.encode import ID_SCHEMA, Schema
from abonent.channels.api.query import ON, read_id
from abonent.channels.http.bodies import TEXT_PATTERN
from abonent.kernel.outcome import NeedsInput
from abonent.operations.asks import LONGEST, PlainText, problem, read_ask
from abonent.operations.env import Env
from abonent.operations.model import Ask


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise problem("unknown_item")
    return value


def _id(value: object) -> int:
    try:
        return read_id(value if isinstance(value, str) else "")
    except ValueError:
        raise problem("unknown_item") from None


class About(Ask):
    """What every body may have."""

    on: Annotated[
        int | None,
        BeforeValidator(_id),
        WithJsonSchema(ID_SCHEMA),
        Field(description=ON.description),
    ] = None


class Consent(About):
    """What the body of an operation may have."""

    confirm: Annotated[
        bool,
        BeforeValidator(_flag),
        Field(description="Accept the quote unseen: propose and confirm in one call."),
    ] = False


class Reason(Ask):
    """What staff add."""

    reason: Annotated[PlainText, Field(description="Why staff do this; the journal keeps it.")]


class StaffAbout(About, Reason):
    """`About`, from staff."""


class StaffConsent(Consent, Reason):
    """`Consent`, from staff."""


class Credentials(Ask):
    """The body of a log-in."""

    secret = frozenset({"password"})

    login: Annotated[PlainText, Field(description="The number, or `staff:NAME`.")]
    password: PlainText


class Code(Ask):
    """The body of a proof."""

    code: Annotated[PlainText, Field(description="The one-time code that was sent.")]


class Nothing(Ask):
    """The body of a confirmation."""


def opened(
    outer: type[About], inner: type[Ask], body: Mapping[str, object], env: Env
) -> tuple[Any, dict[str, object]] | NeedsInput:
    """The members of `outer`, read, and the rest of the body as it came, for `inner` to be read.

    A name that both have is the inner one's.
    """
    names = outer.model_fields.keys() - inner.model_fields.keys()
    about = {name: value for name, value in body.items() if name in names}
    rest = {name: value for name, value in body.items() if name not in names}
    read = read_ask(outer, about, env)
    return read if isinstance(read, NeedsInput) else (read, rest)


def _plain(member: Schema) -> Schema:
    """A member without the title that repeats its name, and with the bounds of every text.

    What may be left out is of its one kind all the same: nobody sends null for it.
    """
    plain = {key: value for key, value in member.items() if key not in {"title", "anyOf"}}
    for kind in member.get("anyOf", ()):
        plain |= kind if kind != {"type": "null"} else {}
    if plain.get("type") == "string" and not plain.keys() & {"enum", "format", "pattern"}:
        plain |= {"minLength": 1, "maxLength": LONGEST, "pattern": TEXT_PATTERN}
    return plain


def body_schema(inner: type[Ask], *outer: type[Ask]) -> Schema:
    """The JSON Schema of a body that `opened` takes apart."""
    members: Schema = {}
    required: list[str] = []
    for part in (*outer, inner):
        own = part.model_json_schema()
        for name, member in own.get("properties", {}).items():
            members[name] = _plain(member)
        required += own.get("required", [])
    schema: Schema = {"type": "object", "properties": members, "additionalProperties": False}
    return schema | ({"required": required} if required else {})
