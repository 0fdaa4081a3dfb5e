"""Auto-payment through months of a moved clock: by date, by threshold, refused, killed, doubled."""

import asyncio
from dataclasses import replace

import pytest

from abonent.accounts.model import Line
from abonent.kernel.money import Money
from abonent.kernel.outcome import NeedsConfirm
from abonent.kernel.text import Text
from abonent.kernel.time import SECOND_US
from abonent.ledger import sql
from abonent.ledger.model import House as Books
from abonent.ledger.model import charge
from abonent.operations.env import Env
from abonent.operations.money.thresholds import pay_below_thresholds
from abonent.operations.ports import PaymentEvent, PaymentOrder
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from abonent.worker.loop import Worker
from tests.fixtures.house import House, all_rules
from tests.fixtures.payments import NAME, Provider, Till, card, till
from tests.scenarios.calendar import at as instant_of
from tests.scenarios.calendar import due, move

HOUR = 3600 * SECOND_US


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


@pytest.fixture
def counter(house: House) -> Till:
    return till(house)


async def set_by_date(house: House, line: Line, day: str = "1", ceiling: str = "1000.00") -> None:
    means = await card(house, line)
    wish = {"when": "date", "day": day, "amount": "100.00", "ceiling": ceiling, "means": means}
    await house.done(line, "set_auto_payment", **wish)


async def set_threshold(house: House, line: Line, ceiling: str = "1000.00") -> None:
    wish = {"when": "threshold", "threshold": "30.00", "amount": "100.00", "ceiling": ceiling}
    await house.done(line, "set_auto_payment", **wish, means=await card(house, line))


async def works_until(house: House, when: str) -> None:
    """A worker is there all the time, and the clock goes on by the hour."""
    worker = Worker(house.db, house.env, {})
    end = instant_of(house, when)
    while house.clock.now() < end:
        house.clock.advance(min(HOUR, end - house.clock.now()))
        await worker.catch_up()


async def sms(house: House, line: Line) -> list[str]:
    return [kind for kind in await house.messages(line) if kind.startswith("auto_payment")]


async def taken(house: House) -> list[tuple[str, str]]:
    """(state, for which day) of every try."""
    rows = await house.rows("SELECT state, for_day FROM auto_payment_try ORDER BY begun_at, n")
    return [(row[0], row[1]) for row in rows]


async def test_by_date_it_is_announced_taken_and_told(house: House, counter: Till) -> None:
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    await works_until(house, "2026-11-30 11:00")
    assert await sms(house, line) == ["auto_payment_soon"]
    assert await house.balance(line) == "5.00"
    await works_until(house, "2026-12-01 11:00")
    assert await sms(house, line) == ["auto_payment_soon", "auto_payment_paid"]
    assert await house.balance(line) == "105.00"
    assert await taken(house) == [("paid", "2026-12-01")]
    assert [row for row in await due(house, line) if row[0] == "auto_payment"] == [
        ("auto_payment", "notice", "2026-12-31 10:00", False),
        ("auto_payment", "date", "2027-01-01 10:00", False),
    ]
    await house.books_are_sound()


async def test_the_thirty_first_is_the_last_day_of_shorter_months(
    house: House, counter: Till
) -> None:
    line = await house.subscriber("5.00")
    await set_by_date(house, line, "31")
    await works_until(house, "2027-03-31 12:00")
    days = [day for _, day in await taken(house)]
    assert days == ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]


async def test_summer_time_changes_neither_the_day_nor_how_often(
    house: House, counter: Till
) -> None:
    """Kyiv has 23 hours on 28 March 2027 and 25 hours on 31 October 2027."""
    line = await house.subscriber("5.00")
    move(house, "2027-03-20 12:00")
    await set_by_date(house, line, "28", "300.00")
    await works_until(house, "2027-03-29 12:00")
    assert await taken(house) == [("paid", "2027-03-28")]
    move(house, "2027-10-20 12:00")
    await Worker(house.db, house.env, {}).catch_up()
    await set_by_date(house, line, "31", "300.00")
    await works_until(house, "2027-11-01 12:00")
    assert (await taken(house))[-1] == ("paid", "2027-10-31")
    assert [day for _, day in await taken(house)].count("2027-10-31") == 1


async def test_three_months_at_once_are_one_payment(house: House, counter: Till) -> None:
    """Nobody expects payments for months that have gone by while nothing ran."""
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    move(house, "2027-02-20 12:00")
    await Worker(house.db, house.env, {}).catch_up()
    assert await taken(house) == [("paid", "2027-02-01")]
    assert await house.balance(line) == "105.00"


async def test_below_the_threshold_it_is_taken_once_a_day(house: House, counter: Till) -> None:
    line = await house.subscriber("29.99")
    await set_threshold(house, line)
    await Worker(house.db, house.env, {}).catch_up()
    assert await house.balance(line) == "129.99"
    await spend(house, line)
    await works_until(house, "2026-11-17 23:00")
    assert await taken(house) == [("paid", "2026-11-17")]
    await works_until(house, "2026-11-18 01:00")
    assert await taken(house) == [("paid", "2026-11-17"), ("paid", "2026-11-18")]
    await house.books_are_sound()


async def test_at_the_threshold_nothing_is_taken(house: House, counter: Till) -> None:
    line = await house.subscriber("30.00")
    await set_threshold(house, line)
    await Worker(house.db, house.env, {}).catch_up()
    assert await taken(house) == []


async def test_the_ceiling_of_a_month_holds_and_is_told_once(house: House, counter: Till) -> None:
    line = await house.subscriber("5.00")
    await set_threshold(house, line, ceiling="250.00")
    for day in ("18", "19", "20", "21"):
        await spend(house, line)
        await works_until(house, f"2026-11-{day} 01:00")
    assert len(await taken(house)) == 2
    assert (await sms(house, line)).count("auto_payment_ceiling") == 1
    await spend(house, line)
    await works_until(house, "2026-12-01 01:00")
    assert (await taken(house))[-1] == ("paid", "2026-12-01")


async def test_a_refusal_is_tried_again_by_the_schedule_and_then_it_is_off(
    house: House, counter: Till
) -> None:
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    counter.provider.answer = "failed"
    await works_until(house, "2026-12-01 13:00")
    assert await taken(house) == [("refused", "2026-12-01")]
    await works_until(house, "2026-12-06 00:00")
    assert await taken(house) == [("refused", "2026-12-01")] * 4
    told = ["auto_payment_soon", *["auto_payment_again"] * 3, "auto_payment_off_refused"]
    assert await sms(house, line) == told
    assert await house.rows("SELECT id FROM auto_payment") == []
    assert [row for row in await due(house, line) if row[0] == "auto_payment"] == []
    assert ("auto_payment_off", "done") in await house.journal(line)
    assert await house.balance(line) == "5.00"


async def test_a_try_that_works_forgets_the_refusals_before_it(house: House, counter: Till) -> None:
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    counter.provider.answer = "failed"
    await works_until(house, "2026-12-01 11:00")
    counter.provider.answer = "paid"
    await works_until(house, "2026-12-05 00:00")
    assert await taken(house) == [("refused", "2026-12-01"), ("paid", "2026-12-01")]
    assert await house.rows("SELECT refusals FROM auto_payment") == [(0,)]
    assert await house.balance(line) == "105.00"


async def test_a_worker_killed_between_charge_and_answer_takes_it_once(
    house: House, counter: Till
) -> None:
    """The provider knows the payment by our id; who asks again hears what it did."""
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    move(house, "2026-12-01 11:00")
    killed = Worker(house.db, with_a_killed_worker(house, counter), {})
    await killed.catch_up()
    assert await house.balance(line) == "5.00"
    assert len(counter.provider.charged) == 1
    house.clock.advance(HOUR)
    await Worker(house.db, house.env, {}).catch_up()
    assert await house.balance(line) == "105.00"
    assert len({payment for payment, _ in counter.provider.charged}) == 1
    assert await taken(house) == [("paid", "2026-12-01")]
    await house.books_are_sound()


async def test_two_workers_begin_one_payment(house: House, counter: Till) -> None:
    first, second = await house.subscriber("5.00"), await house.subscriber("5.00")
    await set_by_date(house, first)
    await set_threshold(house, second)
    move(house, "2026-12-01 11:00")
    workers = [Worker(house.db, house.env, {}) for _ in range(4)]
    await asyncio.gather(*(worker.catch_up() for worker in workers))
    assert sorted(await taken(house)) == [("paid", "2026-12-01")] * 2
    assert await house.balance(first) == "105.00"
    assert await house.balance(second) == "105.00"
    await house.books_are_sound()


async def test_a_late_success_of_a_refused_try_is_booked_and_ends_the_retries(
    house: House, counter: Till
) -> None:
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    counter.provider.answer = "failed"
    await works_until(house, "2026-12-01 11:00")
    ((id,),) = await house.rows("SELECT payment_id FROM auto_payment_try")
    await counter.told(await counter.payment(id))
    counter.provider.answer = "paid"
    await works_until(house, "2026-12-05 00:00")
    assert await taken(house) == [("paid", "2026-12-01")]
    assert await house.balance(line) == "105.00"


async def test_two_successes_for_one_day_are_both_booked_and_one_counts(
    house: House, counter: Till
) -> None:
    """The provider took the money; a day has one try that counts all the same."""
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    counter.provider.answer = "failed"
    await works_until(house, "2026-12-01 11:00")
    ((id,),) = await house.rows("SELECT payment_id FROM auto_payment_try")
    counter.provider.answer = "paid"
    await works_until(house, "2026-12-01 16:00")
    await counter.told(await counter.payment(id))
    assert sorted(await taken(house)) == [("paid", "2026-12-01"), ("refused", "2026-12-01")]
    assert await house.balance(line) == "205.00"
    await house.books_are_sound()


async def test_a_forgotten_card_switches_it_off(house: House, counter: Till) -> None:
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    ((means,),) = await house.rows("SELECT id FROM payment_means")
    await house.done(line, "remove_payment_means", means=str(means))
    await works_until(house, "2026-12-01 11:00")
    assert await taken(house) == []
    assert await sms(house, line) == ["auto_payment_off_card_gone"]


async def test_a_cancelled_one_takes_nothing(house: House, counter: Till) -> None:
    line = await house.subscriber("5.00")
    await set_by_date(house, line)
    await house.done(line, "cancel_auto_payment")
    await works_until(house, "2026-12-01 11:00")
    assert await taken(house) == []
    assert await house.refusal(line, "cancel_auto_payment") == "auto_payment_off"


async def test_what_nobody_was_asked_for_yet_goes_with_the_wish(
    house: House, counter: Till
) -> None:
    line = await house.subscriber("5.00")
    await set_threshold(house, line)
    await pay_below_thresholds(house.db, house.env)
    assert await taken(house) == [("open", "2026-11-17")]
    await house.done(line, "cancel_auto_payment")
    await works_until(house, "2026-11-17 23:00")
    assert await taken(house) == [("refused", "2026-11-17")]
    assert counter.provider.charged == []
    assert await house.rows("SELECT state, reason FROM payment") == [("failed", "abandoned")]
    await house.books_are_sound()


async def test_what_was_asked_for_goes_on_and_the_quote_says_so(
    house: House, counter: Till
) -> None:
    line = await house.subscriber("5.00")
    await set_threshold(house, line)
    counter.provider.faults = [ConnectionError()]
    await Worker(house.db, house.env, {}).catch_up()
    asked = await house.runner.propose(house.case(line), "cancel_auto_payment", {})
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.terms == (Text("term.auto_asked", {"amount": Money(100_00, "UAH")}),)
    await house.done(line, "cancel_auto_payment")
    await works_until(house, "2026-11-17 23:00")
    assert await taken(house) == [("paid", "2026-11-17")]
    assert await house.balance(line) == "105.00"


async def test_a_new_wish_leaves_nothing_of_the_one_before(house: House, counter: Till) -> None:
    line = await house.subscriber("5.00")
    await set_threshold(house, line)
    await pay_below_thresholds(house.db, house.env)
    await set_by_date(house, line)
    await works_until(house, "2026-11-17 23:00")
    assert await taken(house) == [("refused", "2026-11-17")]
    assert await house.balance(line) == "5.00"


async def test_a_retry_after_midnight_is_the_one_of_its_day(house: House, counter: Till) -> None:
    line = await house.subscriber("5.00")
    move(house, "2026-11-17 22:00")
    await set_threshold(house, line)
    counter.provider.answer = "failed"
    await works_until(house, "2026-11-17 23:00")
    counter.provider.answer = "paid"
    await works_until(house, "2026-11-18 04:00")
    assert await taken(house) == [("refused", "2026-11-17"), ("paid", "2026-11-18")]
    await spend(house, line)
    await works_until(house, "2026-11-18 23:00")
    assert len(await taken(house)) == 2
    await works_until(house, "2026-11-19 02:00")
    assert (await taken(house))[-1] == ("paid", "2026-11-19")


async def test_a_second_success_for_a_day_counts_towards_the_ceiling(
    house: House, counter: Till
) -> None:
    line = await house.subscriber("5.00")
    move(house, "2026-11-17 12:00")
    await set_threshold(house, line, ceiling="250.00")
    counter.provider.answer = "failed"
    await works_until(house, "2026-11-17 12:30")
    ((id,),) = await house.rows("SELECT payment_id FROM auto_payment_try")
    counter.provider.answer = "paid"
    await works_until(house, "2026-11-17 18:00")
    await counter.told(await counter.payment(id))
    assert await house.balance(line) == "205.00"
    await spend(house, line)
    await works_until(house, "2026-11-18 02:00")
    assert len(await taken(house)) == 2
    assert "auto_payment_ceiling" in await sms(house, line)


async def test_a_full_account_is_left_alone(house: House, counter: Till) -> None:
    line = await house.subscriber("99950.00")
    await set_by_date(house, line)
    await works_until(house, "2026-12-01 11:00")
    assert await taken(house) == []
    assert "auto_payment_full" in await sms(house, line)


async def test_no_rule_no_scan(db: Database) -> None:
    house = House(db)
    assert await pay_below_thresholds(house.db, house.env) == 0


async def spend(house: House, line: Line) -> None:
    """Bring the balance below the threshold."""

    async def fn(tx: WriteTx) -> None:
        await sql.lock(tx, [line.account])
        balance = await sql.balance(tx, line.account, "UAH")
        spent = Money(balance.amount_minor - 5_00, "UAH")
        entry = (house.env.ids.next(), "service_fee", house.clock.now(), line.id)
        await sql.post(tx, charge(entry, line.account, Books.REVENUE_FEES, spent, {}))

    await house.db.write(fn)


class Dying(Provider):
    """Takes the money, and the worker that asked is killed before it hears."""

    async def charge(self, order: PaymentOrder, token: str) -> PaymentEvent:
        await super().charge(order, token)
        raise ConnectionError("killed")


def with_a_killed_worker(house: House, counter: Till) -> Env:
    dying = Dying(charged=counter.provider.charged, now=counter.provider.now)
    return replace(house.env, payments=replace(house.env.payments, gateways={NAME: dying}))


async def test_what_staff_settle_weeks_later_is_not_tried_again(
    house: House, counter: Till
) -> None:
    line = await house.subscriber("50.00")
    await set_by_date(house, line)
    counter.provider.faults = [TimeoutError() for _ in range(60)]
    await works_until(house, "2026-12-03 12:00")
    counter.provider.faults.clear()
    ((payment, state),) = await house.rows("SELECT id, state FROM payment")
    assert state == "review"
    await works_until(house, "2026-12-20 12:00")
    held = {"payment": str(payment), "held": "0"}
    await house.runner.propose(house.staff(), "resolve_payment", held, confirm=True)
    await works_until(house, "2026-12-23 12:00")
    assert (await taken(house), counter.provider.charged) == ([("refused", "2026-12-01")], [])
    assert (await sms(house, line))[-1] == "auto_payment_refused"
