"""Rules of `operator.toml` about money between subscribers, and money lent to them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from abonent.kernel.money import round_half_up
from abonent.profile.money_rules import Percent
from abonent.profile.part import Minor, Part

_WHOLE = 10_000
"""Basis points of the whole."""

Positive = Annotated[Minor, Field(gt=0)]


class PromisedOffer(Part):
    """A sum that may be lent, what that costs, and to whom it is offered."""

    amount: Positive
    fee: Minor = 0
    days: Annotated[int, Field(ge=1, le=31)]
    """It is taken back at the local midnight so many days after today."""
    tenure_days: Annotated[int, Field(ge=0, le=3660)] = 0
    """How old the contract must be."""
    topped_up: Minor = 0
    """How much must have been topped up in the last `topped_up_days` of the table."""


def _offers(offers: tuple[PromisedOffer, ...]) -> tuple[PromisedOffer, ...]:
    if len({offer.amount for offer in offers}) != len(offers):
        raise ValueError("an amount is offered twice")
    if any(offer.fee >= offer.amount for offer in offers):
        raise ValueError("a fee is not less than what is lent")
    return offers


class PromisedPayment(Part):
    """`[promised_payment]`: money lent until the next top-up, or until its day at the latest.

    One at a time. What cannot be taken back on its day bars the line one way until it is paid.
    """

    below: Positive
    """Lent only while the account holds less."""
    fee_when: Literal["taken", "repaid"]
    """Whether the fee is taken out of what is lent, or together with it when it is taken back."""
    topped_up_days: Annotated[int, Field(ge=1, le=366)] = 90
    offers: Annotated[
        tuple[PromisedOffer, ...], Field(min_length=1, max_length=6), AfterValidator(_offers)
    ]


class Transfer(Part):
    """`[transfer]`: money from one subscriber's account to another's."""

    fee: Minor = 0
    fee_percent: Percent = 0
    """Of what is transferred, on top of `fee`; the sender pays both."""
    left_min: Minor = 0
    """What must be left on the sender's account, above what is lent to it."""
    smallest: Positive
    largest: Positive
    sent_per_day: Positive
    sent_per_month: Positive
    received_per_day: Positive
    received_per_month: Positive
    recall_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """How long a transfer can be asked back; whether it goes back, its receiver decides."""

    @model_validator(mode="after")
    def _in_order(self) -> "Transfer":
        if self.largest < self.smallest:
            raise ValueError("largest is less than smallest")
        return self

    def fee_on(self, amount_minor: int) -> int:
        """What transferring this sum costs its sender, in minor units; halves rounded up."""
        return round_half_up(amount_minor * self.fee_percent, _WHOLE) + self.fee

    def most(self, own_minor: int) -> int:
        """The largest sum that can be transferred by who has so much of their own."""
        free = own_minor - self.left_min
        most = max((free - self.fee) * _WHOLE // (_WHOLE + self.fee_percent), 0) + 1
        while most and most + self.fee_on(most) > free:  # the fee is rounded, up or down
            most -= 1
        return most


class CollectCall(Part):
    """`[collect_call]`: calls that the other side pays for, once it has agreed."""

    valid_minutes: Annotated[int, Field(ge=5, le=1440)]
    """How long a consent holds."""
    answer_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """How long a request waits for an answer."""
    per_day: Annotated[int, Field(ge=1, le=50)]
    """How many requests a line may make in a local day."""
