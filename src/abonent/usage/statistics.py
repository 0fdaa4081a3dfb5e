"""SQL over the records of a line: totals of a period, and the records themselves."""

from dataclasses import dataclass

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import Instant
from abonent.profile.model import UsageKind, Zone
from abonent.store.tx import ReadTx

_OWN = "(SELECT account_id FROM line WHERE id = $1)"
_OWN_CHARGE = f"CASE WHEN account_id = {_OWN} THEN charge_minor ELSE 0 END"
"""What a record cost the line's own account; calls that others pay for cost it nothing."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Outgoing usage of one kind and zone: how often, how much, and its charge."""

    kind: str
    zone: str
    count: int
    amount: int
    charge_minor: int


@dataclass(frozen=True, slots=True)
class Record:
    id: int
    at: Instant
    kind: str
    direction: str
    peer: str
    zone: str
    amount: int
    from_lots: int
    charge_minor: int


async def sums(tx: ReadTx, line: LineId, period: tuple[Instant, Instant]) -> list[Sum]:
    """What the line used in [from, to), by kind and zone."""
    rows = await tx.rows(
        "SELECT kind, zone, COUNT(*), CAST(SUM(amount) AS BIGINT),"
        f" CAST(SUM({_OWN_CHARGE}) AS BIGINT) FROM usage_record"
        " WHERE line_id = $1 AND at >= $2 AND at < $3 AND direction = 'out'"
        " GROUP BY kind, zone ORDER BY kind, zone",
        line,
        *period,
    )
    return [Sum(*row) for row in rows]


async def charged_since(tx: ReadTx, account: AccountId, since: Instant) -> int:
    """Minor units that usage of all its lines has cost the account since the instant."""
    total = await tx.value(
        "SELECT CAST(COALESCE(SUM(charge_minor), 0) AS BIGINT) FROM usage_record"
        " WHERE account_id = $1 AND at >= $2 AND charge_minor > 0",
        account,
        since,
    )
    return int(total)


async def charges(
    tx: ReadTx, line: LineId, period: tuple[Instant, Instant]
) -> list[tuple[Instant, str, int]]:
    """(instant, kind, charge) of every record that cost money in [from, to), oldest first."""
    rows = await tx.rows(
        "SELECT at, kind, charge_minor FROM usage_record"
        " WHERE line_id = $1 AND at >= $2 AND at < $3 AND charge_minor > 0"
        f" AND account_id = {_OWN} ORDER BY at, id",
        line,
        *period,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def outgoing(
    tx: ReadTx, line: LineId, period: tuple[Instant, Instant]
) -> list[tuple[UsageKind, Zone, int]]:
    """(kind, zone, amount) of every outgoing record in [from, to), oldest first."""
    rows = await tx.rows(
        "SELECT kind, zone, amount FROM usage_record"
        " WHERE line_id = $1 AND at >= $2 AND at < $3 AND direction = 'out' ORDER BY at, id",
        line,
        *period,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def records(
    tx: ReadTx,
    line: LineId,
    period: tuple[Instant, Instant],
    before: tuple[int, int],
    limit: int,
) -> list[Record]:
    """Records of [from, to) older than (instant, id) `before`, newest first."""
    rows = await tx.rows(
        "SELECT id, at, kind, direction, peer, zone, amount,"
        f" CASE WHEN account_id = {_OWN} THEN from_lots ELSE 0 END, {_OWN_CHARGE}"
        " FROM usage_record WHERE line_id = $1 AND at >= $2 AND at < $3"
        " AND (at < $4 OR (at = $4 AND id < $5)) ORDER BY at DESC, id DESC LIMIT $6",
        line,
        *period,
        *before,
        limit,
    )
    return [Record(*row) for row in rows]
