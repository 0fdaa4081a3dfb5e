"""Payments by Stripe: its hosted Checkout page, kept cards, refunds, webhooks, balance report.

By the public API (docs.stripe.com/api) with Stripe's own package, whose client blocks: it is called
aside. Amounts are whole minor units on both sides. Every request that could move money carries an
idempotency key made from our payment's id; Stripe remembers keys for at least 24 hours, so nobody
may ask for the same payment for longer.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import stripe

from abonent.gateways.payments.aside import ANSWER_S, CONNECT_S, LIMIT_S, Aside
from abonent.gateways.payments.reading import decimal, our_id, read_object, rows
from abonent.gateways.payments.stripe_events import decline_reason, event_of
from abonent.kernel.money import Money
from abonent.kernel.time import Clock, SystemClock
from abonent.operations.ports import (
    Checkout,
    NotSigned,
    PaymentEvent,
    PaymentOrder,
    PaymentState,
    Settled,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

TOLERANCE_S = 300
"""How old a webhook's signature may be: what Stripe recommends against replays."""

_SETTLED = frozenset({"charge", "refund", "dispute", "dispute_reversal", "refund_failure"})
"""Reporting categories that are about a payment; payouts and fees are not."""
_OUR_COLUMN = "payment_metadata[payment]"


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """The secret (or restricted) key of the API, and the signing secret of the webhook."""

    secret: str
    webhook: str


class Stripe:
    """The gateway. `title` is what the payer reads beside the amount, with the payment's number.

    Nothing of the page depends on the payer's language, which Stripe takes from the browser: a page
    that is asked for again is the same page.
    """

    name = "stripe"
    origins: tuple[str, ...] = ("https://checkout.stripe.com",)

    def __init__(
        self,
        keys: StripeKeys,
        title: str,
        *,
        api: str = stripe.DEFAULT_API_BASE,
        clock: Clock | None = None,
        silent_s: float = ANSWER_S,
    ) -> None:
        self._keys = keys
        self._title = title
        self._clock = clock or SystemClock()
        self._aside = Aside(self.name, min(LIMIT_S, 2 * silent_s))
        self._api = stripe.StripeClient(
            keys.secret,
            base_addresses={"api": api},
            http_client=stripe.RequestsClient(timeout=(CONNECT_S, silent_s)),
            max_network_retries=1,
        ).v1

    async def open(self, order: PaymentOrder) -> Checkout:
        # A page that keeps the means is another one, and a key stands for one set of parameters.
        key = f"abonent-page-{order.payment}-{'keep' if order.keep_means else 'once'}"
        session = await self._aside(
            lambda: self._api.checkout.sessions.create(self._page(order), {"idempotency_key": key})
        )
        assert session.url is not None, "a hosted page has an address"
        return Checkout(session.url)

    async def charge(self, order: PaymentOrder, token: str) -> PaymentEvent:
        customer, _, method = token.partition("/")
        try:
            intent = await self._aside(
                lambda: self._api.payment_intents.create(
                    {
                        "amount": order.amount.amount_minor,
                        "currency": order.amount.currency.lower(),
                        "customer": customer,
                        "payment_method": method,
                        "confirm": True,
                        "off_session": True,
                        "metadata": {"payment": str(order.payment), "kept": "1"},
                    },
                    {"idempotency_key": f"abonent-charge-{order.payment}"},
                )
            )
        except stripe.CardError as error:
            return self._failed(order, _intent_of(error), decline_reason(_code_of(error)))
        except stripe.InvalidRequestError as error:
            return self._failed(order, _intent_of(error), "other")
        match intent.status:
            case "succeeded":
                return self._answer(order, "paid", intent.id)
            case "processing":
                return self._answer(order, "pending", intent.id)
            case _:
                # The bank wants to see the payer, who is not here.
                return self._failed(order, intent.id, "declined")

    async def refund(self, payment: int, reference: str, amount: Money) -> PaymentEvent:
        try:
            await self._aside(
                lambda: self._api.refunds.create(
                    {"payment_intent": reference, "amount": amount.amount_minor},
                    {"idempotency_key": f"abonent-refund-{payment}"},
                )
            )
        except stripe.InvalidRequestError as error:
            # Asked for again after Stripe has forgotten the key.
            if error.code != "charge_already_refunded":
                raise
        return PaymentEvent(
            id=f"refund-{payment}",
            payment=payment,
            state="refunded",
            amount=amount,
            reference=reference,
            at=self._clock.now(),
        )

    def read(self, body: bytes, headers: Mapping[str, str]) -> tuple[PaymentEvent, ...]:
        try:
            text = body.decode()
            stripe.WebhookSignature.verify_header(
                text, headers.get("stripe-signature"), self._keys.webhook, TOLERANCE_S
            )
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise NotSigned("not signed by Stripe, or too long ago") from error
        event = event_of(read_object(text))
        return () if event is None else (event,)

    def settled(self, lines: Iterable[str]) -> Iterator[Settled]:
        """Lines of the itemised report of balance changes or of payout reconciliation (CSV).

        The report must have the metadata column `payment_metadata[payment]`. What others have taken
        by the same Stripe account has 0 for the payment.
        """
        columns = ("reporting_category", "gross", "currency", "payment_intent_id", _OUR_COLUMN)
        for line, row in rows(lines, columns):
            if row["reporting_category"] not in _SETTLED:
                continue
            try:
                amount = decimal(row["gross"], row["currency"])
            except ValueError as error:
                raise ValueError(f"line {line}: {error}") from None
            payment, reference = our_id(row[_OUR_COLUMN]) or 0, row["payment_intent_id"]
            by_bank = row["reporting_category"].startswith("dispute")
            yield Settled(line, payment, reference, amount, by_bank)

    def _page(self, order: PaymentOrder) -> "SessionCreateParams":
        ours = {"payment": str(order.payment)}
        price = order.amount
        page: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": str(order.payment),
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": price.currency.lower(),
                        "unit_amount": price.amount_minor,
                        "product_data": {"name": f"{self._title}, № {order.payment}"},
                    },
                }
            ],
            "success_url": order.back_url,
            "cancel_url": order.back_url,
            "metadata": ours,
            "payment_intent_data": {"metadata": ours},
        }
        if order.keep_means:
            page["customer_creation"] = "always"
            page["payment_intent_data"] = {
                "metadata": {**ours, "keep": "1"},
                "setup_future_usage": "off_session",
            }
        return page

    def _failed(self, order: PaymentOrder, reference: str, reason: str) -> PaymentEvent:
        return replace(self._answer(order, "failed", reference), reason=reason)

    def _answer(self, order: PaymentOrder, state: PaymentState, reference: str) -> PaymentEvent:
        """What an answer says; repeated answers have the same id, as events of webhooks do."""
        return PaymentEvent(
            id=f"charge-{order.payment}-{state}",
            payment=order.payment,
            state=state,
            amount=order.amount,
            reference=reference,
            at=self._clock.now(),
        )


def _code_of(error: stripe.CardError) -> str:
    """The bank's own code where Stripe tells it, or else Stripe's."""
    told = error.error
    return (told and told.decline_code) or error.code or ""


def _intent_of(error: stripe.StripeError) -> str:
    """The id of the PaymentIntent that an error is about; "" where none was made."""
    intent = error.error and error.error.payment_intent
    return intent.id if intent else ""
