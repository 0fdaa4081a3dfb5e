"""The shapes of the views of payments, as `views.model` has those of everything else."""

from dataclasses import dataclass

from abonent.kernel.money import Money
from abonent.kernel.text import Text
from abonent.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money that came in, or that somebody has begun to pay by card."""

    id: int
    at: Instant
    what: Text
    amount: Money
    state: str
    """paid, created (nothing has been paid yet), pending, failed, refunded, charged_back, review"""
    reason: Text | None = None
    number: str | None = None
    """Whose account it was for, where that is another number."""
    link: str | None = None
    """Where it can still be paid."""


@dataclass(frozen=True, slots=True)
class PaymentsView:
    """Payments with what became of them, newest first, a page at a time."""

    items: tuple[PaymentRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One payment, as the holder of its link sees it: nothing of who pays or for whom."""

    id: int
    link: str
    state: str
    text: Text
    reason: Text | None
    gateway: str
    amount: Money
    to_pay: Money
    created_at: Instant


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What the provider told of a payment, once."""

    at: Instant
    state: str
    amount: Money
    reference: str
    """The provider's own id of it."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A payment that a person must look at, as staff see it."""

    id: int
    at: Instant
    gateway: str
    number: str | None
    """Whose account it is for; None for a number that nobody has."""
    reason: Text
    to_pay: Money
    booked: Money
    """What the books say that the provider has of it."""
    told: tuple[ToldRow, ...]


@dataclass(frozen=True, slots=True)
class ReviewsView:
    """Payments in review, newest first, a page at a time."""

    items: tuple[ReviewRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class MeansRow:
    """A means of payment that is kept for the person."""

    id: int
    label: str
    kept_at: Instant


@dataclass(frozen=True, slots=True)
class BonusStep:
    """From which sum on there is a bonus, and how much of it that sum gets."""

    at_least: Money
    bonus: Money


@dataclass(frozen=True, slots=True)
class CardTopUpView:
    """How one can top up by card. `gateways` is empty while no provider is there."""

    gateways: tuple[str, ...]
    smallest: Money
    largest: Money
    suggested: tuple[Money, ...]
    commissioned: bool
    bonuses: tuple[BonusStep, ...]
    means: tuple[MeansRow, ...]
