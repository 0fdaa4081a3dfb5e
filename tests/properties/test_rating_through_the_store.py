"""Whatever records arrive, in whatever order and chunks, the books say what the slow model says."""

from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abonent.catalog import sql as catalog
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import lots
from abonent.ledger import sql as ledger
from abonent.ledger.invariants import broken
from abonent.ledger.lots import Lot
from abonent.operations.usage.rate_usage import Arrived, Batch, key_of, rate_batch
from abonent.profile.model import Tariff
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage.model import Record, Usage
from abonent.usage.zones import zone_of
from tests.fixtures.slow_rating import Box, Price, bill
from tests.fixtures.subscribers import add_subscriber
from tests.fixtures.usage import (
    BUCKETS,
    NOON,
    NUMBERING,
    PER_SECOND,
    catalog_of,
    env_with,
    rate_of,
    tariff_of,
)
from tests.fixtures.usage import PER_MINUTE as IN_LARGE_STEPS

PER_MINUTE = tariff_of(
    IN_LARGE_STEPS.id,
    *(rate for rate in IN_LARGE_STEPS.rates if rate.kind != "data"),
    rate_of("data", "internet", (100, 1000, 64)),
)
CATALOG = catalog_of(PER_MINUTE, PER_SECOND)
BEGUN = NOON - 30 * DAY_US
PEERS = ("0671234567", "0501234567", "+48221234567", "112", "111", "A")
KINDS = {"second": "call", "sms": "sms", "byte": "data"}
numbers = count(1)

days = st.integers(0, 29)
records = st.builds(
    Record,
    at=days.map(lambda day: Instant(BEGUN + day * DAY_US)),
    kind=st.sampled_from(["call", "call", "sms"]),
    direction=st.sampled_from(["out", "out", "out", "in"]),
    peer=st.sampled_from(PEERS),
    amount=st.integers(0, 150),
) | st.builds(
    Record,
    at=days.map(lambda day: Instant(BEGUN + day * DAY_US)),
    kind=st.just("data"),
    direction=st.just("out"),
    peer=st.just(""),
    amount=st.integers(0, 300),
)
chunks = st.lists(st.lists(records, min_size=1, max_size=6), max_size=4)
grants = st.lists(
    st.tuples(
        st.sampled_from(BUCKETS), st.integers(1, 300), st.integers(0, 20), st.integers(1, 15)
    ),
    max_size=4,
)


def prices(tariff: Tariff) -> dict[tuple[str, str], Price]:
    return {
        (rate.kind, rate.zone): Price(rate.price, rate.per, rate.step, rate.setup)
        for rate in tariff.rates
    }


def boxes_of(granted: list[Lot]) -> list[Box]:
    zones = {bucket.id: {str(zone) for zone in bucket.zones} for bucket in BUCKETS}
    return [
        Box(
            lot.id,
            (KINDS[lot.unit], zones[lot.bucket]),
            lot.valid_from,
            lot.expires_at,
            lot.granted,
        )
        for lot in granted
    ]


def expected(
    arriving: list[Record], changed_at: int, granted: list[Lot]
) -> tuple[int, dict[int, int], int]:
    """Balance, pieces left by lot, and how many records have a price: by the slow model."""
    boxes, seen, charged = boxes_of(granted), set(), 0
    for record in arriving:
        zone = zone_of(record, NUMBERING)
        tariff = PER_MINUTE if record.at < changed_at else PER_SECOND
        used = Usage(record.at, record.kind, record.direction, zone, record.amount)
        cost = None if record in seen else bill(used, prices(tariff), boxes)
        if cost is not None:
            seen.add(record)
            charged += cost[0]
    return -charged, {box.id: box.pieces for box in boxes}, len(seen)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chunks=chunks, grants=grants, change=days)
async def test_any_records_in_any_order_and_chunks_are_booked_as_the_slow_model_says(
    db: Database, chunks: list[list[Record]], grants: list[Any], change: int
) -> None:
    env, n = env_with(CATALOG), next(numbers)
    ids = count(n * 1_000_000)
    changed_at = Instant(BEGUN + change * DAY_US)
    granted = [
        Lot(
            id=next(ids),
            owner=10_003 + 10 * n,
            bucket=bucket.id,
            unit=bucket.unit,
            granted=amount,
            remaining=amount,
            valid_from=Instant(BEGUN + first * DAY_US),
            expires_at=Instant(BEGUN + (first + length) * DAY_US),
            source="test",
        )
        for bucket, amount, first, length in grants
    ]

    async def begin(tx: WriteTx) -> tuple[LineId, AccountId]:
        line, account = await add_subscriber(tx, n, f"38067{n:07d}", PER_MINUTE.id, Instant(BEGUN))
        await catalog.start_tariff(tx, next(ids), line, PER_SECOND.id, changed_at)
        for lot in granted:
            await lots.grant(tx, lot)
        return line, account

    line, account = await db.write(begin)
    for chunk in chunks:
        arrived = [
            Arrived(next(ids), line, account, record, key_of(line, record)) for record in chunk
        ]
        batch = Batch("test", NOON, arrived)
        await db.write(lambda tx, batch=batch: rate_batch(tx, env, batch))  # type: ignore[misc]

    async def read(tx: ReadTx) -> tuple[int, dict[int, int], int]:
        assert await broken(tx) == []
        money = await ledger.balance(tx, account, "UAH")
        left = {lot.id: (await lots.by_id(tx, lot.id)).remaining for lot in granted}
        stored = await tx.value("SELECT COUNT(*) FROM usage_record WHERE line_id = $1", line)
        return money.amount_minor, left, stored

    arriving = [record for chunk in chunks for record in chunk]
    assert await db.read(read) == expected(arriving, changed_at, granted)
