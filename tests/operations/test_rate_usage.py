"""Rating through the store: records, draws, entries and balances, all or nothing."""

from datetime import date
from itertools import count
from typing import Any

import pytest

from abonent.catalog import sql as catalog
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import due, lots
from abonent.ledger import sql as ledger
from abonent.ledger.due import Due
from abonent.ledger.invariants import broken
from abonent.ledger.lots import Lot
from abonent.operations.env import Env
from abonent.operations.usage.rate_usage import (
    Added,
    Arrived,
    Batch,
    Repeated,
    Unrated,
    Verdict,
    key_of,
    rate_batch,
)
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage import statistics
from abonent.usage.model import Record
from tests.fixtures.subscribers import add_subscriber
from tests.fixtures.usage import (
    BUCKETS,
    CATALOG,
    NOON,
    PER_MINUTE,
    PER_SECOND,
    catalog_of,
    env_with,
    rate_of,
    tariff_of,
)

BEGUN = Instant(NOON - 60 * DAY_US)
EVER = (Instant(0), Instant(NOON + DAY_US))
NEWEST = (NOON + DAY_US, 0)
NATIONAL = "0501234567"
ids = count(1)


@pytest.fixture
def env() -> Env:
    return env_with(CATALOG)


@pytest.fixture
async def line(db: Database) -> LineId:
    return (await db.write(lambda tx: add_subscriber(tx, 1, "380670000001", "per-minute", BEGUN)))[
        0
    ]


def call(seconds: int, *, at: int = NOON, peer: str = NATIONAL, direction: Any = "out") -> Record:
    return Record(Instant(at), "call", direction, peer, seconds)


def arrived(line: LineId, record: Record, key: str | None = None) -> Arrived:
    account = AccountId(line - 2)
    return Arrived(next(ids), line, account, record, key or key_of(line, record))


async def rated(db: Database, env: Env, line: LineId, *records: Record) -> list[Verdict]:
    batch = Batch("test", env.clock.now(), [arrived(line, record) for record in records])
    return await db.write(lambda tx: rate_batch(tx, env, batch))


def charges(verdicts: list[Verdict]) -> list[int]:
    return [done.rated.charge_minor for done in verdicts if isinstance(done, Added)]


async def balance(db: Database, line: LineId) -> int:
    money = await db.read(lambda tx: ledger.balance(tx, AccountId(line - 2), "UAH"))
    return money.amount_minor


async def grant(db: Database, line: LineId, bucket: str, amount: int, life: tuple[int, int]) -> int:
    unit = {known.id: known.unit for known in BUCKETS}[bucket]
    begins, ends = map(Instant, life)
    lot = Lot(5000 + next(ids), line, bucket, unit, amount, amount, begins, ends, "test")
    await db.write(lambda tx: lots.grant(tx, lot))
    return lot.id


async def sound(db: Database) -> bool:
    return await db.read(broken) == []


async def test_it_works(db: Database, env: Env, line: LineId) -> None:
    lot = await grant(db, line, "minutes", 60, (BEGUN, NOON + DAY_US))
    (done,) = await rated(db, env, line, call(150))
    assert isinstance(done, Added)
    assert (done.zone, done.tariff, done.rated.charge_minor) == ("national", "per-minute", 200)
    (stored,) = await db.read(lambda tx: statistics.records(tx, line, EVER, NEWEST, 9))
    assert (stored.amount, stored.from_lots, stored.charge_minor) == (150, 60, 200)
    assert (stored.at, stored.zone, stored.peer) == (NOON, "national", NATIONAL)
    assert (await db.read(lambda tx: lots.by_id(tx, lot))).remaining == 0
    assert await balance(db, line) == -200
    assert await sound(db)


async def test_one_entry_is_posted_for_each_record_that_costs_money(
    db: Database, env: Env, line: LineId
) -> None:
    sms = Record(NOON, "sms", "out", NATIONAL, 1)
    data = Record(NOON, "data", "out", "", 1)
    await rated(db, env, line, call(60), call(60, direction="in"), call(0), sms, data)
    moves = await db.read(
        lambda tx: ledger.movements(tx, AccountId(line - 2), "UAH", before=(NOON + 1, 0), limit=9)
    )
    assert sorted((move.what.key, move.amount.amount_minor) for move in moves) == [
        ("entry.usage_call", -100),
        ("entry.usage_data", -10),
        ("entry.usage_sms", -75),
    ]


async def test_a_call_to_an_emergency_number_is_free(db: Database, env: Env, line: LineId) -> None:
    await grant(db, line, "minutes", 600, (BEGUN, NOON + DAY_US))
    assert charges(await rated(db, env, line, call(60, peer="112"), call(60, peer="111"))) == [0, 0]
    assert await balance(db, line) == 0


async def test_the_same_record_again_changes_nothing(db: Database, env: Env, line: LineId) -> None:
    first = await rated(db, env, line, call(60), call(60))
    again = await rated(db, env, line, call(60))
    assert [type(done) for done in [*first, *again]] == [Added, Repeated, Repeated]
    assert await balance(db, line) == -100


async def test_an_id_of_the_source_tells_records_apart_that_are_alike(
    db: Database, env: Env, line: LineId
) -> None:
    records = [arrived(line, call(60), key) for key in ("a", "b", "a")]
    done = await db.write(lambda tx: rate_batch(tx, env, Batch("test", NOON, records)))
    assert [type(one) for one in done] == [Added, Added, Repeated]
    other = Batch("another source", NOON, [arrived(line, call(60), "a")])
    assert [type(one) for one in await db.write(lambda tx: rate_batch(tx, env, other))] == [Added]


async def test_a_later_record_of_the_batch_finds_what_the_earlier_ones_left(
    db: Database, env: Env, line: LineId
) -> None:
    await grant(db, line, "minutes", 180, (BEGUN, NOON + DAY_US))
    calls = [call(120, at=NOON - n) for n in range(3)]
    assert charges(await rated(db, env, line, *calls)) == [0, 100, 200]
    assert await sound(db)


async def test_a_late_record_is_rated_by_the_tariff_of_its_own_time(
    db: Database, env: Env, line: LineId
) -> None:
    change = Instant(NOON - 5 * DAY_US)
    await db.write(lambda tx: catalog.start_tariff(tx, 77, line, PER_SECOND.id, change))
    before, at, today = call(61, at=change - 1), call(61, at=change), call(61)
    done = await rated(db, env, line, today, before, at)
    assert charges(done) == [97, 200, 97]


async def test_a_late_record_is_rated_by_the_catalogue_of_its_own_day(
    db: Database, line: LineId
) -> None:
    dearer = tariff_of("per-minute", rate_of("call", "national", (120, 60, 60)))
    env = env_with(CATALOG, catalog_of(dearer, valid_from=date(2026, 3, 1)))
    midnight = NOON - 9 * DAY_US - 12 * 3600 * 1_000_000  # 2026-03-01 00:00 in Kyiv
    done = await rated(db, env, line, call(60), call(60, at=midnight), call(60, at=midnight - 1))
    assert charges(done) == [120, 120, 100]


async def test_a_late_record_uses_the_lots_of_its_own_time_with_what_is_left_of_them_now(
    db: Database, env: Env, line: LineId
) -> None:
    last_month = await grant(db, line, "minutes", 120, (BEGUN, NOON - 9 * DAY_US))
    await grant(db, line, "minutes", 600, (NOON - 9 * DAY_US, NOON + DAY_US))
    late = [call(60, at=NOON - 10 * DAY_US - n) for n in range(3)]
    assert charges(await rated(db, env, line, call(60), *late)) == [0, 0, 0, 100]
    assert (await db.read(lambda tx: lots.by_id(tx, last_month))).remaining == 0


async def test_a_record_from_before_the_line_is_rated_by_its_first_tariff(
    db: Database, env: Env, line: LineId
) -> None:
    long_ago = call(60, at=BEGUN - 4000 * DAY_US)
    (done,) = await rated(db, env, line, long_ago)
    assert isinstance(done, Added)
    assert (done.tariff, done.rated.charge_minor) == ("per-minute", 100)


async def test_a_tariff_that_the_catalogue_of_the_day_lacks_is_read_from_the_nearest(
    db: Database, line: LineId
) -> None:
    def priced(price: int, day: date) -> Any:
        return catalog_of(
            tariff_of("per-minute", rate_of("call", "national", (price, 60, 60))), valid_from=day
        )

    dropped = catalog_of(PER_SECOND, valid_from=date(2026, 3, 5))
    known = (priced(10, date(2026, 1, 1)), priced(20, date(2026, 2, 1)))
    newer = (catalog_of(PER_SECOND), priced(30, date(2026, 3, 11)))
    assert charges(await rated(db, env_with(*known, dropped), line, call(60))) == [20]
    assert charges(await rated(db, env_with(*newer), line, call(59))) == [30]


async def test_what_is_due_is_done_before_the_record_is_rated(
    db: Database, env: Env, line: LineId
) -> None:
    change = Instant(NOON - DAY_US)
    item = Due(
        id=88,
        account=AccountId(line - 2),
        line=line,
        kind="tariff_change",
        ref=PER_SECOND.id,
        anchor="2026-03-09",
        period=0,
        due_at=change,
        waiting=False,
    )
    await db.write(lambda tx: due.add(tx, item))
    done = await rated(db, env, line, call(61), call(61, at=change - 1))
    assert charges(done) == [97, 200]


async def test_usage_without_a_price_is_not_stored_and_may_come_again(
    db: Database, line: LineId
) -> None:
    abroad = call(60, peer="+48221234567")
    without = env_with(catalog_of(tariff_of("per-minute")))
    (unrated,) = await rated(db, without, line, abroad)
    assert unrated == Unrated(key_of(line, abroad), "rate_missing")
    assert charges(await rated(db, env_with(CATALOG), line, abroad)) == [750]


async def test_a_line_without_a_tariff_cannot_be_rated(db: Database, line: LineId) -> None:
    env = env_with(catalog_of(PER_SECOND))
    (unrated,) = await rated(db, env, line, call(60))
    assert unrated == Unrated(key_of(line, call(60)), "tariff_missing")
    assert PER_MINUTE.id not in {tariff.id for tariff in env.catalog().tariffs}


async def test_nothing_is_kept_of_a_batch_that_fails(db: Database, env: Env, line: LineId) -> None:
    async def fail(tx: WriteTx) -> None:
        await rate_batch(tx, env, Batch("test", NOON, [arrived(line, call(60))]))
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await db.write(fail)
    assert await balance(db, line) == 0
    assert charges(await rated(db, env, line, call(60))) == [100]


async def test_a_batch_of_nothing_does_nothing(db: Database, env: Env, line: LineId) -> None:
    assert await rated(db, env, line) == []


async def test_a_late_charge_is_booked_at_its_own_time_and_its_arrival_is_kept(
    db: Database, env: Env, line: LineId
) -> None:
    late = NOON - 3 * DAY_US

    async def read(tx: ReadTx) -> tuple[int, int]:
        (move,) = await ledger.movements(tx, AccountId(line - 2), "UAH", before=NEWEST, limit=9)
        return move.at, await tx.value("SELECT arrived_at FROM usage_record")

    await rated(db, env, line, call(60, at=late))
    assert await db.read(read) == (late, NOON)


async def test_statistics_of_a_period_have_what_was_rated_in_it(
    db: Database, env: Env, line: LineId
) -> None:
    calls = [call(60 * n, at=NOON - n * DAY_US) for n in range(1, 4)]
    await rated(db, env, line, *calls, call(60, at=NOON - DAY_US, direction="in"))
    period = (Instant(NOON - 3 * DAY_US + 1), Instant(NOON))

    async def read(tx: ReadTx) -> Any:
        newest = await statistics.records(tx, line, period, NEWEST, 2)
        cursor = (newest[-1].at, newest[-1].id)
        rest = await statistics.records(tx, line, period, cursor, 2)
        return (
            [(row.direction, row.amount) for row in (*newest, *rest)],
            await statistics.sums(tx, line, period),
            await statistics.charges(tx, line, period),
            await statistics.outgoing(tx, line, period),
        )

    assert await db.read(read) == (
        [("in", 60), ("out", 60), ("out", 120)],
        [statistics.Sum("call", "national", 2, 180, 300)],
        [(NOON - 2 * DAY_US, "call", 200), (NOON - DAY_US, "call", 100)],
        [("call", "national", 120), ("call", "national", 60)],
    )
