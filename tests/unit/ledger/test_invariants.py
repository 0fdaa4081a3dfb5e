"""Each invariant fails on a book that is broken on purpose, and on no other."""

import pytest

from abonent.ledger.invariants import INVARIANTS, broken
from abonent.store.database import Database
from tests.fixtures.house import House

ACCOUNT = "(SELECT id FROM account)"
LINE = "(SELECT id FROM line)"
RECORD = (
    f"INSERT INTO usage_record VALUES (9, {LINE}, {ACCOUNT}, 0, 'call', 'out', '1', 'onnet',"
    " 60, {from_lots}, {charge}, 'second', 0)"
)

BREAKAGES: dict[str, tuple[str, ...]] = {
    "every entry sums to zero in every currency": (
        "INSERT INTO entry VALUES (9, 'opening', 0, NULL, '')",
        "INSERT INTO posting VALUES (9, 0, 5, 'UAH', 100, 0)",
    ),
    "every stored balance is the sum of its postings": (
        "UPDATE balance SET amount = amount + 1 WHERE currency = 'UAH'",
    ),
    "every posting to a customer has a stored balance": (
        "DELETE FROM balance WHERE currency = 'UAH'",
    ),
    "points are never below nothing": (
        "INSERT INTO entry VALUES (9, 'gift', 0, NULL, '')",
        f"INSERT INTO posting VALUES (9, 0, {ACCOUNT}, 'PTS', -11, 0)",
        "INSERT INTO posting VALUES (9, 1, 4, 'PTS', 11, 0)",
        "UPDATE balance SET amount = -1 WHERE currency = 'PTS'",
        "DELETE FROM lot WHERE bucket = 'points'",
    ),
    "the points of an account are what its lots hold": (
        "UPDATE lot SET remaining = 9 WHERE bucket = 'points'",
    ),
    "every used voucher has one entry of its own amount": (
        "UPDATE voucher SET amount = 9 WHERE entry_id IS NOT NULL",
    ),
    "no entry redeems two vouchers": (
        "UPDATE voucher SET entry_id = (SELECT MAX(entry_id) FROM voucher)",
    ),
    "every charge of usage is an entry of the same amount": (
        RECORD.format(from_lots=0, charge=100),
    ),
    "what was drawn from a bucket is what it lacks": (
        "UPDATE lot SET remaining = remaining - 1 WHERE bucket = 'internet'",
    ),
    "what a record took from buckets is what its draws say": (
        RECORD.format(from_lots=60, charge=0),
    ),
}
AND_THEN = {
    # Points below nothing cannot be in any lot.
    "points are never below nothing": {"the points of an account are what its lots hold"},
}


@pytest.fixture
async def house(db: Database) -> House:
    """A book with money, points, a used voucher and an unused one, and a bucket."""
    house = House(db)
    line = await house.subscriber("50.00")
    for code in ("1" * 16, "2" * 16):
        await house.voucher(code, "100.00")
    await house.done(line, "top_up_by_voucher", code="1" * 16)
    await house.done(line, "buy_package", package="internet-1gb")
    return house


async def names(house: House) -> set[str]:
    return {name for name, _ in await house.db.read(broken)}


def test_there_is_a_breakage_for_every_invariant() -> None:
    assert list(BREAKAGES) == [invariant.name for invariant in INVARIANTS]


async def test_a_sound_book_breaks_none(house: House) -> None:
    assert await names(house) == set()


@pytest.mark.parametrize("name", BREAKAGES)
async def test_a_broken_book_is_found_out(house: House, name: str) -> None:
    for statement in BREAKAGES[name]:
        await house.db.write(lambda tx, sql=statement: tx.run(sql))  # type: ignore[misc]
    assert await names(house) - AND_THEN.get(name, set()) == {name}


async def test_of_many_violations_ten_are_named(house: House) -> None:
    for n in range(12):
        await house.db.write(
            lambda tx, n=n: tx.run(  # type: ignore[misc]
                "INSERT INTO entry VALUES ($1, 'opening', 0, NULL, '')", 100 + n
            )
        )
        await house.db.write(
            lambda tx, n=n: tx.run(  # type: ignore[misc]
                "INSERT INTO posting VALUES ($1, 0, 5, 'UAH', 100, 0)", 100 + n
            )
        )
    ((_, ids),) = await house.db.read(broken)
    assert len(ids) == 10
