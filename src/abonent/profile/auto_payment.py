"""The rule of `operator.toml` about payments that are taken by themselves."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from abonent.profile.part import Minor, Part

_Sum = Annotated[Minor, Field(gt=0)]
_LONGEST_RETRY_HOURS = 96


def _later_and_later(hours: tuple[int, ...]) -> tuple[int, ...]:
    if any(later < sooner for sooner, later in pairwise(hours)):
        raise ValueError("each try comes at least as long after a refusal as the one before it")
    return hours


class AutoPayment(Part):
    """`[auto_payment]`: from a kept card, on a day of the month or when the balance falls.

    A refused one is tried again by the schedule; after so many refusals in a row it is off, and its
    owner is told.
    """

    smallest: _Sum
    largest: _Sum
    """Of one payment."""
    threshold_largest: _Sum
    """The highest balance below which a payment can be wanted."""
    ceiling_largest: _Sum
    """The most that can be allowed for a calendar month."""
    at_hour: Annotated[int, Field(ge=0, le=23)] = 10
    """So many hours after the local midnight payments by date are taken: not while people sleep."""
    notice_hours: Annotated[int, Field(ge=0, le=168)] = 24
    """How long before a payment by date it is announced; 0 for not at all."""
    retry_hours: Annotated[
        tuple[Annotated[int, Field(ge=1, le=_LONGEST_RETRY_HOURS)], ...],
        Field(max_length=6),
        AfterValidator(_later_and_later),
    ] = (4, 24, 72)
    """How long after each refusal it is tried again; nothing more until the next date."""
    most_refusals: Annotated[int, Field(ge=1, le=12)] = 4
    """Refusals in a row after which it switches itself off."""

    @model_validator(mode="after")
    def _bounds_leave_room(self) -> Self:
        if self.largest < self.smallest:
            raise ValueError("largest is less than smallest")
        if self.ceiling_largest < self.largest:
            raise ValueError("ceiling_largest is less than largest")
        return self
