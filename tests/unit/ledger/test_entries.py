"""What the ledger refuses to write: each would be a fault of the program."""

import pytest

from abonent.kernel.ids import AccountId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.time import Instant
from abonent.ledger import lots, sql
from abonent.ledger.invariants import broken
from abonent.ledger.lots import Lot
from abonent.ledger.model import Entry, House, LedgerFault, Posting, charge, transfer
from abonent.store.database import Database
from abonent.store.tx import WriteTx

ONE, OTHER = AccountId(2001), AccountId(2002)
AT = Instant(1_794_909_600_000_000)


def uah(amount_minor: int) -> Money:
    return Money(amount_minor, "UAH")


def entry(*postings: Posting, id: int = 1) -> Entry:
    return Entry(id, "opening", AT, None, postings, {})


async def open_both(db: Database) -> None:
    async def fn(tx: WriteTx) -> None:
        for account in (ONE, OTHER):
            await sql.open_account(tx, account, "UAH", AT)

    await db.write(fn)


async def post(db: Database, *entries: Entry, lock: tuple[AccountId, ...] = (ONE,)) -> None:
    async def fn(tx: WriteTx) -> None:
        await sql.lock(tx, lock)
        await sql.post_all(tx, entries)

    await db.write(fn)


async def balance(db: Database, account: AccountId) -> int:
    return (await db.read(lambda tx: sql.balance(tx, account, "UAH"))).amount_minor


# pure --------------------------------------------------------------------------------------------


def test_an_entry_sums_to_zero_in_every_currency() -> None:
    sound = entry(
        Posting(ONE, uah(-5)),
        Posting(House.OPENING, uah(5)),
        Posting(ONE, Money(3, POINTS)),
        Posting(House.LOYALTY, Money(-3, POINTS)),
    )
    assert transfer(sound) is sound
    assert transfer(entry()) == entry()


@pytest.mark.parametrize(
    "postings",
    [
        (Posting(ONE, uah(5)),),
        (Posting(ONE, uah(5)), Posting(House.OPENING, uah(-4))),
        (Posting(ONE, uah(5)), Posting(House.OPENING, Money(-5, POINTS))),
    ],
)
def test_an_entry_that_does_not_is_a_fault(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(LedgerFault, match="does not sum to zero"):
        transfer(entry(*postings))


def test_a_charge_moves_money_to_the_house_and_back() -> None:
    what = (7, "fee", AT, None)
    paid = charge(what, ONE, House.REVENUE_FEES, uah(5), {})
    assert paid.postings == (Posting(ONE, uah(-5)), Posting(House.REVENUE_FEES, uah(5)))
    back = charge(what, ONE, House.REVENUE_FEES, -uah(5), {})
    assert back.postings == (Posting(ONE, uah(5)), Posting(House.REVENUE_FEES, uah(-5)))
    assert charge(what, ONE, House.REVENUE_FEES, uah(0), {}).postings == ()


# in the database ---------------------------------------------------------------------------------


async def test_it_works(db: Database) -> None:
    await open_both(db)
    moved = entry(Posting(ONE, uah(-5)), Posting(OTHER, uah(5)))
    earned = entry(Posting(ONE, uah(7)), Posting(House.OPENING, uah(-7)), id=2)
    await post(db, moved, earned, lock=(OTHER, ONE))
    assert (await balance(db, ONE), await balance(db, OTHER)) == (2, 5)
    assert await db.read(lambda tx: sql.entry_exists(tx, 1))
    assert not await db.read(lambda tx: sql.entry_exists(tx, 3))
    assert await db.read(broken) == []


async def test_nothing_at_all_can_be_posted(db: Database) -> None:
    await post(db, lock=())
    assert await db.read(lambda tx: tx.rows("SELECT id FROM entry")) == []


async def test_an_account_that_is_not_locked_is_not_posted_to(db: Database) -> None:
    await open_both(db)
    with pytest.raises(LedgerFault, match="not locked"):
        await post(db, entry(Posting(ONE, uah(-5)), Posting(OTHER, uah(5))))
    assert await db.read(lambda tx: tx.rows("SELECT id FROM entry")) == []


async def test_an_account_that_is_not_there_is_not_locked(db: Database) -> None:
    await open_both(db)
    with pytest.raises(LedgerFault, match="does not exist"):
        await post(db, lock=(ONE, AccountId(3000)))


async def test_the_same_entry_is_not_written_twice(db: Database) -> None:
    await open_both(db)
    earned = entry(Posting(ONE, uah(7)), Posting(House.OPENING, uah(-7)))
    await post(db, earned)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await post(db, earned)
    assert await balance(db, ONE) == 7


async def test_an_account_may_have_a_floor_below_nothing(db: Database) -> None:
    async def fn(tx: WriteTx) -> None:
        await sql.open_account(tx, ONE, "UAH", AT, floor_minor=-100)

    await db.write(fn)
    assert await db.read(lambda tx: sql.available(tx, ONE, "UAH")) == uah(100)
    assert await db.read(lambda tx: sql.available(tx, ONE, POINTS)) == Money(0, POINTS)
    assert await db.read(lambda tx: sql.available(tx, OTHER, "UAH")) == uah(0)


# lots --------------------------------------------------------------------------------------------


def lot(id: int, remaining: int) -> Lot:
    return Lot(id, ONE, "points", "point", 10, remaining, AT, None, "tests")


def test_an_amount_is_spread_over_lots_in_their_order() -> None:
    assert lots.spread([lot(1, 3), lot(2, 0), lot(3, 9)], 5) == [(1, 3), (3, 2)]
    assert lots.spread([], 0) == []


def test_lots_do_not_give_more_than_they_hold() -> None:
    with pytest.raises(ValueError, match="hold less"):
        lots.spread([lot(1, 3)], 4)


async def test_a_lot_that_is_not_there_is_not_found(db: Database) -> None:
    with pytest.raises(LookupError, match="no such lot"):
        await db.read(lambda tx: lots.by_id(tx, 5))


async def test_a_lot_is_never_drawn_below_nothing(db: Database) -> None:
    await db.write(lambda tx: lots.grant(tx, lot(1, 3)))
    with pytest.raises(Exception, match=r"(?i)check"):
        await db.write(lambda tx: lots.draw(tx, [(1, 4)]))
    await db.write(lambda tx: lots.draw(tx, [(1, 3), (1, 0)]))
    assert (await db.read(lambda tx: lots.by_id(tx, 1))).remaining == 0
