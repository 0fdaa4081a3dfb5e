"""What providers told of payments, and what was made of it."""

from dataclasses import dataclass

from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.ledger.payments import Payment
from abonent.store.tx import ReadTx, Row, WriteTx


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider told of a payment; (gateway, id) counts once."""

    gateway: str
    id: str
    payment: int
    state: str
    amount: Money
    reference: str
    reason: str
    at: Instant
    arrived_at: Instant


_TOLD = "gateway, id, payment_id, state, reference, reason, at, arrived_at, amount, currency"


async def remember(tx: WriteTx, told: Told) -> bool:
    """Keep what was told; False if the provider has told it before."""
    row = await tx.row(
        "INSERT INTO payment_event (gateway, id, payment_id, state, amount, currency, reference,"
        " reason, at, arrived_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT DO NOTHING RETURNING id",
        told.gateway,
        told.id,
        told.payment,
        told.state,
        told.amount.amount_minor,
        told.amount.currency,
        told.reference,
        told.reason,
        told.at,
        told.arrived_at,
    )
    return row is not None


async def judged(tx: WriteTx, gateway: str, event: str, verdict: str) -> None:
    """Keep what was made of an event."""
    await tx.run(
        "UPDATE payment_event SET verdict = $3 WHERE gateway = $1 AND id = $2",
        gateway,
        event,
        verdict,
    )


async def told_of(tx: ReadTx, payment: int) -> list[Told]:
    """Everything that the provider told of the payment, as it arrived."""
    rows = await tx.rows(
        f"SELECT {_TOLD} FROM payment_event WHERE payment_id = $1 ORDER BY arrived_at, id",
        payment,
    )
    return [_told(row) for row in rows]


async def place(tx: WriteTx, gateway: str, reference: str, payment: int) -> list[Told]:
    """What the provider told by its reference when nobody knew yet which payment that is.

    From now on it is told of this payment.
    """
    rows = await tx.rows(
        "UPDATE payment_event SET payment_id = $3 WHERE gateway = $1 AND reference = $2"
        f" AND reference <> '' AND payment_id = 0 RETURNING {_TOLD}",
        gateway,
        reference,
        payment,
    )
    return sorted((_told(row) for row in rows), key=lambda told: (told.at, told.id))


async def told_as_paid(tx: ReadTx, payment: Payment) -> list[Money]:
    """The sums of which the provider told that they were paid, in the currency of the payment."""
    told = await told_of(tx, payment.id)
    currency = payment.amount.currency
    return [
        each.amount for each in told if (each.state, each.amount.currency) == ("paid", currency)
    ]


async def by_reference(tx: ReadTx, gateway: str, reference: str) -> int | None:
    """Our id of a payment that the provider names by its own; None where it is not known.

    One may have several references: of what failed before, or came when all was settled.
    """
    found = await tx.value(
        "SELECT id FROM payment WHERE gateway = $1 AND reference = $2 AND reference <> ''"
        " UNION ALL SELECT payment_id FROM payment_event WHERE gateway = $1 AND reference = $2"
        " AND reference <> '' AND payment_id <> 0",
        gateway,
        reference,
    )
    return None if found is None else int(found)


def _told(row: Row) -> Told:
    names = ("gateway", "id", "payment", "state", "reference", "reason", "at", "arrived_at")
    return Told(**dict(zip(names, row, strict=False)), amount=Money(*row[8:]))
