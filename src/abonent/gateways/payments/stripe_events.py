"""What Stripe's webhooks say of payments, as our events.

Shapes are those of docs.stripe.com/api/events. Events that say nothing new of a payment of ours
give none: unknown kinds, payments of others by the same account, and a card that was declined on
the hosted page, where the payer may still take another one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from abonent.gateways.payments.reading import Object, minor, our_id, part
from abonent.kernel.money import Money
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations.ports import Means, PaymentEvent, PaymentState

_REASONS = {
    "insufficient_funds": "no_funds",
    "expired_card": "expired",
    "fraudulent": "fraud",
    "lost_card": "fraud",
    "stolen_card": "fraud",
    "pickup_card": "fraud",
}


def decline_reason(code: str) -> str:
    """Our reason for a decline code of Stripe's (docs.stripe.com/declines/codes)."""
    return _REASONS.get(code, "declined")


@dataclass(frozen=True, slots=True)
class _Told:
    """An event of Stripe's: its id, its instant, and the object that it is about."""

    id: str
    at: Instant
    about: Object

    @property
    def metadata(self) -> Mapping[str, Any]:
        return part(self.about, "metadata", dict) if self.about.get("metadata") else {}

    def event(self, state: PaymentState, amount: str, reference: str) -> PaymentEvent | None:
        """Our event, if it is about a payment of ours; `amount` names the field that says it."""
        payment = our_id(self.metadata.get("payment"))
        if payment is None:
            return None
        return PaymentEvent(self.id, payment, state, self.money(amount), reference, self.at)

    def money(self, name: str) -> Money:
        return minor(part(self.about, name, int), part(self.about, "currency", str))

    @property
    def reference(self) -> str:
        """The PaymentIntent, by which Stripe refunds; a session that took nothing has none."""
        intent = self.about.get("payment_intent")
        return intent if isinstance(intent, str) else part(self.about, "id", str)


def event_of(told: Object) -> PaymentEvent | None:
    """Our event of a webhook's body; None where it says nothing of a payment of ours."""
    reader = _READERS.get(part(told, "type", str))
    if reader is None:
        return None
    at = Instant(part(told, "created", int) * SECOND_US)
    about = part(part(told, "data", dict), "object", dict)
    return reader(_Told(part(told, "id", str), at, about))


def _session_completed(told: _Told) -> PaymentEvent | None:
    paid = part(told.about, "payment_status", str) == "paid"
    return told.event("paid" if paid else "pending", "amount_total", told.reference)


def _session_paid(told: _Told) -> PaymentEvent | None:
    return told.event("paid", "amount_total", told.reference)


def _session_failed(told: _Told) -> PaymentEvent | None:
    return _with_reason(told.event("failed", "amount_total", told.reference), "declined")


def _session_expired(told: _Told) -> PaymentEvent | None:
    return _with_reason(told.event("failed", "amount_total", told.reference), "abandoned")


def _intent_succeeded(told: _Told) -> PaymentEvent | None:
    amount = "amount_received" if "amount_received" in told.about else "amount"
    return told.event("paid", amount, part(told.about, "id", str))


def _intent_failed(told: _Told) -> PaymentEvent | None:
    if not told.metadata.get("kept"):
        return None
    error = told.about.get("last_payment_error") or {}
    code = error.get("decline_code") or error.get("code") or ""
    failed = told.event("failed", "amount", part(told.about, "id", str))
    return _with_reason(failed, decline_reason(code))


def _charge_succeeded(told: _Told) -> PaymentEvent | None:
    """The one event that says which card it was, and so the one that brings kept means."""
    paid = told.event("paid", "amount_captured", told.reference)
    customer, method = told.about.get("customer"), told.about.get("payment_method")
    if paid is None or not (told.metadata.get("keep") and customer and method):
        return paid
    return replace(paid, means=Means(f"{customer}/{method}", _label(told.about)))


def _charge_refunded(told: _Told) -> PaymentEvent | None:
    return told.event("refunded", "amount_refunded", told.reference)


def _dispute(told: _Told) -> PaymentEvent | None:
    """A dispute knows the PaymentIntent, never our id; inquiries (`warning_…`) move no money."""
    status = part(told.about, "status", str)
    if status.startswith("warning") or status == "won":
        return None
    amount = told.money("amount")
    return PaymentEvent(told.id, 0, "charged_back", amount, told.reference, told.at, "fraud")


def _dispute_won(told: _Told) -> PaymentEvent | None:
    """The money of a dispute that was won has come back."""
    return PaymentEvent(told.id, 0, "paid", told.money("amount"), told.reference, told.at)


def _with_reason(event: PaymentEvent | None, reason: str) -> PaymentEvent | None:
    return event and replace(event, reason=reason)


def _label(charge: Object) -> str:
    details = charge.get("payment_method_details") or {}
    card = details.get("card")
    if not isinstance(card, dict):
        return str(details.get("type") or "Stripe")
    return f"{str(card.get('brand')).title()} •• {card.get('last4')}"


_READERS: Mapping[str, Callable[[_Told], PaymentEvent | None]] = {
    "checkout.session.completed": _session_completed,
    "checkout.session.async_payment_succeeded": _session_paid,
    "checkout.session.async_payment_failed": _session_failed,
    "checkout.session.expired": _session_expired,
    "payment_intent.succeeded": _intent_succeeded,
    "payment_intent.payment_failed": _intent_failed,
    "charge.succeeded": _charge_succeeded,
    "charge.refunded": _charge_refunded,
    "charge.dispute.created": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.closed": _dispute,
    "charge.dispute.funds_reinstated": _dispute_won,
}
