"""The types that profile files are made of: amounts, ids, digits, texts in every language."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
)

from abonent.kernel.money import parse_money


def _minor(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError('write an amount as a decimal string, such as "12.50"')
    return parse_money(value, "UAH").amount_minor


def _complete(words: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """Exactly the languages of the profile, where the loader gave them as `context`."""
    if info.context is None:
        return words
    languages: tuple[str, ...] = info.context["languages"]
    if missing := [language for language in languages if language not in words]:
        raise ValueError(f"no text in {', '.join(missing)}")
    if foreign := [language for language in words if language not in languages]:
        raise ValueError(f"{', '.join(foreign)} is no language of this profile")
    return words


def known_zone(name: str) -> str:
    """The name, if the IANA database has it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"the time zone {name!r} is not in the IANA database") from None
    return name


def known_language(tag: str) -> str:
    """The tag (BCP 47), if CLDR has data for it."""
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"CLDR knows no language {tag!r}") from None
    return tag


Minor = Annotated[int, BeforeValidator(_minor)]
"""Minor units, read from a decimal string with at most two digits after the point."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,47}$")]
Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = Annotated[dict[str, Line], AfterValidator(_complete)]
"""One text per language of the profile, no more and no fewer."""

Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")]

Unit = Literal["second", "sms", "byte"]
UsageKind = Literal["call", "sms", "data"]
Zone = Literal["onnet", "national", "international", "emergency", "free", "internet"]


class Part(BaseModel):
    """A frozen piece of a profile; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
