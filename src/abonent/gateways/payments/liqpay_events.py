"""What LiqPay says of a payment, in answers and callbacks, as our events.

Statuses are those of liqpay.ua/documentation/en/api/callback, error codes those of
liqpay.ua/en/doc/errors. An answer and the callback that follows say the same thing and give events
of the same id.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from abonent.gateways.payments.reading import Object, decimal, our_id, part
from abonent.kernel.money import Money
from abonent.kernel.time import Clock, Instant
from abonent.operations.ports import Means, NotSigned, PaymentEvent, PaymentOrder, PaymentState

_PREFIX = "abonent-"

_STATES: Mapping[str, PaymentState] = {
    "success": "paid",
    # Paid, and on its way to us with the next payout.
    "wait_compensation": "paid",
    "reversed": "refunded",
    "failure": "failed",
    "error": "failed",
}
_UNDER_WAY = frozenset(
    {"processing", "prepared", "try_again", "cash_wait", "hold_wait", "invoice_wait"}
)

_REASONS = {
    "limit": "no_funds",
    "amount_limit": "no_funds",
    "err_limit_amount": "no_funds",
    "err_payment_amount_limit": "no_funds",
    "frod": "fraud",
    "decline": "fraud",
    "expired_3ds": "abandoned",
    "expired_otp": "abandoned",
    "expired_cvv": "abandoned",
    "expired_phone": "abandoned",
    "expired_p24": "abandoned",
    "err_card_expired": "expired",
    "err_no_card_token": "expired",
}
_REFUSES_US = frozenset(
    {
        "err_auth",
        "err_api_action",
        "err_api_ip",
        "err_cache",
        "err_path",
        "invalid_signature",
        "public_key_not_found",
        "shop_blocked",
        "shop_not_active",
        "wait_info",
    }
)
"""What has to do with the shop or the moment and says nothing of the payer."""


def order_id(payment: int) -> str:
    """The order number under which LiqPay knows a payment of ours."""
    return f"{_PREFIX}{payment}"


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop at LiqPay. A real one (`sandbox` is False) never takes play money for paid."""

    sandbox: bool
    clock: Clock

    def payment_of(self, order: object) -> int | None:
        """The id of our payment by its order number; None for what others have sold."""
        if not isinstance(order, str) or not order.startswith(_PREFIX):
            return None
        return our_id(order.removeprefix(_PREFIX))

    def event(self, told: Object) -> PaymentEvent | None:
        """Our event; None for another's order, or for a status that we do not know."""
        payment, state = self.payment_of(told.get("order_id")), self._state(told)
        if payment is None or state is None or told.get("action", "pay") not in _ACTIONS:
            return None
        amount = _amount(told, "amount")
        if state == "refunded" and told.get("refund_amount"):
            amount = _amount(told, "refund_amount")
        reference = str(told.get("payment_id", ""))
        what = _returned(amount) if state == "refunded" else told["status"]
        return PaymentEvent(
            id=f"{reference or payment}-{what}",
            payment=payment,
            state=state,
            amount=amount,
            reference=reference,
            at=self._at(told),
            reason=_reason(told) if state == "failed" else "",
            means=_means(told) if state == "paid" else None,
        )

    def answer(self, order: PaymentOrder, told: Object) -> PaymentEvent:
        """What an answer says of an order, even where it repeats little of it."""
        if told.get("err_code") == "payment_processing":
            told = {**told, "status": "processing"}
        price = {"amount": order.amount.decimal(), "currency": order.amount.currency}
        full = {**price, **told, "order_id": order_id(order.payment), "action": "paytoken"}
        event = self.event(full)
        if event is None:
            raise NotSigned(f"an answer with the status {told.get('status')}")
        return event

    def is_given_back(self, told: Object, amount: Money) -> bool:
        """Whether so much has been refunded already."""
        if told.get("status") == "reversed":
            return True
        return bool(told.get("refund_amount")) and _amount(told, "refund_amount") == amount

    def refunded(self, payment: int, reference: str, amount: Money) -> PaymentEvent:
        at = self.clock.now()
        id = f"{reference}-{_returned(amount)}"
        return PaymentEvent(id, payment, "refunded", amount, reference, at)

    def refuses_us(self, told: Object) -> bool:
        """Whether an answer is about our shop and not about the payment."""
        return told.get("err_code") in _REFUSES_US

    def _state(self, told: Object) -> PaymentState | None:
        status = part(told, "status", str)
        if status == "sandbox":
            return "paid" if self.sandbox else "failed"
        if status in _UNDER_WAY or status.endswith("_verify") or status.startswith("wait_"):
            return _STATES.get(status, "pending")
        return _STATES.get(status)

    def _at(self, told: Object) -> Instant:
        for name in ("end_date", "create_date"):
            if isinstance(told.get(name), int):
                return Instant(told[name] * 1000)
        return self.clock.now()


_ACTIONS = frozenset({"pay", "paytoken", "refund"})


def _returned(amount: Money) -> str:
    """What tells a return from one before it, which gave back less."""
    return f"reversed-{amount.amount_minor}"


def _reason(told: Object) -> str:
    if told.get("status") == "sandbox":
        return "other"
    return _REASONS.get(str(told.get("err_code")), "declined")


def _means(told: Object) -> Means | None:
    token = told.get("card_token")
    if not isinstance(token, str) or not token:
        return None
    shown = str(told.get("sender_card_mask2", "")).rpartition("*")[2][-4:]
    return Means(token, f"{str(told.get('sender_card_type') or 'card').title()} •• {shown}")


def _amount(told: Object, name: str) -> Money:
    value = told.get(name)
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise NotSigned(f"{name} is missing or of another kind")
    try:
        return decimal(str(value), part(told, "currency", str))
    except ValueError as error:
        raise NotSigned(f"{name} is no amount") from error
