"""All SQL of the demo's provider: what it was asked for, and what it has yet to tell."""

from dataclasses import dataclass

from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx


@dataclass(frozen=True, slots=True)
class Slip:
    """A payment as the provider knows it. `state` is open, paid, failed or refunded.

    `card` is the last four digits of what paid; `at` is when it was paid, or asked for.
    """

    payment: int
    amount: Money
    back_path: str
    keep: bool
    state: str
    reason: str
    card: str
    at: Instant
    returned_at: Instant | None = None


_SLIP = (
    "SELECT payment, amount, currency, back_path, keep, state, reason, card, at, returned_at"
    " FROM simulator_payment"
)


async def add(tx: WriteTx, slip: Slip) -> None:
    """Write down what is asked for; what has been asked for before stays as it is."""
    await tx.run(
        "INSERT INTO simulator_payment"
        " (payment, amount, currency, back_path, keep, state, reason, card, at, returned_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (payment) DO NOTHING",
        slip.payment,
        slip.amount.amount_minor,
        slip.amount.currency,
        slip.back_path,
        int(slip.keep),
        slip.state,
        slip.reason,
        slip.card,
        slip.at,
        slip.returned_at,
    )


async def find(tx: ReadTx, payment: int) -> Slip | None:
    row = await tx.row(f"{_SLIP} WHERE payment = $1", payment)
    return None if row is None else _slip(row)


async def settle(tx: WriteTx, slip: Slip) -> bool:
    """Write down how it ended; False if it had been paid before."""
    return (
        await tx.run(
            "UPDATE simulator_payment SET state = $2, reason = $3, card = $4, at = $5"
            " WHERE payment = $1 AND state IN ('open', 'failed')",
            slip.payment,
            slip.state,
            slip.reason,
            slip.card,
            slip.at,
        )
        == 1
    )


async def give_back(tx: WriteTx, payment: int, at: Instant) -> None:
    await tx.run(
        "UPDATE simulator_payment SET state = 'refunded', returned_at = $2"
        " WHERE payment = $1 AND state = 'paid'",
        payment,
        at,
    )


async def between(tx: ReadTx, since: Instant, until: Instant) -> list[Slip]:
    """What was paid or given back in [since, until), by when it was paid."""
    rows = await tx.rows(
        f"{_SLIP} WHERE state IN ('paid', 'refunded')"
        " AND ((at >= $1 AND at < $2) OR (returned_at >= $1 AND returned_at < $2))"
        " ORDER BY at, payment",
        since,
        until,
    )
    return [_slip(row) for row in rows]


async def owe(tx: WriteTx, id: str, body: str, tell_at: Instant) -> None:
    """A webhook to be sent at the instant."""
    await tx.run(
        "INSERT INTO simulator_webhook VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        id,
        body,
        tell_at,
    )


async def owed(tx: ReadTx, now: Instant) -> list[tuple[str, str]]:
    """(id, body) of webhooks to be sent by now, in order."""
    rows = await tx.rows(
        "SELECT id, body FROM simulator_webhook WHERE tell_at <= $1 ORDER BY tell_at, id", now
    )
    return [(row[0], row[1]) for row in rows]


async def told(tx: WriteTx, id: str) -> None:
    await tx.run("DELETE FROM simulator_webhook WHERE id = $1", id)


def _slip(row: Row) -> Slip:
    payment, amount, currency, back_path, keep, *rest = row
    return Slip(payment, Money(amount, currency), back_path, bool(keep), *rest)
