"""What moved on an account in a period, and what of it paid for services."""

from dataclasses import dataclass

from abonent.kernel.ids import AccountId
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text, values_from_json
from abonent.kernel.time import Instant
from abonent.ledger.model import HOUSE_LAST, REVENUE
from abonent.ledger.sql import Movement, worded
from abonent.store.tx import ReadTx, Row

Period = tuple[Instant, Instant]
"""From the first instant until before the second."""

_SERVICES = (
    " FROM (SELECT DISTINCT entry_id FROM posting WHERE account_id = $1 AND currency = $2"
    " AND at >= $3 AND at < $4) mine"
    " JOIN posting r ON r.entry_id = mine.entry_id AND r.currency = $2"
    f" AND r.account_id IN ({', '.join(str(int(house)) for house in REVENUE)})"
    " JOIN entry e ON e.id = r.entry_id"
    # Where an entry moves money between two customers, who gave it has paid for the service.
    " WHERE EXISTS (SELECT 1 FROM posting p WHERE p.entry_id = r.entry_id AND p.currency = $2"
    " AND p.account_id = $1 AND (p.amount < 0) = (r.amount > 0))"
    " OR NOT EXISTS (SELECT 1 FROM posting o WHERE o.entry_id = r.entry_id AND o.currency = $2"
    f" AND o.account_id > {HOUSE_LAST} AND o.account_id <> $1)"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Minor units before the period, in and out within it, and the number of movements."""

    opening_minor: int
    received_minor: int
    spent_minor: int
    count: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.received_minor - self.spent_minor


@dataclass(frozen=True, slots=True)
class Charged:
    """What one kind of service cost; `items` are the things that its entries name."""

    kind: str
    items: tuple[tuple[str, Item], ...]
    count: int
    amount_minor: int

    @property
    def what(self) -> tuple[str, tuple[tuple[str, Item], ...]]:
        return self.kind, self.items


async def totals(tx: ReadTx, account: AccountId, currency: str, period: Period) -> Totals:
    """The sums of every posting to the account up to the end of the period."""
    row = await tx.row(
        "SELECT CAST(COALESCE(SUM(CASE WHEN at < $3 THEN amount ELSE 0 END), 0) AS BIGINT),"
        " CAST(COALESCE(SUM(CASE WHEN at >= $3 AND amount > 0 THEN amount END), 0) AS BIGINT),"
        " CAST(COALESCE(SUM(CASE WHEN at >= $3 AND amount < 0 THEN -amount END), 0) AS BIGINT),"
        " CAST(COALESCE(SUM(CASE WHEN at >= $3 THEN 1 ELSE 0 END), 0) AS BIGINT)"
        " FROM posting WHERE account_id = $1 AND currency = $2 AND at < $4",
        account,
        currency,
        *period,
    )
    assert row is not None, "an aggregate always gives a row"
    return Totals(*row)


async def moves(
    tx: ReadTx, account: AccountId, currency: str, period: Period, limit: int
) -> list[Movement]:
    """Every posting to the account in the period, up to so many.

    Oldest first; of one instant, what came in goes before what went out.
    """
    rows = await tx.rows(
        "SELECT e.id, e.at, e.kind, e.details, p.amount, p.currency FROM posting p"
        " JOIN entry e ON e.id = p.entry_id"
        " WHERE p.account_id = $1 AND p.currency = $2 AND p.at >= $3 AND p.at < $4"
        " ORDER BY p.at, CASE WHEN p.amount > 0 THEN 0 ELSE 1 END, p.entry_id, p.n LIMIT $5",
        account,
        currency,
        *period,
        limit,
    )
    return [_movement(row) for row in rows]


async def moved(tx: ReadTx, account: AccountId, currency: str, entry: int) -> list[Movement]:
    """What one entry moved on the account; nothing for an entry that is another's."""
    rows = await tx.rows(
        "SELECT e.id, e.at, e.kind, e.details, p.amount, p.currency FROM posting p"
        " JOIN entry e ON e.id = p.entry_id"
        " WHERE p.entry_id = $3 AND p.account_id = $1 AND p.currency = $2 ORDER BY p.n",
        account,
        currency,
        entry,
    )
    return [_movement(row) for row in rows]


async def charged(
    tx: ReadTx, account: AccountId, currency: str, period: Period
) -> dict[tuple[str, tuple[tuple[str, Item], ...]], Charged]:
    """What the account paid for services in the period, less what was given back, by kind."""
    rows = await tx.rows(
        "SELECT e.kind, e.details, CAST(COUNT(DISTINCT e.id) AS BIGINT),"
        f" CAST(SUM(r.amount) AS BIGINT){_SERVICES}"
        " GROUP BY e.kind, e.details ORDER BY e.kind, e.details",
        account,
        currency,
        *period,
    )
    found: dict[tuple[str, tuple[tuple[str, Item], ...]], Charged] = {}
    for kind, details, count, amount in rows:
        values = sorted(values_from_json(details).items())
        items = tuple((name, value) for name, value in values if isinstance(value, Item))
        known = found.get((kind, items), Charged(kind, items, 0, 0))
        found[kind, items] = Charged(kind, items, known.count + count, known.amount_minor + amount)
    return found


async def next_charged(
    tx: ReadTx, account: AccountId, currency: str, period: Period
) -> Instant | None:
    """When the account first paid for a service in the period."""
    at = await tx.value(f"SELECT MIN(r.at){_SERVICES}", account, currency, *period)
    return None if at is None else Instant(at)


def _movement(row: Row) -> Movement:
    id, at, kind, details, minor, currency = row
    text = Text(worded(kind, minor), values_from_json(details))
    return Movement(id, at, text, Money(minor, currency))
