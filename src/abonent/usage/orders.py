"""SQL of itemised bills that were ordered."""

from dataclasses import dataclass
from datetime import date

from abonent.kernel.ids import LineId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx


@dataclass(frozen=True, slots=True)
class Order:
    """A paid-for period of local days, both included."""

    id: int
    line: LineId
    first_day: date
    last_day: date
    price_minor: int
    ordered_at: Instant


async def add_order(
    tx: WriteTx, order: tuple[int, LineId, str, str], price_minor: int, at: Instant
) -> None:
    """Keep an order of (id, line, first day, last day), days as ISO text."""
    await tx.run(
        "INSERT INTO detail_order VALUES ($1, $2, $3, $4, $5, $6)", *order, price_minor, at
    )


async def orders_of(tx: ReadTx, line: LineId, limit: int) -> list[Order]:
    """Newest first."""
    rows = await tx.rows(
        "SELECT id, line_id, first_day, last_day, price_minor, ordered_at FROM detail_order"
        " WHERE line_id = $1 ORDER BY ordered_at DESC, id DESC LIMIT $2",
        line,
        limit,
    )
    return [_order(row) for row in rows]


async def count_since(tx: ReadTx, line: LineId, since: Instant) -> int:
    """How many the line has ordered since the instant."""
    return int(
        await tx.value(
            "SELECT COUNT(*) FROM detail_order WHERE line_id = $1 AND ordered_at >= $2", line, since
        )
    )


async def order(tx: ReadTx, line: LineId, id: int) -> Order | None:
    """The order, if it is of the line."""
    row = await tx.row(
        "SELECT id, line_id, first_day, last_day, price_minor, ordered_at FROM detail_order"
        " WHERE id = $1 AND line_id = $2",
        id,
        line,
    )
    return None if row is None else _order(row)


def _order(row: Row) -> Order:
    first, last = date.fromisoformat(row[2]), date.fromisoformat(row[3])
    return Order(row[0], row[1], first, last, row[4], row[5])
