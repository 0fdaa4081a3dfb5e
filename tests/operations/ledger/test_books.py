"""What the ledger refuses to write."""

import pytest

from abonent.kernel.ids import AccountId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.time import Instant
from abonent.ledger import lots, sql
from abonent.ledger.lots import Lot, spread
from abonent.ledger.model import Entry, House, LedgerFault, Posting
from abonent.store.tx import WriteTx
from tests.fixtures.house import House as Operator

TEN = Money(1000, "UAH")


async def test_an_entry_moves_money_and_the_stored_balance(house: Operator) -> None:
    line = await house.subscriber("5.00")
    postings = (Posting(line.account, TEN), Posting(House.OPENING, -TEN))

    async def fn(tx: WriteTx) -> None:
        await sql.lock(tx, (line.account,))
        await sql.post(tx, Entry(1, "opening", house.clock.now(), line.id, postings, {}))

    await house.db.write(fn)
    assert await house.balance(line) == "15.00"
    await house.books_are_sound()


async def test_an_entry_that_does_not_sum_to_zero_is_not_written(house: Operator) -> None:
    line = await house.subscriber()
    for postings in (
        (Posting(line.account, TEN), Posting(House.OPENING, Money(-999, "UAH"))),
        (Posting(line.account, TEN), Posting(House.OPENING, Money(-1000, POINTS))),
    ):

        async def fn(tx: WriteTx, postings: tuple[Posting, ...] = postings) -> None:
            await sql.lock(tx, (line.account,))
            await sql.post(tx, Entry(1, "opening", house.clock.now(), line.id, postings, {}))

        with pytest.raises(LedgerFault, match="sum to zero"):
            await house.db.write(fn)
    assert await house.balance(line) == "0.00"


async def test_an_account_that_is_not_locked_is_not_posted_to(house: Operator) -> None:
    line = await house.subscriber()
    postings = (Posting(line.account, TEN), Posting(House.OPENING, -TEN))

    async def fn(tx: WriteTx) -> None:
        await sql.post(tx, Entry(1, "opening", house.clock.now(), line.id, postings, {}))

    with pytest.raises(LedgerFault, match="not locked"):
        await house.db.write(fn)
    assert await house.balance(line) == "0.00"


async def test_an_account_that_does_not_exist_cannot_be_locked(house: Operator) -> None:
    with pytest.raises(LedgerFault, match="does not exist"):
        await house.db.write(lambda tx: sql.lock(tx, (AccountId(999_999),)))


async def test_a_lot_that_does_not_exist_is_not_found(house: Operator) -> None:
    with pytest.raises(LookupError):
        await house.db.read(lambda tx: lots.by_id(tx, 999_999))


async def test_more_than_a_lot_holds_cannot_be_drawn(house: Operator) -> None:
    line = await house.subscriber()
    now = house.clock.now()
    lot = Lot(1, line.id, "internet", "byte", 10, 10, now, None, "package:internet-1gb")
    await house.db.write(lambda tx: lots.grant(tx, lot))
    with pytest.raises(Exception, match=r"(?i)check"):
        await house.db.write(lambda tx: lots.draw(tx, [(1, 11)]))
    await house.db.write(lambda tx: lots.draw(tx, [(1, 4), (1, 0)]))
    assert await house.lots(line) == {"internet": 6}


def lot(id: int, remaining: int) -> Lot:
    return Lot(id, 1, "PTS", "point", 100, remaining, Instant(0), None, "top_up")


def test_lots_are_used_in_order_and_empty_ones_passed_over() -> None:
    assert spread([lot(1, 30), lot(2, 0), lot(3, 50), lot(4, 9)], 70) == [(1, 30), (3, 40)]


def test_lots_that_hold_less_than_that_are_not_spread() -> None:
    with pytest.raises(ValueError, match="less"):
        spread([lot(1, 30)], 31)
