"""The demo's own provider: its pages, what it tells, and its file."""

import json
from datetime import timedelta

import pytest

from abonent.kernel.money import Money
from abonent.kernel.time import SECOND_US
from abonent.ledger import payments
from abonent.ledger.payments import Payment
from abonent.operations.money.providers import ask_providers
from abonent.operations.ports import Means, NotSigned, PaymentOrder
from abonent.simulator.demopay.pages import LATE_S, tell
from abonent.simulator.demopay.provider import SIGNATURE, Demopay
from tests.operations.simulator.conftest import Stage

pytestmark = pytest.mark.anyio

VISA, ONCE = "4242 4242 4242 4242", "4000 0000 0000 0341"


async def test_a_script_pays(stage: Stage) -> None:
    line = await stage.house.subscriber("1.00")
    id = (await stage.house.done(line, "top_up_by_card", amount="100")).id
    answer = await stage.post("/simulator/pay", payment=str(id), result="paid")
    assert answer.json() == {"payment": str(id), "state": "paid"}
    assert await stage.house.balance(line) == "101.00"
    texts = [sms.text for sms in await stage.network.inbox(line.number)]
    assert any("100" in text for text in texts)


async def test_a_script_is_declined_and_may_pay_after_all(stage: Stage) -> None:
    line = await stage.house.subscriber("1.00")
    id = (await stage.house.done(line, "top_up_by_card", amount="100")).id
    await stage.post("/simulator/pay", payment=id, result="declined")
    assert await _state(stage, id) == ("failed", "declined")
    assert await stage.house.balance(line) == "1.00"


async def test_a_late_webhook_comes_late(stage: Stage) -> None:
    line = await stage.house.subscriber()
    id = (await stage.house.done(line, "top_up_by_card", amount="100")).id
    await stage.post("/simulator/pay", payment=id, result="late")
    assert await stage.house.balance(line) == "0.00"
    await stage.post("/simulator/clock", advance_s=LATE_S)
    assert await stage.house.balance(line) == "100.00"


async def test_a_double_webhook_counts_once(stage: Stage) -> None:
    line = await stage.house.subscriber()
    id = (await stage.house.done(line, "top_up_by_card", amount="100")).id
    await stage.post("/simulator/pay", payment=id, result="twice")
    assert await stage.house.balance(line) == "100.00"
    rows = await stage.house.rows("SELECT verdict FROM payment_event ORDER BY verdict")
    assert rows == [("book",), ("ignore",)]


async def test_what_is_paid_is_not_paid_again(stage: Stage) -> None:
    line = await stage.house.subscriber()
    id = (await stage.house.done(line, "top_up_by_card", amount="100")).id
    for _ in range(2):
        answer = await stage.post("/simulator/pay", payment=id, result="paid")
        assert answer.status_code == 200
    assert await stage.house.balance(line) == "100.00"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"payment": 12345, "result": "paid"}, (404, "payment_unknown")),
        ({"payment": "9" * 19, "result": "paid"}, (404, "payment_unknown")),
        ({"payment": "x", "result": "paid"}, (422, "input_invalid")),
        ({"payment": "1", "result": "stolen"}, (422, "input_invalid")),
        ({"payment": "1"}, (422, "input_invalid")),
    ],
)
async def test_a_wrong_request_is_refused(
    stage: Stage, body: dict[str, object], said: tuple[int, str]
) -> None:
    assert await stage.fault("/simulator/pay", **body) == said


async def test_a_payer_gives_a_card_and_confirms_at_the_bank(stage: Stage) -> None:
    line = await stage.house.subscriber()
    payment = await _opened(stage, line.number)
    page = f"/simulator/demopay/{payment.id}"
    assert (await stage.client.get(page)).status_code == 200
    asked = await stage.client.post(f"{page}/card", data={"card": VISA, "telling": "now"})
    assert asked.json() == {"card": "4242", "wrong": False}
    done = await stage.client.post(f"{page}/secure", data={"card": "4242", "answer": "yes"})
    assert done.status_code == 303
    assert done.headers["location"].endswith(f"/{payment.id}/back")
    assert await stage.house.balance(line) == "100.00"
    again = await stage.client.get(page)
    assert again.headers["location"] == done.headers["location"]


@pytest.mark.parametrize(
    ("card", "answer", "reason"),
    [("0002", "yes", "declined"), ("9995", "yes", "no_funds"), ("4242", "no", "declined")],
)
async def test_a_payer_is_refused_and_tries_another_card(
    stage: Stage, card: str, answer: str, reason: str
) -> None:
    line = await stage.house.subscriber()
    payment = await _opened(stage, line.number)
    page = f"/simulator/demopay/{payment.id}"
    await stage.client.post(f"{page}/secure", data={"card": card, "answer": answer})
    assert await _state(stage, payment.id) == ("failed", reason)
    stage.house.clock.advance(SECOND_US)
    await stage.client.post(f"{page}/secure", data={"card": "4242", "answer": "yes"})
    assert await stage.house.balance(line) == "100.00"


@pytest.mark.parametrize("card", ["", "4242 4242 4242 4243", "42", "x" * 16, "４" * 16])
async def test_what_is_no_card_is_said(stage: Stage, card: str) -> None:
    payment = await _opened(stage, "380949999999")
    answer = await stage.client.post(f"/simulator/demopay/{payment.id}/card", data={"card": card})
    assert (answer.status_code, answer.json()["wrong"]) == (422, True)


async def test_pages_of_nothing_are_not_found(stage: Stage) -> None:
    for path in ("1", "x", "9" * 25):
        answer = await stage.client.get(f"/simulator/demopay/{path}")
        assert answer.status_code == 404, path
    payment = await _opened(stage, "380949999999")
    secure = f"/simulator/demopay/{payment.id}/secure"
    assert (await stage.client.post(secure, data={"card": "12"})).status_code == 422


async def test_a_kept_card_is_charged_again(stage: Stage) -> None:
    house = stage.house
    line = await house.subscriber()
    id = (await house.done(line, "top_up_by_card", amount="100", keep="yes")).id
    await stage.post("/simulator/pay", payment=id, result="paid")
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    await house.done(line, "top_up_by_card", amount="50", means=str(means))
    assert await ask_providers(house.db, house.env) == 1
    assert await house.balance(line) == "150.00"


async def test_a_card_may_refuse_to_be_charged_again(stage: Stage) -> None:
    provider, order = _provider(stage), _order(stage)
    event = await provider.charge(order, f"dp_{ONCE[-4:]}_x")
    assert (event.state, event.reason) == ("failed", "declined")
    assert await provider.charge(order, "dp_4242_x") == event


async def test_a_refund_is_of_the_whole(stage: Stage) -> None:
    provider, order = _provider(stage), _order(stage)
    with pytest.raises(LookupError):
        await provider.refund(order.payment, "dp_7", order.amount)
    await provider.charge(order, "dp_4242_x")
    with pytest.raises(ValueError, match="not what was paid"):
        await provider.refund(order.payment, "dp_7", Money(1, "UAH"))
    event = await provider.refund(order.payment, "dp_7", order.amount)
    assert (event.state, event.amount) == ("refunded", order.amount)
    assert await provider.refund(order.payment, "dp_7", order.amount) == event


async def test_a_message_is_believed_for_five_minutes(stage: Stage) -> None:
    provider = _provider(stage)
    body = _message()
    headers = provider.sign(body)
    [event] = provider.read(body, headers)
    assert event.means == Means("t", "Visa")
    stage.house.clock.advance(301 * SECOND_US)
    with pytest.raises(NotSigned):
        provider.read(body, headers)


@pytest.mark.parametrize(
    "signature", ["", "t=1", "t=x,v1=00", "v1=00", "t=1,v1=00", "t=1,v1=я", f"t={'1' * 20},v1=0"]
)
async def test_what_is_not_signed_is_not_believed(stage: Stage, signature: str) -> None:
    with pytest.raises(NotSigned):
        _provider(stage).read(_message(), {SIGNATURE: signature})


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"1","id":"2"}',
        b"[]",
        b"{}",
        b"\xff",
        b'"text"',
        b'{"id":"1","payment":"7","state":"paid"}',
        b'{"id":"1","payment":7,"state":"stolen"}',
    ],
)
async def test_what_is_signed_and_not_readable_is_refused(stage: Stage, body: bytes) -> None:
    provider = _provider(stage)
    with pytest.raises(NotSigned):
        provider.read(body, provider.sign(body))


async def test_a_webhook_that_is_not_taken_is_sent_again(stage: Stage) -> None:
    line = await stage.house.subscriber()
    id = (await stage.house.done(line, "top_up_by_card", amount="100")).id
    await stage.post("/simulator/pay", payment=id, result="late")
    stage.house.clock.advance(LATE_S * SECOND_US)
    away = stage.without_webhook()
    assert await tell(away) == 0
    assert await tell(stage.deps) == 1
    assert await tell(stage.deps) == 0
    assert await stage.house.balance(line) == "100.00"


async def test_the_file_of_a_day_has_what_was_paid_and_given_back(stage: Stage) -> None:
    line = await stage.house.subscriber()
    id = (await stage.house.done(line, "top_up_by_card", amount="100")).id
    await stage.post("/simulator/pay", payment=id, result="paid")
    await _provider(stage).refund(id, f"dp_{id}", Money(100_00, "UAH"))
    answer = await stage.client.get("/simulator/payments.csv?day=2026-11-17")
    assert answer.text.splitlines() == [
        "payment,reference,amount,currency",
        f"{id},dp_{id},100.00,UAH",
        f"{id},dp_{id},-100.00,UAH",
    ]
    settled = list(_provider(stage).settled(answer.text.splitlines()))
    assert [each.amount.amount_minor for each in settled] == [100_00, -100_00]
    stage.house.clock.advance(int(timedelta(days=1).total_seconds()) * SECOND_US)
    assert len((await stage.client.get("/simulator/payments.csv")).text.splitlines()) == 1
    assert (await stage.client.get("/simulator/payments.csv?day=x")).status_code == 422


@pytest.mark.parametrize(
    "lines",
    [[], ["a,b"], ["payment,reference,amount,currency", "1,2"]],
)
async def test_a_file_that_is_none_is_refused(stage: Stage, lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"header|as it must be"):
        list(_provider(stage).settled(lines))


async def _opened(stage: Stage, to: str) -> Payment:
    """A guest's payment whose page has been asked for."""
    case = stage.house.guest()
    raw = {"amount": "100", "to": to}
    done = await stage.house.runner.propose(case, "top_up_by_card", raw, confirm=True)
    id = done.receipt.id  # type: ignore[union-attr]
    order = _order(stage, id, f"http://demo/pay/x/{id}/back")
    await _provider(stage).open(order)
    found = await stage.house.db.read(lambda tx: payments.find(tx, id))
    assert found is not None
    return found


async def _state(stage: Stage, id: int) -> tuple[str, str]:
    found = await stage.house.db.read(lambda tx: payments.find(tx, id))
    assert found is not None
    return found.state, found.reason


def _provider(stage: Stage) -> Demopay:
    return stage.deps.demopay


def _order(stage: Stage, id: int = 7, back: str = "") -> PaymentOrder:
    return PaymentOrder(id, stage.house.env.money(100_00), "uk", back, "")


def _message() -> bytes:
    means = {"token": "t", "label": "Visa"}
    told = {"id": "e", "payment": 7, "state": "paid", "amount": "1.00", "currency": "UAH"}
    return json.dumps({**told, "reference": "r", "at": 1, "reason": "", "means": means}).encode()
