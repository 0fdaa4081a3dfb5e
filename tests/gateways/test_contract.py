"""What every gateway must do, whoever the provider is.

The demo's own provider stands for itself. Stripe answers through localstripe, where localstripe
knows the matter; its hosted page, idempotency keys and events of charges are played as Stripe
documents them (`localstripe.py`). LiqPay is a small server of the tests that follows the documented
protocol (`liqpay_server.py`). Neither of the two is the provider itself: what they do beyond their
documentation is not tested here.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from abonent.kernel.money import Money
from abonent.operations.ports import NotSigned, PaymentEvent, PaymentOrder
from tests.gateways.servers import SILENT_S, Fault, Message, Provider

PAYMENTS = itertools.count(7_000_000_000_000_000_001)


@pytest.fixture
def order() -> PaymentOrder:
    return PaymentOrder(
        next(PAYMENTS),
        Money(12_345, "UAH"),
        "uk",
        "https://cabinet.example/topup",
        "https://cabinet.example/payments/webhook",
    )


def told(provider: Provider, messages: list[Message]) -> list[PaymentEvent]:
    return [event for each in messages for event in provider.gateway.read(each.body, each.headers)]


async def paid(provider: Provider, order: PaymentOrder) -> PaymentEvent:
    checkout = await provider.gateway.open(order)
    events = told(provider, await provider.visit(checkout, "pays"))
    return next(event for event in events if event.state == "paid")


async def test_a_payment_on_the_providers_page_is_told_with_our_id_and_amount(
    provider: Provider, order: PaymentOrder
) -> None:
    checkout = await provider.gateway.open(order)
    events = told(provider, await provider.visit(checkout, "pays"))
    last = [event for event in events if event.state != "pending"]
    assert last
    assert {(event.payment, event.state, event.amount) for event in last} == {
        (order.payment, "paid", order.amount)
    }
    assert all(event.reference for event in last)
    assert await provider.taken(order.payment) == 12_345


async def test_the_page_is_where_the_content_security_policy_lets_people_go(
    provider: Provider, order: PaymentOrder
) -> None:
    checkout = await provider.gateway.open(order)
    origins = ("", *provider.gateway.origins)
    assert any(checkout.url.startswith(f"{origin}/") for origin in origins)


async def test_opening_a_payment_twice_takes_money_once(
    provider: Provider, order: PaymentOrder
) -> None:
    first, second = await provider.gateway.open(order), await provider.gateway.open(order)
    assert first.url == second.url
    await provider.visit(first, "pays")
    assert await provider.taken(order.payment) == 12_345


async def test_a_declined_card_is_no_payment(provider: Provider, order: PaymentOrder) -> None:
    checkout = await provider.gateway.open(order)
    events = told(provider, await provider.visit(checkout, "declined"))
    assert [event.state for event in events if event.state != "pending"] == ["failed"]
    assert events[-1].reason in {"declined", "no_funds", "abandoned"}
    assert await provider.taken(order.payment) == 0


async def test_who_leaves_the_page_has_paid_nothing(
    provider: Provider, order: PaymentOrder
) -> None:
    checkout = await provider.gateway.open(order)
    events = told(provider, await provider.visit(checkout, "leaves"))
    assert {event.state for event in events} <= {"pending", "failed"}
    assert await provider.taken(order.payment) == 0


async def test_a_card_is_kept_only_for_who_wants_it(
    provider: Provider, order: PaymentOrder
) -> None:
    wanted = replace(order, payment=next(PAYMENTS), keep_means=True)
    unwanted = told(provider, await provider.visit(await provider.gateway.open(order), "pays"))
    kept = told(provider, await provider.visit(await provider.gateway.open(wanted), "pays"))
    assert [event.means for event in unwanted if event.means] == []
    (means,) = {event.means for event in kept if event.means}
    assert means is not None
    assert means.label.startswith("Visa •• ")
    assert means.label.endswith("42")
    again = replace(order, payment=next(PAYMENTS))
    assert (await provider.gateway.charge(again, means.token)).state == "paid"


async def test_the_same_webhook_has_the_same_event_id(
    provider: Provider, order: PaymentOrder
) -> None:
    messages = await provider.visit(await provider.gateway.open(order), "pays")
    first, second = told(provider, messages), told(provider, messages)
    assert [event.id for event in first] == [event.id for event in second]


async def test_a_kept_card_is_charged_once_however_often_it_is_asked(
    provider: Provider, order: PaymentOrder
) -> None:
    token = await provider.kept(good=True)
    first = await provider.gateway.charge(order, token)
    second = await provider.gateway.charge(order, token)
    assert (first.payment, first.state, first.amount) == (order.payment, "paid", order.amount)
    assert (second.id, second.state, second.reference) == (first.id, "paid", first.reference)
    assert await provider.taken(order.payment) == 12_345


async def test_an_empty_kept_card_is_told_as_failed(
    provider: Provider, order: PaymentOrder
) -> None:
    event = await provider.gateway.charge(order, await provider.kept(good=False))
    assert (event.state, event.payment) == ("failed", order.payment)
    assert event.reason in {"declined", "no_funds"}
    assert await provider.taken(order.payment) == 0


async def test_a_payment_is_given_back_once_however_often_it_is_asked(
    provider: Provider, order: PaymentOrder
) -> None:
    reference = (await paid(provider, order)).reference
    first = await provider.gateway.refund(order.payment, reference, order.amount)
    second = await provider.gateway.refund(order.payment, reference, order.amount)
    assert (first.state, first.amount) == ("refunded", order.amount)
    assert first.id == second.id
    assert await provider.taken(order.payment) == 0


async def test_what_is_not_signed_is_not_believed(provider: Provider, order: PaymentOrder) -> None:
    message = (await provider.visit(await provider.gateway.open(order), "pays"))[-1]
    tampered = message.body[:40] + b"A" + message.body[41:]
    twice = b"data=e30%3D&data=e30%3D&signature=x"
    for body in (tampered, b"", b"\xff\xfe", b"data=&signature=", b"data=e30%3D", twice):
        with pytest.raises(NotSigned):
            provider.gateway.read(body, message.headers)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b"null",
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"type": "payment_intent.succeeded", "type": "x"}',
        b'{"status": "success", "status": "failure", "order_id": "abonent-1"}',
        b"{}",
    ],
)
def test_what_is_signed_and_has_no_one_meaning_is_not_believed(
    provider: Provider, body: bytes
) -> None:
    odd = provider.signed_again(body)
    with pytest.raises(NotSigned):
        provider.gateway.read(odd.body, odd.headers)


async def test_the_report_lists_what_was_paid_and_what_was_given_back(
    provider: Provider, order: PaymentOrder
) -> None:
    event = await paid(provider, order)
    back = replace(order, payment=next(PAYMENTS))
    returned = await paid(provider, back)
    await provider.gateway.refund(back.payment, returned.reference, back.amount)
    found = list(provider.gateway.settled(await provider.report()))
    lines = [(each.payment, each.reference, each.amount.amount_minor) for each in found]
    assert (order.payment, event.reference, 12_345) in lines
    assert (back.payment, returned.reference, 12_345) in lines
    assert (back.payment, returned.reference, -12_345) in lines
    assert not any(payment == order.payment and amount < 0 for payment, _, amount in lines)


async def test_a_file_that_is_no_report_is_refused_with_its_line(provider: Provider) -> None:
    header, *_ = await provider.report()
    with pytest.raises(ValueError, match=r"line 1|header"):
        list(provider.gateway.settled(["a,b,c", "1,2,3"]))
    with pytest.raises(ValueError, match="line 2"):
        list(provider.gateway.settled([header, "1,2"]))


async def sooner_or_later(charge: Callable[[], Awaitable[PaymentEvent]]) -> PaymentEvent:
    """What it says once it answers; the port: whatever else it raises means later."""
    for _ in range(3):
        with suppress(Exception):
            return await charge()
    return await charge()


@pytest.mark.parametrize("fault", ["fails once", "loses the answer"])
async def test_a_charge_whose_answer_was_lost_is_taken_once(
    remote: Provider, order: PaymentOrder, fault: Fault
) -> None:
    token = await remote.kept(good=True)
    remote.fault = fault
    event = await sooner_or_later(lambda: remote.gateway.charge(order, token))
    assert (event.state, event.amount) == ("paid", order.amount)
    assert await remote.taken(order.payment) == 12_345


async def test_a_provider_that_hangs_is_given_up_in_time(
    remote: Provider, order: PaymentOrder
) -> None:
    token = await remote.kept(good=True)
    remote.fault = "hangs"
    began = asyncio.get_running_loop().time()
    with pytest.raises(Exception):  # noqa: B017 (the port: whatever it raises means later)
        await remote.gateway.charge(order, token)
    assert asyncio.get_running_loop().time() - began < 2 * SILENT_S + 0.5
