"""Points are earned by topping up and expire a year later, lot by lot."""

from abonent.accounts.model import Line
from tests.fixtures.house import House
from tests.fixtures.traces import Watch
from tests.fixtures.vouchers import code_number
from tests.scenarios.calendar import due, pass_until


async def top_up(house: House, line: Line, amount: str) -> None:
    code = code_number(house.env.ids.next())
    await house.voucher(code, amount)
    await house.done(line, "top_up_by_voucher", code=code)


async def test_each_lot_expires_a_year_after_its_own_top_up(house: House) -> None:
    line = await house.subscriber()
    await top_up(house, line, "100.00")
    await pass_until(house, "2026-12-24 09:00")
    await top_up(house, line, "50.00")
    await pass_until(house, "2027-11-17 11:59:59.999999")
    assert await house.balance(line, "PTS") == "15"

    watch = await Watch.over(house, line)
    await pass_until(house, "2027-11-17 12:00")
    assert await house.balance(line, "PTS") == "5"
    assert (await watch.new()).entries == ["points_expired, account -10 PTS, loyalty 10 PTS"]
    await pass_until(house, "2027-12-24 09:00")
    assert await house.balance(line, "PTS") == "0"
    assert await house.balance(line) == "150.00"
    await house.books_are_sound()


async def test_only_what_is_left_of_a_lot_expires(house: House) -> None:
    line = await house.subscriber()
    await top_up(house, line, "300.00")
    await house.done(line, "redeem_gift", gift="minutes-30")
    watch = await Watch.over(house, line)
    await pass_until(house, "2027-11-17 12:00")
    assert (await watch.new()).entries == ["points_expired, account -10 PTS, loyalty 10 PTS"]
    await house.books_are_sound()


async def test_of_a_lot_that_was_spent_nothing_expires(house: House) -> None:
    line = await house.subscriber()
    await top_up(house, line, "200.00")
    await house.done(line, "redeem_gift", gift="minutes-30")
    watch = await Watch.over(house, line)
    await pass_until(house, "2027-11-17 12:00")
    assert (await watch.new()).entries == []
    assert [row for row in await due(house, line) if row[0] == "points_expiry"] == []
    await house.books_are_sound()
