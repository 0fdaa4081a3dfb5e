"""SQL that stores rated records, what was seen before, and how far imports have come."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from operator import attrgetter

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import Instant
from abonent.profile.model import UsageKind, Zone
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage.model import Direction, Import


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


_VALUES = attrgetter(*(field.name for field in fields(RatedRecord)))
_IMPORT = "digest, format, size, lines_done, added, repeated, repaired, rejected, finished_at"


async def add(
    tx: WriteTx, records: Sequence[RatedRecord], draws: Sequence[tuple[int, int, int]]
) -> None:
    """Store records with their draws (record, lot, amount)."""
    await tx.add("usage_record", list(map(_VALUES, records)))
    await tx.add("lot_draw", draws)


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
