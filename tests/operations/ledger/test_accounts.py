"""What is on an account, and what came and went."""

import pytest

from abonent.kernel.ids import AccountId
from abonent.kernel.money import POINTS, Money
from abonent.ledger import sql
from abonent.ledger.model import Entry, House, Posting, charge
from abonent.store.tx import WriteTx
from tests.fixtures.house import House as Operator
from tests.fixtures.vouchers import code_number

START = (2**62, 0)


async def post(house: Operator, *entries: Entry) -> None:
    async def fn(tx: WriteTx) -> None:
        accounts = {p.account for e in entries for p in e.postings if p.account > 1000}
        await sql.lock(tx, [AccountId(account) for account in accounts])
        await sql.post_all(tx, entries)

    await house.db.write(fn)


async def test_nothing_at_all_can_be_posted(house: Operator) -> None:
    await post(house)
    assert await house.rows("SELECT id FROM entry") == []


async def test_the_same_entry_is_not_written_twice(house: Operator) -> None:
    line = await house.subscriber()
    postings = (
        Posting(line.account, Money(700, "UAH")),
        Posting(House.OPENING, Money(-700, "UAH")),
    )
    earned = Entry(1, "opening", house.clock.now(), line.id, postings, {})
    await post(house, earned)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await post(house, earned)
    assert await house.balance(line) == "7.00"


@pytest.mark.parametrize("count", [1, 2, 12, 30])
async def test_entries_are_posted_with_their_postings_however_many_there_are(
    house: Operator, count: int
) -> None:
    line = await house.subscriber()
    amount, now = Money(100, "UAH"), house.clock.now()
    entries = [
        charge((n, "opening", now, line.id), line.account, House.OPENING, -amount, {})
        for n in range(1, count + 1)
    ]
    await post(house, *entries)
    assert await house.balance(line) == f"{count}.00"
    assert await house.rows("SELECT COUNT(*) FROM posting") == [(2 * count,)]


async def test_an_account_may_have_a_floor_below_nothing(house: Operator) -> None:
    account = AccountId(2001)

    async def fn(tx: WriteTx) -> None:
        await sql.open_account(tx, account, "UAH", house.clock.now(), floor_minor=-100)

    await house.db.write(fn)

    async def available(account: AccountId, currency: str) -> Money:
        return await house.db.read(lambda tx: sql.available(tx, account, currency))

    assert await available(account, "UAH") == Money(100, "UAH")
    assert await available(account, POINTS) == Money(0, POINTS)
    assert await available(AccountId(2002), "UAH") == Money(0, "UAH")


async def test_what_came_and_went_is_listed_newest_first(house: Operator) -> None:
    line = await house.subscriber("100.00")
    await house.voucher(code_number(1), "50.00")
    await house.done(line, "buy_package", package="sms-50")
    await house.done(line, "top_up_by_voucher", code=code_number(1))
    used = (9, "usage_call", house.clock.now(), line.id)
    await post(house, charge(used, line.account, House.REVENUE_USAGE, Money(150, "UAH"), {}))

    listed = await house.db.read(
        lambda tx: sql.movements(tx, line.account, "UAH", before=START, limit=10)
    )
    assert [(m.what.key, m.amount.amount_minor) for m in listed] == [
        ("entry.top_up", 50_00),
        ("entry.package", -25_00),
        ("entry.opening", 100_00),
        ("entry.usage_call", -1_50),
    ]
    came = await house.db.read(
        lambda tx: sql.received(tx, line.account, "UAH", before=START, limit=1)
    )
    assert [m.what.key for m in came] == ["entry.top_up"]
    older = await house.db.read(
        lambda tx: sql.movements(
            tx, line.account, "UAH", before=(listed[1].at, listed[1].entry), limit=1
        )
    )
    assert older == listed[2:3]


async def test_fees_are_told_apart_from_usage(house: Operator) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "buy_package", package="sms-50")
    used = (9, "usage_call", house.clock.now(), line.id)
    await post(house, charge(used, line.account, House.REVENUE_USAGE, Money(150, "UAH"), {}))
    now = house.clock.now()
    fees = await house.db.read(
        lambda tx: sql.charged_since(tx, line.account, "UAH", line.id, (0, now + 1))
    )
    assert [m.amount.amount_minor for m in fees] == [-25_00]
    later = await house.db.read(
        lambda tx: sql.charged_since(tx, line.account, "UAH", None, (now + 1, now + 2))
    )
    assert later == []
