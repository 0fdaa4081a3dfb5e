"""What a provider tells of a payment, and what becomes of the payment by it: pure rules (ADR 015).

Providers tell things late, twice, out of order, and sometimes against what they told before. By
our id a payment is booked once and given back once. What cannot both be true goes to a person of
staff (`review`), with the books as they are.
"""

from dataclasses import dataclass
from typing import Literal, assert_never

from abonent.kernel.money import Money
from abonent.ledger.payments import Payment
from abonent.operations.ports import PaymentEvent

Step = Literal["ignore", "move", "book", "give_back", "restore"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`move` changes the state alone, the others post to the account as well.

    `give_back` and `restore` take what was booked down or up to `held`, which is what the provider
    has of it.
    """

    step: Step
    state: str = ""
    reason: str = ""
    held: Money | None = None


IGNORE = Verdict("ignore")


def judge(payment: Payment, event: PaymentEvent, came: Money | None = None) -> Verdict:
    """What the event changes; `came` is what was told as paid, None if that is as was ordered."""
    match event.state:
        case "pending":
            return _begun(payment, event)
        case "failed":
            return _failed(payment, event)
        case "paid":
            return _paid(payment, event)
        case "refunded" | "charged_back":
            return _given_back(payment, event, came or payment.to_pay)
        case _:
            assert_never(event.state)


def decide(payment: Payment, held: Money) -> Verdict:
    """What follows for a payment in review once a person has seen what the provider has of it."""
    if not payment.booked:
        return Verdict("book", "paid") if held else Verdict("move", "failed", "not_received")
    state = "paid" if held == payment.to_pay else "refunded"
    if held == payment.held:
        return Verdict("move", state)
    less = held.amount_minor < payment.held.amount_minor
    return Verdict("give_back" if less else "restore", state, held=held)


def _begun(payment: Payment, event: PaymentEvent) -> Verdict:
    """Another try after one that failed is open again; anything else has gone on since."""
    again = payment.state == "failed" and not _late(payment, event)
    return Verdict("move", "pending") if payment.state == "created" or again else IGNORE


def _failed(payment: Payment, event: PaymentEvent) -> Verdict:
    """After a success only the failure of another attempt can be true, too."""
    if payment.open and payment.state != "failed":
        return Verdict("move", "failed", event.reason or "other")
    gave_up = event.reason in {"expired", "abandoned"} or _another(payment, event)
    if payment.state in {"failed", "review"} or gave_up or _late(payment, event):
        return IGNORE
    return _review("contradiction")


def _paid(payment: Payment, event: PaymentEvent) -> Verdict:
    if payment.state == "review" and not payment.open:
        return IGNORE
    if event.amount.currency != payment.to_pay.currency:
        return _review("currency_differs")
    if event.amount != payment.to_pay:
        return _review("amount_differs")
    if payment.open:
        return Verdict("book", "paid")
    if _another(payment, event):
        return _review("paid_twice")
    if payment.state == "paid" or _late(payment, event):
        return IGNORE
    return _review("contradiction")


def _given_back(payment: Payment, event: PaymentEvent, came: Money) -> Verdict:
    """What is not booked and was given back whole came and went: nothing is posted.

    If a part of it was, the rest is with the provider still, and a person says how much that is.
    """
    if payment.state == "review" and payment.booked:
        return IGNORE
    if event.amount.currency != payment.to_pay.currency:
        return _review("currency_differs")
    whole = payment.to_pay if payment.booked else came
    if not 0 < event.amount.amount_minor <= whole.amount_minor:
        return _review("amount_differs")
    if payment.state == "paid":
        if _another(payment, event) or _before(payment, event):
            return _review("contradiction")
        held = payment.held - event.amount
        return Verdict("give_back", event.state, event.reason, held)
    if payment.open or payment.state == "review":
        part = event.amount != whole
        return _review("amount_differs") if part else Verdict("move", event.state, event.reason)
    same = payment.state == event.state and payment.returned in {None, event.amount}
    return IGNORE if same else _review("contradiction")


def _review(reason: str) -> Verdict:
    return Verdict("move", "review", reason)


def _late(payment: Payment, event: PaymentEvent) -> bool:
    """Whether it happened no later than what we know of last."""
    return payment.told_at is not None and event.at <= payment.told_at


def _before(payment: Payment, event: PaymentEvent) -> bool:
    """Whether it happened before what we know of last, which may already say what came of it."""
    return payment.told_at is not None and event.at < payment.told_at


def _another(payment: Payment, event: PaymentEvent) -> bool:
    """Whether the provider took money a second time for one payment of ours."""
    return "" not in {payment.reference, event.reference} and payment.reference != event.reference
