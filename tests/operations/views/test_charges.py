"""What will be charged by itself, as home and the API say it."""

from dataclasses import replace

import pytest

from abonent.accounts.model import Line
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import DAY_US, Instant, rfc3339
from abonent.ledger.due import Due
from abonent.operations.views.charges import coming_charges, days_left, outlook
from abonent.operations.views.home import home
from abonent.operations.views.model import NextCharge
from abonent.store.database import Database
from tests.fixtures.house import House, all_rules

pytestmark = pytest.mark.anyio
TODAY = Instant(0)
LINE = LineId(1)


async def charges(house: House, line: Line) -> list[tuple[str, str, str, str]]:
    """(when, how much, for what, how often) of each, soonest first."""
    found = (await house.runner.read(outlook, house.case(line))).charges
    return [
        (
            rfc3339(charge.at)[:10],
            charge.amount.decimal(),
            next(item.id for item in charge.what.values.values() if isinstance(item, Item)),
            charge.period,
        )
        for charge in found
    ]


async def test_it_works(house: House) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "activate_service", service="daily-gigabyte")
    assert await charges(house, line) == [
        ("2026-11-17", "12.00", "daily-gigabyte", "day"),
        ("2026-12-16", "150.00", "everyday", "month"),
    ]


async def test_what_is_free_is_no_charge(house: House) -> None:
    line = await house.subscriber("10.00", tariff="second")
    assert await charges(house, line) == []
    assert (await house.runner.read(home, house.case(line))).next_charge is None


async def test_after_a_change_of_tariff_the_next_charge_is_that_of_the_new_one(
    house: House,
) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="online")
    assert await charges(house, line) == [("2026-11-30", "240.00", "online", "month")]
    shown = (await house.runner.read(home, house.case(line))).next_charge
    assert shown is not None
    assert shown.what == Text("entry.tariff_fee", {"tariff": Item("tariff", "online")})
    await house.done(line, "withdraw_tariff_change")
    assert await charges(house, line) == [("2026-12-16", "150.00", "everyday", "month")]


async def test_a_service_that_the_new_tariff_lacks_is_not_charged_after_the_change(
    house: House,
) -> None:
    def row(kind: str, ref: str, day: int) -> Due:
        at = Instant(house.clock.now() + day * DAY_US)
        return Due(day, AccountId(2000), LINE, kind, ref, "2026-11-01", 1, at, waiting=False)

    rows = [
        row("service_fee", "monthly-gigabytes", 5),
        row("tariff_change", "start-2019", 10),
        row("service_fee", "missed-calls", 20),
    ]
    kept = coming_charges(house.env, rows, {})
    assert [charge.id for charge in kept] == [5, 10, 20]
    late = coming_charges(house.env, [*rows[1:], row("service_fee", "monthly-gigabytes", 15)], {})
    assert [charge.id for charge in late] == [10, 20]


async def test_a_fee_before_the_change_is_still_the_old_one(house: House) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    house.clock.advance(20 * DAY_US)  # 7 December; the period ends on the 17th
    await house.done(line, "change_tariff", tariff="online")
    assert await charges(house, line) == [
        ("2026-12-16", "150.00", "everyday", "none"),
        ("2026-12-31", "240.00", "online", "month"),
    ]


async def test_a_fee_that_waits_for_money_says_so(house: House) -> None:
    line = await house.subscriber("10.00", tariff="everyday")
    house.clock.advance(31 * DAY_US)
    await house.settle(line)
    (waiting,) = (await house.runner.read(outlook, house.case(line))).charges
    assert waiting.waiting


def charge(day: int, amount_minor: int, period: str = "month") -> NextCharge:
    at = Instant(day * DAY_US)
    return NextCharge(
        1, LINE, at, Money(amount_minor, "UAH"), Text("entry.tariff_fee"), period, waiting=False
    )


def lasts(balance_minor: int, spent_minor: int, *coming: NextCharge) -> int | None:
    return days_left(Money(balance_minor, "UAH"), coming, spent_minor, TODAY)


def test_money_lasts_until_a_fee_comes_back_that_it_cannot_pay() -> None:
    assert lasts(474_00, 0, charge(10, 150_00)) == 100
    assert lasts(474_00, 0, charge(10, 150_00, "none")) is None
    assert lasts(25_00, 0, charge(1, 12_00, "day")) == 3


def test_money_lasts_by_the_pace_of_usage_between_the_fees() -> None:
    assert lasts(30_00, 30_00) == 30
    assert lasts(30_00, 30_00, charge(10, 10_00)) == 20
    assert lasts(-1_00, 30_00) == 0
    assert lasts(0, 0) is None


async def test_what_is_missing_for_a_month_is_said_and_by_when(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    ahead = await house.runner.read(outlook, house.case(line))
    assert ahead.top_up == house.env.money(50_00)
    assert ahead.top_up_by is not None
    assert rfc3339(ahead.top_up_by) == "2026-12-16T22:00:00Z"
    seen = await house.runner.read(home, house.case(line))
    assert (seen.top_up, seen.top_up_by) == (ahead.top_up, ahead.top_up_by)


async def test_who_has_enough_for_a_month_need_not_top_up(house: House) -> None:
    line = await house.subscriber("150.00", tariff="everyday")
    ahead = await house.runner.read(outlook, house.case(line))
    assert (ahead.top_up, ahead.top_up_by) == (None, None)


async def test_a_fee_that_waits_is_missing_now(house: House) -> None:
    line = await house.subscriber("20.00", tariff="everyday")
    house.clock.advance(40 * DAY_US)
    await house.settle(line)
    ahead = await house.runner.read(outlook, house.case(line))
    assert ahead.top_up == house.env.money(130_00)
    assert ahead.top_up_by == house.clock.now()


async def test_a_package_that_renews_itself_is_a_charge(db: Database) -> None:
    house = House(db, all_rules())
    line = await house.subscriber("100.00", tariff="student")
    await house.done(line, "buy_package", package="week-gigabytes")
    assert ("2026-11-23", "40.00", "week-gigabytes", "7-days") in await charges(house, line)


async def test_a_package_that_has_become_cheaper_renews_at_its_new_price(db: Database) -> None:
    house = House(db, all_rules())
    line = await house.subscriber("100.00", tariff="student")
    await house.done(line, "buy_package", package="week-gigabytes")
    agreed = "UPDATE due SET amount_minor = 5000 WHERE kind = 'package_renewal'"
    await house.db.write(lambda tx: tx.run(agreed))
    assert ("2026-11-23", "40.00", "week-gigabytes", "7-days") in await charges(house, line)


async def test_a_discount_ends_in_what_is_foreseen(db: Database) -> None:
    house = House(db, all_rules())
    line = await house.subscriber("500.00", tariff="everyday")
    for code in ("1000000000000002", "2000000000000004"):
        await house.voucher(code, "300.00")
        await house.done(line, "top_up_by_voucher", code=code)
    await house.done(line, "redeem_gift", gift="half-month")
    ahead = await house.runner.read(outlook, house.case(line))
    (fee,) = ahead.charges
    uah = house.env.money
    assert (fee.amount, fee.later) == (uah(75_00), (uah(75_00), uah(150_00)))
    assert lasts(450_00, 0, replace(fee, at=Instant(30 * DAY_US))) == 150
    assert lasts(450_00, 0, replace(fee, at=Instant(30 * DAY_US), later=())) == 210
