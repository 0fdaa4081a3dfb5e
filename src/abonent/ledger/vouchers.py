"""Vouchers: paper codes worth money, stored as keyed digests only."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class Voucher:
    amount: Money
    expires_at: Instant
    used: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What vouchers that are issued together have in common."""

    id: str
    amount: Money
    expires_at: Instant


async def issue(
    tx: WriteTx, batch: Batch, digests: Sequence[bytes], *, first_serial: int = 1
) -> None:
    """Put vouchers of a batch on the books, numbered from `first_serial`."""
    worth = (batch.amount.amount_minor, batch.amount.currency, batch.expires_at)
    rows = [
        (digest, batch.id, *worth, None, serial)
        for serial, digest in enumerate(digests, first_serial)
    ]
    await tx.add("voucher", rows)


async def known_among(tx: ReadTx, digests: Iterable[bytes]) -> Collection[bytes]:
    """Those of the digests that are on the books, used or not."""
    rows = await tx.many("SELECT code_digest FROM voucher WHERE code_digest IN ($*)", digests)
    return {bytes(row[0]) for row in rows}


async def find(tx: ReadTx, digest: bytes) -> Voucher | None:
    row = await tx.row(
        "SELECT amount, currency, expires_at, entry_id FROM voucher WHERE code_digest = $1", digest
    )
    return None if row is None else Voucher(Money(row[0], row[1]), row[2], row[3] is not None)


async def use(tx: WriteTx, digest: bytes, entry_id: int) -> bool:
    """Mark the voucher used by the entry; False if somebody else was first."""
    return (
        await tx.run(
            "UPDATE voucher SET entry_id = $2 WHERE code_digest = $1 AND entry_id IS NULL",
            digest,
            entry_id,
        )
        == 1
    )
