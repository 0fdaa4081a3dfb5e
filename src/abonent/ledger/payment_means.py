"""Means of payment that a provider keeps for a person, who pays with them without its page."""

from dataclasses import dataclass

from abonent.kernel.ids import PersonId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class KeptMeans:
    """A means of payment kept by its provider: our id, and the label that its owner knows."""

    id: int
    person: PersonId
    gateway: str
    label: str
    kept_at: Instant


_COLUMNS = "id, person_id, gateway, label, kept_at"


async def keep(tx: WriteTx, means: KeptMeans, token_digest: bytes, sealed_token: bytes) -> None:
    """Keep a means of payment, unless the person has it already."""
    await tx.run(
        "INSERT INTO payment_means VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)"
        " ON CONFLICT DO NOTHING",
        means.id,
        means.person,
        means.gateway,
        token_digest,
        sealed_token,
        means.label,
        means.kept_at,
    )


async def of_person(tx: ReadTx, person: PersonId) -> list[KeptMeans]:
    """What the person has kept, newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM payment_means WHERE person_id = $1 AND removed_at IS NULL"
        " ORDER BY kept_at DESC, id DESC",
        person,
    )
    return [KeptMeans(*row) for row in rows]


async def by_id(tx: ReadTx, id: int) -> tuple[KeptMeans, bytes] | None:
    """A means that is kept, with its sealed token."""
    row = await tx.row(
        f"SELECT {_COLUMNS}, sealed FROM payment_means WHERE id = $1 AND removed_at IS NULL", id
    )
    return None if row is None else (KeptMeans(*row[:5]), bytes(row[5]))


async def is_removed(
    tx: ReadTx, person: PersonId, gateway: str, token_digest: bytes, since: Instant
) -> bool:
    """Whether the person had the means forgotten after the instant."""
    removed = await tx.value(
        "SELECT 1 FROM payment_means WHERE person_id = $1 AND gateway = $2 AND token_digest = $3"
        " AND removed_at > $4",
        person,
        gateway,
        token_digest,
        since,
    )
    return removed is not None


async def remove(tx: WriteTx, id: int, at: Instant) -> None:
    """Forget the token; the label stays for payments that were made with it."""
    await tx.run("UPDATE payment_means SET sealed = NULL, removed_at = $2 WHERE id = $1", id, at)
