"""What providers post to our address, from the signed body to the balance."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from abonent.accounts.model import Line
from abonent.channels.wording import Wordings
from abonent.gateways.payments.liqpay import LiqPay
from abonent.gateways.payments.stripe import TOLERANCE_S, Stripe
from abonent.main.compose import Application, Ground, Site
from abonent.operations.env import Payments
from abonent.operations.ports import PaymentGateway
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from tests.fixtures.house import House
from tests.gateways import liqpay_server, localstripe
from tests.gateways.servers import Message
from tests.gateways.test_connecting import naming

STRIPE = "/webhooks/payments/stripe"
LIQPAY = "/webhooks/payments/liqpay"


@pytest.fixture
def till(house: House) -> House:
    """A house that takes payments by both providers."""
    house.profile = house.profile.model_copy(update={"operator": naming("stripe", "liqpay")})
    gateways: dict[str, PaymentGateway] = {
        "stripe": Stripe(localstripe.KEYS, "Barvinok"),
        "liqpay": LiqPay(liqpay_server.KEYS, "Barvinok"),
    }
    payments = Payments("https://cabinet.example", gateways)
    house.env = replace(house.env, profile=house.profile, payments=payments)
    house.runner = Runner(house.db, house.env, OPERATIONS)
    return house


@pytest.fixture
async def provider(till: House) -> AsyncIterator[httpx.AsyncClient]:
    ground = Ground(till.db, till.env, till.runner, Wordings(till.profile, till.clock))
    transport = httpx.ASGITransport(Application(ground, Site(tls=False)).asgi())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def post(client: httpx.AsyncClient, path: str, message: Message) -> int:
    answer = await client.post(path, content=message.body, headers=dict(message.headers))
    return answer.status_code


async def begun(till: House, line: Line, gateway: str) -> int:
    return (await till.done(line, "top_up_by_card", amount="100.00", gateway=gateway)).id


def succeeded(payment: int, **other: Any) -> bytes:
    about = {
        "id": "pi_1",
        "object": "payment_intent",
        "amount_received": 10_000,
        "currency": "uah",
        "metadata": {"payment": str(payment)},
    }
    return localstripe.event_body("payment_intent.succeeded", about | other)


def disputed() -> bytes:
    about = {
        "id": "du_1",
        "object": "dispute",
        "amount": 10_000,
        "currency": "uah",
        "metadata": {},
        "payment_intent": "pi_1",
        "status": "needs_response",
    }
    return localstripe.event_body("charge.dispute.created", about, "evt_2")


def told(payment: int, status: str) -> bytes:
    said = {
        "action": "pay",
        "order_id": f"abonent-{payment}",
        "payment_id": 7,
        "status": status,
        "amount": 100,
        "currency": "UAH",
    }
    return json.dumps(said).encode()


async def test_stripe_books_a_payment_once_and_a_dispute_takes_it_back(
    till: House, provider: httpx.AsyncClient
) -> None:
    line = await till.subscriber("5.00")
    body = succeeded(await begun(till, line, "stripe"))
    assert await post(provider, STRIPE, localstripe.signed(body)) == 200
    assert await post(provider, STRIPE, localstripe.signed(body)) == 200
    assert await till.balance(line) == "105.00"
    assert await post(provider, STRIPE, localstripe.signed(disputed())) == 200
    assert await till.balance(line) == "5.00"
    await till.books_are_sound()


async def test_liqpay_books_a_payment_once_and_a_refund_takes_it_back(
    till: House, provider: httpx.AsyncClient
) -> None:
    line = await till.subscriber("5.00")
    payment = await begun(till, line, "liqpay")
    for status in ("processing", "success", "success"):
        assert await post(provider, LIQPAY, liqpay_server.sent(told(payment, status))) == 200
    assert await till.balance(line) == "105.00"
    assert await post(provider, LIQPAY, liqpay_server.sent(told(payment, "reversed"))) == 200
    assert await till.balance(line) == "5.00"
    await till.books_are_sound()


async def test_what_is_not_signed_or_too_old_changes_nothing(
    till: House, provider: httpx.AsyncClient
) -> None:
    line = await till.subscriber("5.00")
    body = succeeded(await begun(till, line, "stripe"))
    right = localstripe.signed(body)
    for wrong in (
        Message(body, {}),
        Message(body + b" ", right.headers),
        localstripe.signed(body, TOLERANCE_S + 1),
        localstripe.signed(body.replace(b'"id"', b'"id": "x", "id"', 1)),
    ):
        assert await post(provider, STRIPE, wrong) == 400
    assert await post(provider, "/webhooks/payments/paypal", right) == 404
    assert await till.balance(line) == "5.00"


async def test_another_sum_or_currency_is_not_booked(
    till: House, provider: httpx.AsyncClient
) -> None:
    line = await till.subscriber("5.00")
    payment = await begun(till, line, "stripe")
    less = succeeded(payment, amount_received=9_999)
    assert await post(provider, STRIPE, localstripe.signed(less)) == 200
    other = await begun(till, line, "stripe")
    euros = succeeded(other, currency="eur").replace(b"evt_1", b"evt_3")
    assert await post(provider, STRIPE, localstripe.signed(euros)) == 200
    assert await till.balance(line) == "5.00"
    states = await till.rows("SELECT state, reason FROM payment ORDER BY id")
    assert states == [("review", "amount_differs"), ("review", "currency_differs")]


async def test_a_payment_of_one_provider_is_not_booked_by_another(
    till: House, provider: httpx.AsyncClient
) -> None:
    line = await till.subscriber("5.00")
    payment = await begun(till, line, "stripe")
    assert await post(provider, LIQPAY, liqpay_server.sent(told(payment, "success"))) == 200
    assert await till.balance(line) == "5.00"
