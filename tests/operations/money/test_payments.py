"""What providers tell of payments: late, twice, out of order, against what they told before."""

import asyncio
from dataclasses import replace

import pytest

from abonent.kernel.money import Money
from abonent.kernel.time import SECOND_US, Instant
from abonent.ledger.payments import LONGEST_OPEN_US
from abonent.operations.money.payments import abandon, received
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from tests.fixtures.house import House
from tests.fixtures.payments import NAME, VISA, Till, till
from tests.fixtures.rules import ruled
from tests.fixtures.traces import Traces, Watch

ENTRY = "card_top_up, account 100.00 UAH, payments -100.00 UAH, account 10 PTS, loyalty -10 PTS"
BACK = "account -100.00 UAH, payments 100.00 UAH, account -10 PTS, loyalty 10 PTS"


async def test_it_works(house: House, at: Till) -> None:
    line = await house.subscriber("1.00")
    payment = await at.begun(line)
    watch = await Watch.over(house, line)
    assert await at.told(payment) == "book"
    assert await house.balance(line) == "101.00"
    assert await at.state(payment) == ("paid", "")
    assert await watch.new() == Traces([ENTRY], [("payment_paid", "done")], ["top_up_by_card"])
    assert await house.postings(payment.id) == [("UAH", 100_00), ("PTS", 10)]
    await house.books_are_sound()


async def test_the_receipt_says_what_became_of_it(house: House, at: Till) -> None:
    line = await house.subscriber()
    receipt = await house.done(line, "top_up_by_card", amount="100.00")
    assert receipt.state == "accepted"
    await at.told(await at.of(receipt))
    now = await house.runner.receipt(house.case(line), receipt.id)
    assert not hasattr(now, "code")
    assert (now.receipt.state, now.receipt.text.key) == ("done", "payment.paid")


@pytest.mark.parametrize("again", ["the same event", "a new event id"])
async def test_what_is_told_twice_is_booked_once(house: House, at: Till, again: str) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    event = at.event(payment)
    await at.take(event)
    watch = await Watch.over(house, line)
    second = event if again == "the same event" else replace(event, id="another")
    assert await at.take(second) == ("repeated" if second == event else "ignore")
    assert await watch.changed_tables() <= {"payment_event"}
    assert await house.balance(line) == "100.00"


async def test_two_webhooks_at_once_book_once(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    same = at.event(payment)
    events = [same, same, replace(same, id="other"), replace(same, id="third")]
    verdicts = await asyncio.gather(*map(at.take, events))
    assert sorted(verdicts).count("book") == 1
    assert await house.balance(line) == "100.00"
    await house.books_are_sound()


async def test_another_sum_is_for_a_person_to_look_at(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment, amount=house.env.money(99_99))
    assert await at.state(payment) == ("review", "amount_differs")
    assert await house.balance(line) == "0.00"
    await at.told(payment)
    assert await house.balance(line) == "0.00"


async def test_another_currency_is_for_a_person_to_look_at(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment, amount=Money(100_00, "USD"))
    assert await at.state(payment) == ("review", "currency_differs")
    assert await house.balance(line) == "0.00"


async def test_a_failure_after_a_success_is_for_a_person_to_look_at(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    failed_before = at.event(payment, "failed", reason="declined")
    at.later()
    await at.told(payment)
    assert await at.take(failed_before) == "ignore"
    assert await at.told(payment, "failed", reason="expired", at=_later(at)) == "ignore"
    other = at.event(payment, "failed", reference="another try", at=_later(at))
    assert await at.take(other) == "ignore"
    assert await at.state(payment) == ("paid", "")
    await at.told(payment, "failed", at=_later(at))
    assert await at.state(payment) == ("review", "contradiction")
    assert await house.balance(line) == "100.00"


async def test_a_success_after_a_failure_is_booked(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment, "failed", reason="declined")
    assert await at.state(payment) == ("failed", "declined")
    assert await at.told(payment, "failed") == "ignore"
    assert await at.told(payment, "pending", at=_later(at)) == "move"
    assert await at.told(payment, "pending") == "ignore"
    await at.told(payment, "failed")
    assert await at.state(payment) == ("failed", "other")
    await at.told(payment)
    assert await house.balance(line) == "100.00"
    assert (await house.journal(line))[-1] == ("payment_paid", "done")


async def test_a_second_payment_for_one_is_not_booked(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    await at.told(payment, reference="another")
    assert await at.state(payment) == ("review", "paid_twice")
    assert await house.balance(line) == "100.00"
    assert await at.told(payment, "failed") == "ignore"


async def test_a_payment_of_nobody_changes_nothing(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    watch = await Watch.over(house, line)
    assert await at.told(replace(payment, id=999)) == "unknown"
    assert await at.take(at.event(payment), gateway="stripe") == "unknown"
    assert await watch.changed_tables() == {"payment_event"}


async def test_what_was_paid_arrives_above_the_largest_balance(house: House, at: Till) -> None:
    line = await house.subscriber("99990.00")
    payment = await at.begun_by_guest(line.number)
    await at.told(payment)
    assert await house.balance(line) == "100090.00"


async def test_what_waited_for_money_is_taken(house: House, at: Till) -> None:
    line = await house.subscriber("0.00", tariff="calm")
    house.clock.advance(40 * 86_400 * SECOND_US)
    await house.settle(line)
    assert await house.messages(line) == ["fee_unpaid"]
    payment = await at.begun(line, "1000.00")
    await at.told(payment)
    assert float(await house.balance(line)) < 1000
    await house.books_are_sound()


async def test_commission_and_bonus_are_booked_and_come_back(house: House) -> None:
    rules = house.env.operator.card_top_up
    assert rules is not None
    steps = {
        "commission": [{"percent": "2.5", "fixed": "1.00"}],
        "bonus": [{"at_least": "50.00", "percent": "5"}],
    }
    written = {"gateways": ["demo"], "smallest": "5.00", "largest": "9999.00"}
    house = ruled(house, card_top_up=dict(type(rules).model_validate({**written, **steps})))
    at = till(house)
    line = await house.subscriber()
    payment = await at.begun(line)
    assert payment.to_pay == house.env.money(103_50)
    watch = await Watch.over(house, line)
    await at.told(payment)
    booked = (
        "card_top_up, account 100.00 UAH, payments -103.50 UAH, commissions 3.50 UAH,"
        " account 10 PTS, loyalty -10 PTS"
    )
    bonus = "top_up_bonus, account 5.00 UAH, loyalty -5.00 UAH"
    assert (await watch.new()).entries == [booked, bonus]
    watch = await Watch.over(house, line)
    at.later()
    await at.told(payment, "refunded")
    back = (
        "payment_refunded, account -105.00 UAH, payments 103.50 UAH, commissions -3.50 UAH,"
        " loyalty 5.00 UAH, account -10 PTS, loyalty 10 PTS"
    )
    assert (await watch.new()).entries == [back]
    assert await house.balance(line) == "0.00"
    await house.books_are_sound()


async def test_a_means_that_was_to_be_kept_is_kept_once(house: House, at: Till) -> None:
    line = await house.subscriber()
    for _ in range(2):
        payment = await at.begun(line, keep="yes")
        assert payment.keep
        await at.told(payment, means=VISA)
    kept = await house.rows("SELECT label, person_id FROM payment_means")
    assert kept == [(VISA.label, line.person)]
    assert VISA.token not in await house.everything()
    other = await at.begun(line)
    await at.told(other, means=replace(VISA, token="unasked"))
    assert len(await house.rows("SELECT id FROM payment_means")) == 1


async def test_a_stranger_s_try_is_nothing_for_the_journal(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun_by_guest(line.number)
    await at.told(payment, "failed")
    assert await house.journal(line) == []
    own = await at.begun(line)
    await at.told(own, "failed")
    assert await house.journal(line) == [
        ("top_up_by_card", "accepted"),
        ("payment_failed", "done"),
    ]


def _later(at: Till) -> Instant:
    return Instant(at.house.clock.now() + SECOND_US)


async def test_a_card_is_kept_also_when_a_later_event_names_it(house: House, at: Till) -> None:
    """Stripe tells three times that something was paid, and once by which card."""
    line = await house.subscriber()
    payment = await at.begun(line, keep="yes")
    assert await at.told(payment) == "book"
    assert await at.told(payment, means=VISA) == "ignore"
    rows = await house.rows("SELECT label FROM payment_means")
    assert rows == [(VISA.label,)]


async def test_what_was_paid_at_the_second_try_has_the_second_reference(
    house: House, at: Till
) -> None:
    payment = await at.begun(await house.subscriber())
    await at.told(payment, "failed", reference="first", reason="declined")
    await at.told(payment, reference="second")
    assert (await at.payment(payment.id)).reference == "second"


async def test_who_books_a_payment_is_not_overtaken_by_who_gives_it_up(db: Database) -> None:
    """On SQLite, which has one writer, nobody can get in between."""
    house = House(db)
    at = till(house)
    line = await house.subscriber()
    payment = await at.begun(line)
    house.clock.advance(LONGEST_OPEN_US + SECOND_US)
    booked = asyncio.Event()

    async def slowly(tx: WriteTx) -> None:
        await received(tx, house.env, NAME, at.event(payment))
        booked.set()
        if db.engine == "postgres":
            await asyncio.sleep(0.3)

    async def giving_up() -> None:
        await booked.wait()
        await abandon(house.db, house.env)

    await asyncio.gather(house.db.write(slowly), giving_up())
    assert await at.state(payment) == ("paid", "")
    assert await house.balance(line) == "100.00"
