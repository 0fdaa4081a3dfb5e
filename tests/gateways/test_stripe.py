"""Stripe in detail: signatures and their age, and what each event means.

The shapes are those that docs.stripe.com shows for its objects and events, written by hand: no
message here was recorded from Stripe itself. What localstripe knows is in the contract.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
import stripe

from abonent.gateways.payments.stripe import TOLERANCE_S, Stripe
from abonent.kernel.money import Money
from abonent.operations.ports import Checkout, Means, NotSigned, PaymentEvent, PaymentOrder
from tests.gateways.localstripe import KEYS, StripeFront, event_body, signed
from tests.gateways.servers import Answer

GATEWAY = Stripe(KEYS, "Барвінок")
OURS = {"payment": "12"}
SESSION = {
    "id": "cs_1",
    "object": "checkout.session",
    "amount_total": 10_050,
    "currency": "uah",
    "metadata": OURS,
    "payment_intent": "pi_1",
    "payment_status": "paid",
}
INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 10_050,
    "amount_received": 10_050,
    "currency": "uah",
    "metadata": OURS,
}
CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "amount_captured": 10_050,
    "amount_refunded": 10_050,
    "currency": "uah",
    "customer": "cus_1",
    "metadata": OURS,
    "payment_intent": "pi_1",
    "payment_method": "pm_1",
    "payment_method_details": {"type": "card", "card": {"brand": "mastercard", "last4": "4444"}},
}
DISPUTE = {
    "id": "du_1",
    "object": "dispute",
    "amount": 10_050,
    "currency": "uah",
    "metadata": {},
    "payment_intent": "pi_1",
    "status": "needs_response",
}


def told(kind: str, about: dict[str, Any]) -> PaymentEvent | None:
    message = signed(event_body(kind, about))
    events = GATEWAY.read(message.body, message.headers)
    return events[0] if events else None


def test_a_signature_is_believed_for_five_minutes_only() -> None:
    body = event_body("payment_intent.succeeded", INTENT)
    young, old = signed(body, TOLERANCE_S - 20), signed(body, TOLERANCE_S + 1)
    assert GATEWAY.read(young.body, young.headers)
    with pytest.raises(NotSigned):
        GATEWAY.read(old.body, old.headers)


@pytest.mark.parametrize(
    "header", [None, "", "t=1", "v1=abc", "t=x,v1=abc", "t=1,v1=", "t=1,v0=abc", "💳"]
)
def test_a_webhook_without_its_signature_is_not_believed(header: str | None) -> None:
    body = event_body("payment_intent.succeeded", INTENT)
    with pytest.raises(NotSigned):
        GATEWAY.read(body, {} if header is None else {"stripe-signature": header})


def test_a_webhook_signed_with_another_secret_is_not_believed() -> None:
    body = event_body("payment_intent.succeeded", INTENT)
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), "whsec_other")
    with pytest.raises(NotSigned):
        GATEWAY.read(body, {"stripe-signature": header})


@pytest.mark.parametrize(
    ("kind", "about", "state", "reason"),
    [
        ("checkout.session.completed", SESSION, "paid", ""),
        ("checkout.session.completed", {**SESSION, "payment_status": "unpaid"}, "pending", ""),
        ("checkout.session.async_payment_succeeded", SESSION, "paid", ""),
        ("checkout.session.async_payment_failed", SESSION, "failed", "declined"),
        ("checkout.session.expired", SESSION, "failed", "abandoned"),
        ("payment_intent.succeeded", INTENT, "paid", ""),
        ("charge.succeeded", CHARGE, "paid", ""),
        ("charge.refunded", CHARGE, "refunded", ""),
    ],
)
def test_each_event_means_one_state(
    kind: str, about: dict[str, Any], state: str, reason: str
) -> None:
    event = told(kind, about)
    assert event is not None
    assert (event.state, event.reason, event.payment) == (state, reason, 12)
    assert (event.amount, event.reference) == (Money(10_050, "UAH"), "pi_1")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("insufficient_funds", "no_funds"),
        ("expired_card", "expired"),
        ("stolen_card", "fraud"),
        ("authentication_required", "declined"),
        ("generic_decline", "declined"),
    ],
)
def test_a_kept_card_that_is_declined_says_why(code: str, reason: str) -> None:
    error = {"code": "card_declined", "decline_code": code}
    metadata = {**OURS, "kept": "1"}
    about = {**INTENT, "metadata": metadata, "last_payment_error": error}
    event = told("payment_intent.payment_failed", about)
    assert event is not None
    assert (event.state, event.reason) == ("failed", reason)


def test_a_card_that_is_declined_on_the_page_ends_nothing() -> None:
    """The payer may take another one; the session's end says when it is over."""
    assert told("payment_intent.payment_failed", INTENT) is None


def test_a_session_that_took_nothing_is_known_by_its_own_id() -> None:
    event = told("checkout.session.expired", {**SESSION, "payment_intent": None})
    assert event is not None
    assert event.reference == "cs_1"


def test_a_charge_brings_the_card_to_who_wanted_it_kept() -> None:
    event = told("charge.succeeded", {**CHARGE, "metadata": {**OURS, "keep": "1"}})
    assert event is not None
    assert event.means == Means("cus_1/pm_1", "Mastercard •• 4444")


def test_a_means_that_is_no_card_is_called_by_its_kind() -> None:
    about = {
        **CHARGE,
        "metadata": {**OURS, "keep": "1"},
        "payment_method_details": {"type": "link"},
    }
    event = told("charge.succeeded", about)
    assert event is not None
    assert event.means == Means("cus_1/pm_1", "link")


def test_a_dispute_takes_the_money_back_by_stripes_reference() -> None:
    for kind in ("created", "funds_withdrawn"):
        event = told(f"charge.dispute.{kind}", DISPUTE)
        assert event is not None
        assert (event.payment, event.reference, event.state) == (0, "pi_1", "charged_back")
    lost = told("charge.dispute.closed", {**DISPUTE, "status": "lost"})
    assert lost is not None
    assert lost.state == "charged_back"


def test_an_inquiry_moves_no_money_and_a_won_dispute_brings_it_back() -> None:
    assert told("charge.dispute.created", {**DISPUTE, "status": "warning_needs_response"}) is None
    assert told("charge.dispute.closed", {**DISPUTE, "status": "won"}) is None
    back = told("charge.dispute.funds_reinstated", {**DISPUTE, "status": "won"})
    assert back is not None
    assert (back.state, back.reference) == ("paid", "pi_1")


def test_unknown_events_and_payments_of_others_say_nothing() -> None:
    assert told("customer.created", {"id": "cus_1"}) is None
    assert told("payment_intent.succeeded", {**INTENT, "metadata": {}}) is None
    assert told("payment_intent.succeeded", {**INTENT, "metadata": {"payment": "№1"}}) is None
    assert told("payment_intent.succeeded", {**INTENT, "metadata": {"payment": 12}}) is None


@pytest.mark.parametrize("amount", [None, True, "10050", 100.5, []])
def test_an_amount_that_is_no_whole_number_is_not_believed(amount: object) -> None:
    with pytest.raises(NotSigned):
        told("payment_intent.succeeded", {**INTENT, "amount_received": amount})


def test_a_currency_that_nobody_here_pays_in_is_not_believed() -> None:
    with pytest.raises(NotSigned):
        told("payment_intent.succeeded", {**INTENT, "currency": "xau"})


def test_the_report_skips_payouts_and_knows_what_others_have_sold() -> None:
    lines = [
        "reporting_category,gross,currency,payment_intent_id,payment_metadata[payment]",
        "charge,100.50,uah,pi_1,12",
        "charge,7.00,uah,pi_2,",
        "payout,-100.00,uah,,",
        "dispute,-100.50,uah,pi_1,12",
    ]
    found = [(each.line, each.payment, each.amount.amount_minor) for each in GATEWAY.settled(lines)]
    assert found == [(2, 12, 10_050), (3, 0, 700), (5, 12, -10_050)]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("charge,1e3,uah,pi_1,12", "line 2: not an amount"),
        ("charge,1.00,xau,pi_1,12", "line 2: xau"),
        ('charge,"', "after line 1"),
    ],
)
def test_a_line_that_is_none_is_named(line: str, named: str) -> None:
    head = "reporting_category,gross,currency,payment_intent_id,payment_metadata[payment]"
    with pytest.raises(ValueError, match=named):
        list(GATEWAY.settled([head, line]))


class Recorded(StripeFront):
    """Answers as docs.stripe.com shows them, for what localstripe does not know."""

    def answer(self, _method: str, path: str, _headers: Any, _body: bytes) -> Answer:
        status, told = self.sessions[path].values()
        return Answer(status, json.dumps(told).encode())

    def will(self, path: str, status: int, told: dict[str, Any]) -> None:
        self.sessions[path] = {"status": status, "told": told}


ORDER = PaymentOrder(12, Money(10_050, "UAH"), "uk", "https://a.example/b", "https://a.example/c")


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("succeeded", "paid", ""),
        ("processing", "pending", ""),
        ("requires_action", "failed", "declined"),
    ],
)
async def test_a_charge_ends_as_its_intent_does(status: str, state: str, reason: str) -> None:
    front = Recorded()
    with front.running():
        front.will("/v1/payment_intents", 200, {**INTENT, "status": status})
        event = await front.gateway.charge(ORDER, "cus_1/pm_1")
    assert (event.state, event.reason, event.reference) == (state, reason, "pi_1")


async def test_a_declined_charge_says_what_the_bank_said() -> None:
    error = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "payment_intent": {**INTENT, "status": "requires_payment_method"},
    }
    front = Recorded()
    with front.running():
        front.will("/v1/payment_intents", 402, {"error": error})
        event = await front.gateway.charge(ORDER, "cus_1/pm_1")
    assert (event.state, event.reason, event.reference) == ("failed", "no_funds", "pi_1")


async def test_a_card_that_is_no_longer_kept_fails_and_our_own_mistakes_do_not() -> None:
    front = Recorded()
    with front.running():
        gone = {"type": "invalid_request_error", "code": "resource_missing"}
        front.will("/v1/payment_intents", 404, {"error": gone})
        assert (await front.gateway.charge(ORDER, "cus_1/pm_1")).state == "failed"
        front.will("/v1/payment_intents", 401, {"error": {"type": "invalid_request_error"}})
        with pytest.raises(stripe.AuthenticationError):
            await front.gateway.charge(ORDER, "cus_1/pm_1")


class ByKey(Recorded):
    """Refuses other parameters under a key (docs.stripe.com/api/idempotent_requests)."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        first = self.said.setdefault(headers["idempotency-key"], Answer(200, body))
        if first.body != body:
            return Answer(400, b'{"error": {"type": "idempotency_error"}}')
        return super().answer(method, path, headers, body)


async def test_a_page_that_keeps_no_card_may_follow_one_that_keeps_it() -> None:
    front = ByKey()
    with front.running():
        front.will("/v1/checkout/sessions", 200, {"id": "cs_1", "url": "https://pay.example/1"})
        for keep in (True, False, True):
            checkout = await front.gateway.open(replace(ORDER, keep_means=keep))
            assert checkout == Checkout("https://pay.example/1")


async def test_a_refund_that_stripe_has_made_already_is_made() -> None:
    front = Recorded()
    with front.running():
        done = {"type": "invalid_request_error", "code": "charge_already_refunded"}
        front.will("/v1/refunds", 400, {"error": done})
        event = await front.gateway.refund(12, "pi_1", ORDER.amount)
        assert (event.state, event.amount) == ("refunded", ORDER.amount)
        front.will("/v1/refunds", 400, {"error": {**done, "code": "resource_missing"}})
        with pytest.raises(stripe.InvalidRequestError):
            await front.gateway.refund(12, "pi_1", ORDER.amount)
