"""What becomes of a line whose fee cannot be paid, as its tariff or service has it."""

import asyncio

import pytest

from abonent.accounts.model import Line
from abonent.kernel.time import DAY_US, SECOND_US, Instant, MovableClock
from abonent.operations.due_work import settle_ripe
from abonent.operations.usage.rate_usage import Added, Arrived, Batch, rate_batch
from abonent.store.database import Database
from abonent.usage.model import Record
from tests.fixtures.house import House, all_rules
from tests.fixtures.traces import Watch, refusal, refusal_of_a_stranger
from tests.fixtures.vouchers import code_number
from tests.scenarios.calendar import due, fees, move, pass_until, said, services


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def top_up(house: House, line: Line, amount: str) -> None:
    code = code_number(house.env.ids.next())
    await house.voucher(code, amount)
    await house.done(line, "top_up_by_voucher", code=code)


async def call(house: House, line: Line, at: Instant | None = None) -> tuple[str, int]:
    """A minute to another network: by which tariff it was charged, and how much."""
    now = house.clock.now()
    record = Record(now if at is None else at, "call", "out", "+380671234567", 60)
    id = house.env.ids.next()
    arrived = Arrived(id, line.id, line.account, record, str(id))
    batch = Batch("tests", now, (arrived,))
    (verdict,) = await house.db.write(lambda tx: rate_batch(tx, house.env, batch))
    assert isinstance(verdict, Added)
    return verdict.tariff, verdict.rated.charge_minor


async def test_partial_service_is_paid_for_as_one_goes_until_the_month_is_paid(
    house: House,
) -> None:
    line = await house.subscriber("10.00", tariff="student")
    assert await call(house, line) == ("student", 0)
    await pass_until(house, "2026-12-17 00:00")
    assert await call(house, line) == ("second", 1_60)
    await top_up(house, line, "100.00")
    assert await call(house, line) == ("student", 0)
    assert await house.balance(line) == "48.40"
    await house.books_are_sound()


async def test_a_record_that_comes_late_is_rated_by_what_was_owed_at_its_time(
    house: House,
) -> None:
    line = await house.subscriber("10.00", tariff="student")
    await pass_until(house, "2026-12-17 00:00")
    then = Instant(house.clock.now() + DAY_US)
    await pass_until(house, "2026-12-20 00:00")
    await top_up(house, line, "100.00")
    assert await call(house, line, then) == ("second", 1_60)


async def test_a_line_in_arrears_can_only_receive_until_it_pays(house: House) -> None:
    line = await house.subscriber("79.99", tariff="courier")
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-17 00:00")
    new = await watch.new()
    assert (new.orders, new.sms) == (["bar_outgoing"], ["fee_unpaid"])
    await pass_until(house, "2026-12-19 00:00")
    await top_up(house, line, "5.00")
    new = await watch.new()
    assert new.orders == ["bar_outgoing", "unbar_outgoing"]
    assert await house.balance(line) == "4.99"
    rows = await house.rows("SELECT rule, since, until FROM shortage")
    assert [(rule, said(house, a), said(house, b)) for rule, a, b in rows] == [
        ("one_way", "2026-12-17 00:00", "2026-12-19 00:00")
    ]


async def test_too_little_leaves_the_bar_where_it_is(house: House) -> None:
    line = await house.subscriber("0.00", tariff="courier")
    await pass_until(house, "2026-12-17 00:00")
    watch = await Watch.over(house, line)
    await top_up(house, line, "50.00")
    assert (await watch.new()).orders == []


async def test_a_service_may_bar_too_and_two_debts_are_one_bar(house: House) -> None:
    line = await house.subscriber("9.00", tariff="courier")
    await house.done(line, "activate_service", service="alarm")
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-17 00:00")
    assert sorted((await watch.new()).orders) == ["bar_outgoing", "service_off service=alarm"]
    await top_up(house, line, "80.00")
    assert "unbar_outgoing" not in (await watch.new()).orders
    assert await services(house, line) == {"alarm": "paused"}
    await house.done(line, "deactivate_service", service="alarm")
    assert "unbar_outgoing" in (await watch.new()).orders
    await house.books_are_sound()


async def test_a_change_of_tariff_ends_the_bar_of_the_old_one(house: House) -> None:
    line = await house.subscriber("60.00", tariff="courier")
    await pass_until(house, "2026-12-17 00:00")
    watch = await Watch.over(house, line)
    await house.done(line, "change_tariff", tariff="second")
    await pass_until(house, "2027-01-01 00:00")
    assert (await watch.new()).orders == ["unbar_outgoing"]
    assert await house.rows("SELECT id FROM shortage WHERE until IS NULL") == []


# packages that renew themselves --------------------------------------------------------------


async def test_a_package_is_bought_again_when_it_ends(house: House) -> None:
    line = await house.subscriber("100.00", tariff="student")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "buy_package", package="week-gigabytes")
    assert receipt.undo == "stop_package_renewal"
    await pass_until(house, "2026-12-02 00:00")
    new = await watch.new()
    assert new.entries == [
        "package, account -40.00 UAH, revenue_fees 40.00 UAH",
        "package_renewal, account -40.00 UAH, revenue_fees 40.00 UAH",
    ]
    assert new.sms == ["buy_package", "package_renewal", "fee_unpaid"]
    renewals = [row for row in await due(house, line) if row[0] == "package_renewal"]
    assert renewals == [("package_renewal", "week-gigabytes", "2026-12-01 00:00", True)]
    rows = await house.rows(
        "SELECT valid_from, expires_at FROM lot WHERE bucket = 'internet' ORDER BY id"
    )
    assert [(said(house, a), said(house, b)) for a, b in rows] == [
        ("2026-11-17 12:00", "2026-11-24 00:00"),
        ("2026-11-24 00:00", "2026-12-01 00:00"),
    ]


async def test_a_renewal_that_is_stopped_charges_nothing_more(house: House) -> None:
    line = await house.subscriber("200.00", tariff="student")
    await house.done(line, "buy_package", package="week-gigabytes")
    await house.done(line, "stop_package_renewal", package="week-gigabytes")
    await pass_until(house, "2026-12-02 00:00")
    assert await house.balance(line) == "160.00"


async def test_a_renewal_without_money_waits_for_it(house: House) -> None:
    line = await house.subscriber("50.00", tariff="student")
    await house.done(line, "buy_package", package="week-gigabytes")
    await pass_until(house, "2026-11-26 10:00")
    assert await house.balance(line) == "10.00"
    await top_up(house, line, "30.00")
    assert await house.balance(line) == "0.00"
    renewals = [row for row in await due(house, line) if row[0] == "package_renewal"]
    assert renewals == [("package_renewal", "week-gigabytes", "2026-12-03 00:00", False)]


async def test_a_dearer_package_is_not_renewed_by_itself(house: House) -> None:
    line = await house.subscriber("200.00", tariff="student")
    await house.done(line, "buy_package", package="week-gigabytes")
    await house.db.write(
        lambda tx: tx.run("UPDATE due SET amount_minor = 3999 WHERE kind = 'package_renewal'")
    )
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-02 00:00")
    new = await watch.new()
    assert (new.entries, new.sms) == ([], ["package_renewal_ended"])
    assert [row for row in await due(house, line) if row[0] == "package_renewal"] == []


async def test_a_renewal_ends_with_a_tariff_that_has_it(house: House) -> None:
    line = await house.subscriber("100.00", tariff="student")
    await house.done(line, "buy_package", package="week-gigabytes")
    await house.db.write(lambda tx: tx.run("UPDATE due SET due_at = due_at + 864000000000"))
    await house.done(line, "change_tariff", tariff="second")
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-10 00:00")
    new = await watch.new()
    assert new.entries == []
    assert new.sms == ["package_renewal_ended", "tariff_changed"]


async def test_only_a_renewal_that_there_is_can_be_stopped(house: House) -> None:
    line = await house.subscriber("100.00", tariff="student")
    stop = "stop_package_renewal"
    assert await refusal(house, line, stop, package="week-gigabytes") == "renewal_none"
    assert await refusal(house, line, stop, package="nothing") == "package_unknown"
    await house.done(line, "buy_package", package="week-gigabytes")
    again = await house.done(line, "buy_package", package="week-gigabytes")
    assert again.undo is None
    assert await refusal_of_a_stranger(house, line, stop, package="week-gigabytes") == "not_found"


async def test_a_fee_for_a_service_that_is_off_is_asked_for_no_more(house: House) -> None:
    line = await house.subscriber("100.00", tariff="courier")
    await house.done(line, "activate_service", service="alarm")
    await house.db.write(lambda tx: tx.run("DELETE FROM activation"))
    watch = await Watch.over(house, line)
    await house.db.write(lambda tx: tx.run("DELETE FROM due WHERE kind = 'tariff_fee'"))
    await pass_until(house, "2027-01-17 00:00")
    assert (await watch.new()).entries == []
    assert await due(house, line) == []


async def test_a_tariff_that_begins_unpaid_and_is_left_at_once_is_no_debt(house: House) -> None:
    """Two months at once: short in the first, on another tariff in the second."""
    line = await house.subscriber("0.00", tariff="courier")
    await house.db.write(
        lambda tx: tx.run(
            "INSERT INTO due SELECT 999, account_id, line_id, 'tariff_change', 'second', '', 0,"
            " due_at + 86400000000, 0, 0 FROM due WHERE kind = 'tariff_fee'"
        )
    )
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-20 00:00")
    assert (await watch.new()).orders == ["bar_outgoing", "unbar_outgoing"]
    rows = await house.rows("SELECT since, until FROM shortage")
    assert [(said(house, a), said(house, b)) for a, b in rows] == [
        ("2026-12-17 00:00", "2026-12-18 00:00")
    ]


# clocks ------------------------------------------------------------------------------------------


async def test_a_clock_that_goes_back_an_hour_has_nothing_done_twice(house: House) -> None:
    line = await house.subscriber("300.00", tariff="calm")
    await pass_until(house, "2026-12-17 00:30")
    earlier = MovableClock(house.clock.offset_us - 3600 * SECOND_US, house.clock._base)
    house.env = type(house.env)(house.profile, earlier, house.env.ids, house.env.secrets)
    assert await settle_ripe(house.db, house.env) == 0
    earlier.advance(2 * 3600 * SECOND_US)
    assert await settle_ripe(house.db, house.env) == 0
    assert await fees(house, line, "tariff_fee") == ["2026-11-17 12:00", "2026-12-17 00:00"]


async def test_three_months_at_once_are_done_month_by_month_in_order(house: House) -> None:
    lines = [await house.subscriber("400.00", tariff="calm") for _ in range(3)]
    move(house, "2027-02-20 00:00")
    await asyncio.gather(*(settle_ripe(house.db, house.env) for _ in range(3)))
    for line in lines:
        assert [when[:7] for when in await fees(house, line, "tariff_fee")] == [
            "2026-11",
            "2026-12",
            "2027-01",
            "2027-02",
        ]
        assert await house.balance(line) == "175.00"
    await house.books_are_sound()


async def test_two_workers_take_different_accounts(house: House) -> None:
    """Whoever comes second goes on with what the first has not locked."""
    for _ in range(4):
        await house.subscriber("400.00", tariff="calm")
    move(house, "2026-12-17 00:00")
    settled = await asyncio.gather(*(settle_ripe(house.db, house.env) for _ in range(4)))
    assert sum(settled) >= 4
    assert await settle_ripe(house.db, house.env) == 0
