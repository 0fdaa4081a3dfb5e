"""Monthly and daily fees are taken by themselves, or wait for money."""

import pytest

from abonent.accounts.model import Line
from abonent.kernel.time import SECOND_US, Instant, rfc3339
from abonent.ledger import sql as ledger
from abonent.ledger.model import House as HouseAccount
from abonent.ledger.model import charge
from abonent.operations.due_work import settle_ripe
from abonent.store.tx import WriteTx
from tests.fixtures.house import House
from tests.fixtures.traces import Watch
from tests.fixtures.vouchers import code_number
from tests.scenarios.calendar import at, due, fees, move, pass_until, said, services


async def top_up(house: House, line: Line, amount: str) -> None:
    code = code_number(house.env.ids.next())
    await house.voucher(code, amount)
    await house.done(line, "top_up_by_voucher", code=code)


async def test_a_monthly_fee_is_taken_at_midnight_of_its_day(house: House) -> None:
    line = await house.subscriber("300.00", tariff="calm")
    await pass_until(house, "2026-12-16 23:59:59")
    assert await house.balance(line) == "300.00"
    await pass_until(house, "2026-12-17 00:00")
    assert await house.balance(line) == "225.00"
    await pass_until(house, "2027-02-20 00:00")
    assert await fees(house, line, "tariff_fee") == [
        "2026-11-17 12:00",
        "2026-12-17 00:00",
        "2027-01-17 00:00",
        "2027-02-17 00:00",
    ]
    await house.books_are_sound()


async def test_each_month_has_its_own_minutes(house: House) -> None:
    await house.subscriber("300.00", tariff="calm")
    await pass_until(house, "2026-12-17 00:00")
    rows = await house.rows(
        "SELECT valid_from, expires_at FROM lot WHERE bucket = 'internet' ORDER BY id"
    )
    assert [(said(house, row[0]), said(house, row[1])) for row in rows] == [
        ("2026-11-17 12:00", "2026-12-17 00:00"),
        ("2026-12-17 00:00", "2027-01-17 00:00"),
    ]


async def test_a_daily_fee_is_taken_every_midnight(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", service="daily-gigabyte")
    await pass_until(house, "2026-11-20 12:00")
    assert await fees(house, line, "service_fee") == [
        "2026-11-18 00:00",
        "2026-11-19 00:00",
        "2026-11-20 00:00",
    ]
    assert await house.balance(line) == "52.00"
    await house.books_are_sound()


async def test_a_fee_of_an_old_day_is_that_days_price(house: House) -> None:
    """The worker was away: what was due is priced by the catalogue of its own time."""
    line = await house.subscriber("500.00", tariff="talk")
    await house.db.write(
        lambda tx: tx.run(
            "UPDATE due SET due_at = $1, anchor = '2026-08-20', period = 1",
            house.clock.now() - 58 * 86_400_000_000,
        )
    )
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-11-17 12:01")
    assert (await watch.new()).entries == [
        "tariff_fee, account -90.00 UAH, revenue_fees 90.00 UAH",
        "tariff_fee, account -95.00 UAH, revenue_fees 95.00 UAH",
    ]


async def test_a_fee_without_money_waits_and_tells_once(house: House) -> None:
    line = await house.subscriber("74.99", tariff="calm")
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-17 00:00")
    await pass_until(house, "2027-03-01 00:00")
    assert await due(house, line) == [("tariff_fee", "calm", "2026-12-17 00:00", True)]
    new = await watch.new()
    assert (new.entries, new.sms) == ([], ["fee_unpaid"])
    assert await house.balance(line) == "74.99"


async def test_a_top_up_takes_the_waiting_fee_and_its_month_counts_from_then(house: House) -> None:
    line = await house.subscriber("0.00", tariff="calm")
    await pass_until(house, "2026-12-17 00:00")
    await pass_until(house, "2026-12-20 15:30")
    watch = await Watch.over(house, line)
    await top_up(house, line, "100.00")
    assert await house.balance(line) == "25.00"
    assert (await watch.new()).entries == [
        "top_up, account 100.00 UAH, vouchers -100.00 UAH, account 10 PTS, loyalty -10 PTS",
        "tariff_fee, account -75.00 UAH, revenue_fees 75.00 UAH",
    ]
    fee = ("tariff_fee", "calm", "2027-01-20 00:00", False)
    assert fee in await due(house, line)
    rows = await house.rows("SELECT valid_from, expires_at FROM lot WHERE bucket = 'internet'")
    assert (said(house, rows[-1][0]), said(house, rows[-1][1])) == (
        "2026-12-20 15:30",
        "2027-01-20 00:00",
    )
    await house.books_are_sound()


async def test_a_top_up_that_is_too_small_leaves_the_fee_waiting(house: House) -> None:
    line = await house.subscriber("0.00", tariff="calm")
    await pass_until(house, "2026-12-17 00:00")
    await top_up(house, line, "50.00")
    assert await house.balance(line) == "50.00"
    assert ("tariff_fee", "calm", True) in [(k, r, w) for k, r, _, w in await due(house, line)]
    await top_up(house, line, "50.00")
    assert await house.balance(line) == "25.00"


async def test_a_service_without_money_pauses_and_resumes(house: House) -> None:
    line = await house.subscriber("20.00")
    await house.done(line, "activate_service", service="daily-gigabyte")
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-11-18 00:00")
    await pass_until(house, "2026-11-25 10:00")
    assert await services(house, line) == {"daily-gigabyte": "paused"}
    new = await watch.new()
    assert (new.entries, new.sms) == ([], ["fee_unpaid"])
    assert new.orders == ["service_off service=daily-gigabyte"]

    await top_up(house, line, "20.00")
    assert await services(house, line) == {"daily-gigabyte": "on"}
    assert await house.balance(line) == "16.00"
    assert (await watch.new()).orders[1:] == ["service_on service=daily-gigabyte"]
    assert ("service_fee", "daily-gigabyte", "2026-11-26 00:00", False) in await due(house, line)
    await pass_until(house, "2026-11-26 00:00")
    assert await house.balance(line) == "4.00"
    assert (await watch.new()).orders[2:] == []


async def test_a_paused_service_can_be_switched_off(house: House) -> None:
    line = await house.subscriber("12.00")
    await house.done(line, "activate_service", service="daily-gigabyte")
    await pass_until(house, "2026-11-18 00:00")
    await house.done(line, "deactivate_service", service="daily-gigabyte")
    assert await services(house, line) == {}
    await top_up(house, line, "50.00")
    assert await house.balance(line) == "50.00"


async def test_money_goes_to_what_has_waited_longest(house: House) -> None:
    line = await house.subscriber("51.20")
    await house.done(line, "activate_service", service="onnet-unlimited")
    await pass_until(house, "2026-12-16 12:00")
    await house.done(line, "activate_service", service="hidden-number")
    await pass_until(house, "2026-12-17 00:00")  # the month: 40.00 are missing
    await house.settle(line)
    await pass_until(house, "2026-12-31 12:00")  # the day: 0.80 ran out
    waiting = [ref for _, ref, _, waits in await due(house, line) if waits]
    assert waiting == ["onnet-unlimited", "hidden-number"]
    await top_up(house, line, "40.00")
    assert await services(house, line) == {"onnet-unlimited": "on", "hidden-number": "paused"}


async def test_a_gift_of_money_takes_what_waits_too(house: House) -> None:
    line = await house.subscriber("390.00", tariff="second")
    await top_up(house, line, "400.00")
    await house.done(line, "buy_package", package="internet-20gb")
    for _ in range(5):
        await house.done(line, "buy_package", package="abroad-30")
    await house.done(line, "activate_service", service="voicemail")
    await pass_until(house, "2026-12-17 00:00")
    assert await house.balance(line) == "16.00"
    await pass_until(house, "2027-02-17 00:00")
    assert await services(house, line) == {"voicemail": "paused"}
    await house.done(line, "redeem_gift", gift="money-10")
    assert await services(house, line) == {"voicemail": "on"}
    assert await house.balance(line) == "2.00"


async def test_money_that_comes_back_takes_what_waits_too(house: House) -> None:
    line = await house.subscriber("32.00", tariff="everyday")
    await house.done(line, "activate_service", service="daily-gigabyte")
    await house.done(line, "change_tariff", tariff="calm")
    await pass_until(house, "2026-11-18 00:00")
    assert await services(house, line) == {"daily-gigabyte": "paused"}
    await house.done(line, "withdraw_tariff_change")
    assert await services(house, line) == {"daily-gigabyte": "on"}
    assert await house.balance(line) == "8.00"


async def test_what_costs_nothing_waits_for_nothing(house: House) -> None:
    """A line in debt for what it used still has its free tariff."""
    line = await house.subscriber("0.00", tariff="second")
    await debt(house, line, 5_00)
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-17 00:00")
    assert await due(house, line) == [("tariff_fee", "second", "2027-01-17 00:00", False)]
    assert (await watch.new()).sms == []


async def debt(house: House, line: Line, amount_minor: int) -> None:
    async def fn(tx: WriteTx) -> None:
        await ledger.lock(tx, [line.account])
        entry = (house.env.ids.next(), "usage_call", house.clock.now(), line.id)
        amount = house.env.money(amount_minor)
        await ledger.post(tx, charge(entry, line.account, HouseAccount.REVENUE_USAGE, amount, {}))

    await house.db.write(fn)


async def test_a_fee_of_a_tariff_that_is_gone_is_asked_for_no_more(house: House) -> None:
    line = await house.subscriber("500.00", tariff="calm")
    await house.db.write(lambda tx: tx.run("UPDATE due SET ref = 'gone'"))
    await pass_until(house, "2026-12-17 00:00")
    assert await due(house, line) == []
    assert await house.balance(line) == "500.00"


# the calendar's corners --------------------------------------------------------------------------


async def test_a_month_that_began_on_the_31st_ends_with_the_month(house: House) -> None:
    await pass_until(house, "2027-01-31 10:00")
    line = await house.subscriber("900.00", tariff="calm")
    await pass_until(house, "2027-08-01 00:00")
    assert await fees(house, line, "tariff_fee") == [
        "2027-01-31 10:00",
        "2027-02-28 00:00",
        "2027-03-31 00:00",
        "2027-04-30 00:00",
        "2027-05-31 00:00",
        "2027-06-30 00:00",
        "2027-07-31 00:00",
    ]


async def test_in_a_leap_year_february_has_its_29th(house: House) -> None:
    await pass_until(house, "2028-01-31 10:00")
    line = await house.subscriber("900.00", tariff="calm")
    await pass_until(house, "2028-03-01 00:00")
    assert await fees(house, line, "tariff_fee") == ["2028-01-31 10:00", "2028-02-29 00:00"]


@pytest.mark.parametrize(
    ("start", "end", "midnights"),
    [
        ("2027-03-26 12:00", "2027-03-30 12:00", ["22:00", "22:00", "21:00", "21:00"]),
        ("2027-10-29 12:00", "2027-11-02 12:00", ["21:00", "21:00", "22:00", "22:00"]),
    ],
)
async def test_every_day_costs_once_where_the_clocks_change(
    house: House, start: str, end: str, midnights: list[str]
) -> None:
    """The last Sundays of March (28th) and October (31st) of 2027, in Kyiv; midnights in UTC."""
    await pass_until(house, start)
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", service="daily-gigabyte")
    while house.clock.now() < at(house, end):
        house.clock.advance(3600 * SECOND_US)
        await settle_ripe(house.db, house.env)
    assert [when[-5:] for when in await fees(house, line, "service_fee")] == ["00:00"] * 4
    rows = await house.rows("SELECT at FROM entry WHERE kind = 'service_fee' ORDER BY at")
    assert [rfc3339(Instant(int(str(row[0]))))[11:16] for row in rows] == midnights
    assert await house.balance(line) == "40.00"


async def test_a_month_across_the_change_of_clocks_ends_at_midnight(house: House) -> None:
    await pass_until(house, "2027-03-15 12:00")
    line = await house.subscriber("500.00", tariff="calm")
    move(house, "2027-11-16 00:00")
    await house.settle(line)
    assert [when[5:] for when in await fees(house, line, "tariff_fee")] == [
        "03-15 12:00",
        *(f"{month:02}-15 00:00" for month in range(4, 10)),
    ]
