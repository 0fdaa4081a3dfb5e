"""LiqPay's protocol in detail: signatures worked out by hand, and what each status means.

The statuses, error codes and fields are those of LiqPay's public documentation; no message here was
recorded from LiqPay itself.
"""

import base64
import json
from urllib.parse import urlencode

import pytest

from abonent.gateways.payments.liqpay import LiqPay, LiqPayAway, LiqPayKeys
from abonent.gateways.payments.liqpay_events import Shop
from abonent.kernel.money import Money
from abonent.kernel.time import SystemClock
from abonent.operations.ports import NotSigned, PaymentEvent, PaymentOrder
from tests.gateways.liqpay_server import KEYS, LiqPayServer, callback, sent

ORDER = PaymentOrder(
    12, Money(10_050, "UAH"), "uk", "https://a.example/topup", "https://a.example/hook"
)


def gateway(public: str = KEYS.public) -> LiqPay:
    return LiqPay(LiqPayKeys(public, KEYS.private), "Барвінок")


def told(status: str, public: str = KEYS.public, **more: object) -> PaymentEvent | None:
    said = {
        "action": "pay",
        "order_id": "abonent-12",
        "payment_id": 555,
        "status": status,
        "amount": 100.5,
        "currency": "UAH",
        "end_date": 1_790_000_005_000,
    }
    message = callback({**said, **more})
    events = gateway(public).read(message.body, message.headers)
    return events[0] if events else None


def test_a_signature_worked_out_by_hand_is_believed_and_no_other() -> None:
    """The vector, computed with other programs than ours.

    data: `printf '%s' '{"status":"success",…}' | base64 -w0`, then
    signature: `printf '%s' "k3y${data}k3y" | openssl dgst -sha1 -binary | base64`.
    """
    data = (
        "eyJhY3Rpb24iOiJwYXkiLCJvcmRlcl9pZCI6ImFib25lbnQtMTIiLCJwYXltZW50X2lkIjo1NTUsInN0YXR1cyI6"
        "InN1Y2Nlc3MiLCJhbW91bnQiOjEwMC41LCJjdXJyZW5jeSI6IlVBSCJ9"
    )
    shop = LiqPay(LiqPayKeys("i1", "k3y"), "Barvinok")
    for right in (SHA1_BY_HAND, SHA3_BY_HAND):
        form = urlencode({"data": data, "signature": right}).encode()
        (event,) = shop.read(form, {})
        assert (event.payment, event.state, event.amount) == (12, "paid", Money(10_050, "UAH"))
        wrong = urlencode({"data": data, "signature": right.replace("=", "A=")}).encode()
        with pytest.raises(NotSigned):
            shop.read(wrong, {})


SHA1_BY_HAND = "vqE6uSMioyWL1f4MOw6ZrOuEQII="
SHA3_BY_HAND = "JsEEsfl/bjIBlA/TJrEVqWckAv3ExaeXo4rRN+VvfP4="


async def test_the_form_says_what_the_protocol_asks_for() -> None:
    checkout = await gateway().open(ORDER)
    assert checkout.url == "https://www.liqpay.ua/api/3/checkout"
    assert checkout.fields is not None
    assert json.loads(base64.b64decode(checkout.fields["data"])) == {
        "version": 3,
        "public_key": KEYS.public,
        "action": "pay",
        "order_id": "abonent-12",
        "amount": "100.50",
        "currency": "UAH",
        "description": "Барвінок, № 12",
        "server_url": "https://a.example/hook",
        "result_url": "https://a.example/topup",
        "language": "uk",
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "paid"),
        ("wait_compensation", "paid"),
        ("failure", "failed"),
        ("error", "failed"),
        ("reversed", "refunded"),
        ("processing", "pending"),
        ("prepared", "pending"),
        ("wait_accept", "pending"),
        ("wait_secure", "pending"),
        ("wait_card", "pending"),
        ("cash_wait", "pending"),
        ("3ds_verify", "pending"),
        ("otp_verify", "pending"),
        ("p24_verify", "pending"),
    ],
)
def test_each_status_means_one_state(status: str, state: str) -> None:
    event = told(status)
    assert event is not None
    assert (event.state, event.payment, event.reference) == (state, 12, "555")
    assert event.at == 1_790_000_005_000_000


def test_a_status_that_nobody_knows_says_nothing() -> None:
    assert told("a_status_of_next_year") is None


def test_play_money_pays_only_in_a_play_shop() -> None:
    real, play = told("sandbox"), told("sandbox", public="sandbox_i1")
    assert real is not None
    assert play is not None
    assert (real.state, real.reason, play.state) == ("failed", "other", "paid")


def test_what_others_have_sold_by_the_same_shop_is_none_of_ours() -> None:
    assert told("success", order_id="order-1001") is None
    assert told("success", order_id="abonent-1x") is None
    assert told("success", order_id="abonent-99999999999999999999") is None
    assert told("success", action="subscribe") is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("limit", "no_funds"),
        ("frod", "fraud"),
        ("expired_3ds", "abandoned"),
        ("err_no_card_token", "expired"),
        ("90", "declined"),
        (None, "declined"),
    ],
)
def test_an_error_code_becomes_our_reason(code: str | None, reason: str) -> None:
    event = told("failure", err_code=code)
    assert event is not None
    assert event.reason == reason


@pytest.mark.parametrize("amount", [None, True, [], "1e3", "-", 1e30, "100.505"])
def test_an_amount_that_is_none_is_not_believed(amount: object) -> None:
    with pytest.raises(NotSigned):
        told("success", amount=amount)


def test_amounts_are_read_without_floats() -> None:
    for text, minor in (("0.29", 29), ("100.5", 10_050), ("9007199254740993.01", None)):
        said = f'{{"status": "success", "order_id": "abonent-12", "amount": {text}, '
        message = sent(f'{said}"currency": "UAH"}}'.encode())
        if minor is None:
            with pytest.raises(NotSigned):
                gateway().read(message.body, message.headers)
        else:
            (event,) = gateway().read(message.body, message.headers)
            assert event.amount.amount_minor == minor


def test_a_currency_that_nobody_here_pays_in_is_not_believed() -> None:
    with pytest.raises(NotSigned):
        told("success", currency="XAU")


def test_a_refund_of_a_part_says_how_much_came_back() -> None:
    event = told("reversed", refund_amount=40.25)
    assert event is not None
    assert event.amount == Money(4_025, "UAH")


def test_each_return_is_an_event_of_its_own_and_the_answer_is_one_of_them() -> None:
    parts = [told("reversed", refund_amount=amount) for amount in (40, 100)]
    assert [part and part.id for part in parts] == ["555-reversed-4000", "555-reversed-10000"]
    answer = Shop(sandbox=False, clock=SystemClock()).refunded(12, "555", Money(10_000, "UAH"))
    assert answer.id == "555-reversed-10000"


def test_an_answer_and_its_callback_are_the_same_event() -> None:
    first, second = told("success"), told("success", end_date=1_790_000_009_000)
    assert first is not None
    assert second is not None
    assert first.id == second.id == "555-success"


async def test_what_is_wrong_with_the_shop_is_no_failure_of_the_payers(
    liqpay_server: LiqPayServer,
) -> None:
    wrong = {"result": "error", "status": "error", "err_code": "shop_blocked"}
    liqpay_server.orders["abonent-12"] = wrong
    with pytest.raises(LiqPayAway):
        await liqpay_server.gateway.charge(ORDER, "a good token")
    del liqpay_server.orders["abonent-12"]


async def test_a_payment_that_is_being_processed_is_pending(liqpay_server: LiqPayServer) -> None:
    busy = {"result": "error", "status": "error", "err_code": "payment_processing"}
    liqpay_server.orders["abonent-12"] = busy
    event = await liqpay_server.gateway.charge(ORDER, "a good token")
    assert event.state == "pending"
    del liqpay_server.orders["abonent-12"]


async def test_a_refund_that_liqpay_refuses_is_tried_later(liqpay_server: LiqPayServer) -> None:
    with pytest.raises(LiqPayAway, match="payment_err_status"):
        await liqpay_server.gateway.refund(999, "1", Money(100, "UAH"))
