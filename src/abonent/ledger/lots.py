"""Lots: what is left of buckets (owner: a line) and of bonuses (owner: an account).

A lot is used under the lock of the account that pays, soonest expiry first, then oldest first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter

from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, WriteTx

POINT = "point"
"""The unit of lots of a bonus, whose bucket is the ledger currency of the bonus."""


@dataclass(frozen=True, slots=True)
class Lot:
    """`unit` is second, sms, byte or point; usable from `valid_from` until before `expires_at`."""

    id: int
    owner: int
    bucket: str
    unit: str
    granted: int
    remaining: int
    valid_from: Instant
    expires_at: Instant | None
    source: str


_COLUMNS = "id, owner_id, bucket, unit, granted, remaining, valid_from, expires_at, source"
_VALUES = attrgetter(*(field.name for field in fields(Lot)))


async def grant(tx: WriteTx, *granted: Lot) -> None:
    await tx.add("lot", list(map(_VALUES, granted)))


async def by_id(tx: ReadTx, lot: int) -> Lot:
    """Raises LookupError if there is none."""
    found = await by_ids(tx, (lot,))
    if not found:
        raise LookupError("no such lot")
    return found[lot]


async def by_ids(tx: ReadTx, ids: Iterable[int]) -> dict[int, Lot]:
    rows = await tx.many(f"SELECT {_COLUMNS} FROM lot WHERE id IN ($*)", sorted(ids))
    return {row[0]: Lot(*row) for row in rows}


async def usable(tx: ReadTx, owner: int, at: Instant) -> list[Lot]:
    """Lots of the owner that count at the instant, with or without anything left, in use order."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM lot WHERE owner_id = $1 AND valid_from <= $2"
        " AND (expires_at IS NULL OR expires_at > $2)"
        " ORDER BY expires_at NULLS LAST, id",
        owner,
        at,
    )
    return [Lot(*row) for row in rows]


async def left_of_bonus(tx: ReadTx, account: int, currency: str) -> list[Lot]:
    """Lots that hold what an account's balance in a bonus says, in use order.

    Whatever the clock says: one that was put back makes nothing unearned, and a lot counts until
    its expiry is booked.
    """
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM lot WHERE owner_id = $1 AND bucket = $2 AND remaining > 0"
        " ORDER BY expires_at NULLS LAST, id",
        account,
        currency,
    )
    return [Lot(*row) for row in rows]


async def of_owners(tx: ReadTx, owners: set[int], since: Instant, until: Instant) -> list[Lot]:
    """Lots with something left that count some time in [since, until], in use order."""
    rows = await tx.many(
        f"SELECT {_COLUMNS} FROM lot WHERE (expires_at IS NULL OR expires_at > $1)"
        " AND valid_from <= $2 AND remaining > 0 AND owner_id IN ($*)"
        " ORDER BY expires_at NULLS LAST, id",
        sorted(owners),
        since,
        until,
    )
    return [Lot(*row) for row in rows]


async def draw(tx: WriteTx, draws: list[tuple[int, int]]) -> None:
    """Take (lot, amount) pairs; the table's CHECK is the last word against overdrawing."""
    await tx.run_many(
        "UPDATE lot SET remaining = remaining - $2 WHERE id = $1",
        [(lot, amount) for lot, amount in draws if amount],
    )


def spread(lots: list[Lot], amount: int) -> list[tuple[int, int]]:
    """(lot, amount) pairs that take `amount` from lots in order; raises ValueError if short."""
    draws = []
    for lot in lots:
        part = min(lot.remaining, amount)
        if part:
            draws.append((lot.id, part))
            amount -= part
    if amount:
        raise ValueError("the lots hold less than that")
    return draws
