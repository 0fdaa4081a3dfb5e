"""All SQL of usage records, of what was seen before, and of imports."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from operator import attrgetter

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import Instant
from abonent.profile.model import UsageKind, Zone
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage.model import Direction, Import, Usage


@dataclass(frozen=True, slots=True)
class RatedRecord:
    """A stored usage record; the columns of its table in their order."""

    id: int
    line: LineId
    account: AccountId
    at: Instant
    kind: UsageKind
    direction: Direction
    peer: str
    zone: Zone
    amount: int
    from_lots: int
    charge_minor: int
    tariff: str
    arrived_at: Instant


@dataclass(frozen=True, slots=True)
class Total:
    """What one kind of usage came to."""

    kind: UsageKind
    count: int
    amount: int
    charge_minor: int


@dataclass(frozen=True, slots=True)
class Order:
    """An itemised bill of local days (ISO texts), both included, and what it cost."""

    id: int
    line: LineId
    first_day: str
    last_day: str
    price_minor: int
    ordered_at: Instant


Period = tuple[Instant, Instant]
"""From an instant until before another."""

_COLUMNS = (
    "id, line_id, account_id, at, kind, direction, peer, zone, amount, from_lots, charge_minor,"
    " tariff, arrived_at"
)
_VALUES = attrgetter(*(field.name for field in fields(RatedRecord)))
_ORDER = "id, line_id, first_day, last_day, price_minor, ordered_at"
_IMPORT = "digest, format, size, lines_done, added, repeated, repaired, rejected, finished_at"


async def add(
    tx: WriteTx, records: Sequence[RatedRecord], draws: Sequence[tuple[int, int, int]]
) -> None:
    """Store records with their draws (record, lot, amount)."""
    await tx.run_many(
        f"INSERT INTO usage_record ({_COLUMNS})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        list(map(_VALUES, records)),
    )
    await tx.run_many("INSERT INTO lot_draw (record_id, lot_id, amount) VALUES ($1, $2, $3)", draws)


async def remember(tx: WriteTx, source: str, keys: Iterable[str]) -> set[str]:
    """Mark the keys as seen; those that records of the source never had before."""
    new = sorted(set(keys))
    if not new:
        return set()
    values = ", ".join(f"($1, ${n})" for n in range(2, len(new) + 2))
    rows = await tx.rows(
        f"INSERT INTO seen (peer, id) VALUES {values} ON CONFLICT DO NOTHING RETURNING id",
        source,
        *new,
    )
    return {row[0] for row in rows}


async def forget(tx: WriteTx, source: str, keys: Iterable[str]) -> None:
    """The keys were not seen after all: nothing came of their records."""
    await tx.run_many(
        "DELETE FROM seen WHERE peer = $1 AND id = $2", [(source, key) for key in keys]
    )


async def page(
    tx: ReadTx, line: LineId, period: Period, *, before: tuple[int, int], limit: int
) -> list[RatedRecord]:
    """Records of the line older than (instant, id) `before`, newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM usage_record WHERE line_id = $1 AND at >= $2 AND at < $3"
        " AND (at < $4 OR (at = $4 AND id < $5)) ORDER BY at DESC, id DESC LIMIT $6",
        line,
        *period,
        *before,
        limit,
    )
    return [RatedRecord(*row) for row in rows]


async def totals(tx: ReadTx, line: LineId, period: Period) -> list[Total]:
    """Totals of the line by kind, of what it received too."""
    rows = await tx.rows(
        "SELECT kind, COUNT(*), CAST(SUM(amount) AS BIGINT), CAST(SUM(charge_minor) AS BIGINT)"
        " FROM usage_record WHERE line_id = $1 AND at >= $2 AND at < $3"
        " GROUP BY kind ORDER BY kind",
        line,
        *period,
    )
    return [Total(*row) for row in rows]


async def charges(tx: ReadTx, line: LineId, period: Period) -> list[tuple[Instant, UsageKind, int]]:
    """When, for what kind and how much the line was charged, in order of time."""
    rows = await tx.rows(
        "SELECT at, kind, charge_minor FROM usage_record"
        " WHERE line_id = $1 AND at >= $2 AND at < $3 AND charge_minor > 0 ORDER BY at, id",
        line,
        *period,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def used(tx: ReadTx, line: LineId, period: Period) -> list[Usage]:
    """What the line used, in order of time, to be rated by other terms."""
    rows = await tx.rows(
        "SELECT at, kind, direction, zone, amount FROM usage_record"
        " WHERE line_id = $1 AND at >= $2 AND at < $3 AND direction = 'out' ORDER BY at, id",
        line,
        *period,
    )
    return [Usage(*row) for row in rows]


async def add_order(
    tx: WriteTx, order: tuple[int, LineId, str, str], price_minor: int, at: Instant
) -> None:
    """An itemised bill was ordered: (id, line, first day, last day), days as ISO texts."""
    await tx.run(
        "INSERT INTO detail_order (id, line_id, first_day, last_day, price_minor, ordered_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *order,
        price_minor,
        at,
    )


async def orders(tx: ReadTx, line: LineId) -> list[Order]:
    """The itemised bills that were ordered for the line, newest first."""
    rows = await tx.rows(
        f"SELECT {_ORDER} FROM detail_order WHERE line_id = $1 ORDER BY ordered_at DESC, id DESC",
        line,
    )
    return [Order(*row) for row in rows]


async def order(tx: ReadTx, id: int) -> Order | None:
    """An itemised bill by its id, whosever it is."""
    row = await tx.row(f"SELECT {_ORDER} FROM detail_order WHERE id = $1", id)
    return None if row is None else Order(*row)


async def import_of(tx: ReadTx, digest: str) -> Import | None:
    """How far the import of a file has come; None if it never began."""
    row = await tx.row(f"SELECT {_IMPORT} FROM usage_import WHERE digest = $1", digest)
    return None if row is None else Import(*row)


async def save_import(tx: WriteTx, state: Import) -> None:
    """How far an import has come, in the transaction that brought it there."""
    await tx.run(
        f"INSERT INTO usage_import ({_IMPORT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (digest) DO UPDATE SET lines_done = excluded.lines_done,"
        " added = excluded.added, repeated = excluded.repeated, repaired = excluded.repaired,"
        " rejected = excluded.rejected, finished_at = excluded.finished_at",
        *astuple(state),
    )
