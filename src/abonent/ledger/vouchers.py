"""Vouchers: paper codes worth money, stored as keyed digests only."""

from dataclasses import dataclass

from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class Voucher:
    amount: Money
    expires_at: Instant
    used: bool


async def issue(
    tx: WriteTx, batch: str, amount: Money, expires_at: Instant, digests: list[bytes]
) -> None:
    await tx.run_many(
        "INSERT INTO voucher VALUES ($1, $2, $3, $4, $5, NULL)",
        [(digest, batch, amount.amount_minor, amount.currency, expires_at) for digest in digests],
    )


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
