"""D10: the fee of a request for detail, by when its owner registered and by the month's count."""

from datetime import date

import pytest

from abonent.accounts.model import Line
from abonent.kernel.outcome import NeedsConfirm, Refused
from abonent.kernel.time import day_of
from abonent.operations.views.usage import usage
from abonent.store.database import Database
from tests.fixtures.house import House, all_rules
from tests.scenarios.calendar import move


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def ordered(house: House, line: Line) -> str:
    """What an order of today's detail cost."""
    before = await house.rows("SELECT amount FROM balance WHERE account_id = $1", line.account)
    today = str(_day(house))
    await house.done(line, "order_detail", **{"from": today, "to": today})
    after = await house.rows("SELECT amount FROM balance WHERE account_id = $1", line.account)
    return house.env.money(before[0][0] - after[0][0]).decimal()


def _day(house: House) -> date:
    return day_of(house.clock.now(), house.env.zone)


async def test_until_the_end_of_the_month_after_registration_each_costs_the_same(
    house: House,
) -> None:
    line = await house.registered(await house.subscriber("100.00"))
    assert [await ordered(house, line) for _ in range(3)] == ["1.06", "1.06", "1.06"]
    move(house, "2026-12-31 23:59:59")
    assert [await ordered(house, line) for _ in range(2)] == ["1.06", "1.06"]


async def test_later_the_first_of_a_month_costs_more_than_the_others(house: House) -> None:
    line = await house.registered(await house.subscriber("100.00"))
    move(house, "2027-01-01 00:00")
    assert [await ordered(house, line) for _ in range(3)] == ["5.31", "1.06", "1.06"]
    move(house, "2027-02-01 00:00")
    assert [await ordered(house, line) for _ in range(2)] == ["5.31", "1.06"]


async def test_months_are_those_of_the_operators_zone(house: House) -> None:
    """23:30 UTC on the last of January is the 1st of February in Kyiv."""
    line = await house.registered(await house.subscriber("100.00"))
    move(house, "2027-01-31 23:00")
    assert await ordered(house, line) == "5.31"
    move(house, "2027-02-01 01:30")
    assert await ordered(house, line) == "5.31"


async def test_each_line_is_counted_by_itself(house: House) -> None:
    line = await house.registered(await house.subscriber("100.00"))
    other = await house.registered(await house.subscriber("100.00"))
    move(house, "2027-01-10 12:00")
    assert await ordered(house, line) == "5.31"
    assert await ordered(house, other) == "5.31"


async def test_the_price_is_shown_before_and_with_the_free_totals(house: House) -> None:
    line = await house.registered(await house.subscriber("100.00"))
    move(house, "2027-01-10 12:00")
    view = await house.runner.read(usage, house.case(line), _day(house), _day(house))
    assert view.detail_price == house.env.money(5_31)
    await ordered(house, line)
    view = await house.runner.read(usage, house.case(line), _day(house), _day(house))
    assert view.detail_price == house.env.money(1_06)


async def test_terms_change_where_the_month_turns_before_it_is_confirmed(house: House) -> None:
    line = await house.registered(await house.subscriber("100.00"))
    move(house, "2026-12-31 23:59")
    days = {"from": "2026-12-01", "to": "2026-12-30"}
    asked = await house.runner.propose(house.case(line), "order_detail", days)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.price == house.env.money(1_06)
    move(house, "2027-01-01 00:01")
    answer = await house.runner.confirm(house.case(line), asked.proposal)
    assert isinstance(answer, Refused)
    assert answer.code == "terms_changed"
    assert await house.balance(line) == "100.00"
    assert answer.again is not None


async def test_what_was_paid_for_stays_readable(house: House) -> None:
    line = await house.registered(await house.subscriber("100.00"))
    move(house, "2027-01-10 12:00")
    await ordered(house, line)
    move(house, "2027-03-10 12:00")
    view = await house.runner.read(usage, house.case(line), _day(house), _day(house))
    assert [order.price for order in view.orders] == [house.env.money(5_31)]


async def test_an_owner_who_never_registered_is_as_old_as_the_contract(house: House) -> None:
    line = await house.subscriber("100.00")
    move(house, "2026-12-10 12:00")
    assert await ordered(house, line) == "1.06"
    move(house, "2027-01-10 12:00")
    assert await ordered(house, line) == "5.31"
