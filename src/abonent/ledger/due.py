"""What will happen to an account by itself: one row per dated thing, gone when it is done."""

from collections.abc import Iterable
from dataclasses import dataclass

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx


@dataclass(frozen=True, slots=True)
class Due:
    """`kind` is tariff_fee, service_fee, tariff_change or points_expiry.

    `ref` is the tariff, the service, or the lot of points. `anchor` is the local day (ISO) that
    periods count from, and `period` how many have passed; of a change it is what was paid for it.
    `waiting`: it was due, and there was too little money; it is taken when money arrives.
    """

    id: int
    account: AccountId
    line: LineId
    kind: str
    ref: str
    anchor: str
    period: int
    due_at: Instant
    waiting: bool


_COLUMNS = "id, account_id, line_id, kind, ref, anchor, period, due_at, waiting"


async def add(tx: WriteTx, due: Due) -> None:
    await tx.run(
        f"INSERT INTO due ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        due.id,
        due.account,
        due.line,
        due.kind,
        due.ref,
        due.anchor,
        due.period,
        due.due_at,
        int(due.waiting),
    )


async def remove(tx: WriteTx, due_id: int) -> bool:
    """Whether the row was there."""
    return await tx.run("DELETE FROM due WHERE id = $1", due_id) == 1


async def remove_of_line(tx: WriteTx, line: LineId, kind: str, ref: str) -> None:
    await tx.run("DELETE FROM due WHERE line_id = $1 AND kind = $2 AND ref = $3", line, kind, ref)


async def mark_waiting(tx: WriteTx, due_id: int) -> None:
    await tx.run("UPDATE due SET waiting = 1 WHERE id = $1", due_id)


async def waiting_of(tx: ReadTx, account: AccountId) -> list[Due]:
    """What waits for money on the account, in the order in which it became due."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM due WHERE account_id = $1 AND waiting = 1 ORDER BY due_at, id",
        account,
    )
    return [_due(row) for row in rows]


async def wake(tx: WriteTx, due_id: int, new_id: int, anchor: str, at: Instant) -> None:
    """Money has arrived: it is due again, and its periods count from now.

    Under a new id, so that its entry comes after that of the money.
    """
    await tx.run(
        "UPDATE due SET id = $2, waiting = 0, anchor = $3, period = 0, due_at = $4 WHERE id = $1",
        due_id,
        new_id,
        anchor,
        at,
    )


async def next_ripe(tx: ReadTx, account: AccountId, until: Instant) -> Due | None:
    """What is due on the account first and does not wait for money.

    A change of tariff goes before the fees of its instant: those of the old tariff end with it.
    """
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM due WHERE account_id = $1 AND due_at <= $2 AND waiting = 0"
        " ORDER BY due_at, CASE kind WHEN 'tariff_change' THEN 0 ELSE 1 END, id LIMIT 1",
        account,
        until,
    )
    return None if row is None else _due(row)


async def of_account(tx: ReadTx, account: AccountId) -> list[Due]:
    """Everything to come on the account, soonest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM due WHERE account_id = $1 ORDER BY due_at, id", account
    )
    return [_due(row) for row in rows]


async def accounts_with_ripe(tx: ReadTx, until: Instant, limit: int) -> list[AccountId]:
    rows = await tx.rows(
        "SELECT account_id FROM due WHERE waiting = 0 AND due_at <= $1"
        " GROUP BY account_id ORDER BY account_id LIMIT $2",
        until,
        limit,
    )
    return [AccountId(row[0]) for row in rows]


async def ripe_among(tx: ReadTx, accounts: Iterable[AccountId], until: Instant) -> list[AccountId]:
    """Those of the accounts on which something is due and does not wait for money."""
    rows = await tx.many(
        "SELECT DISTINCT account_id FROM due WHERE waiting = 0 AND due_at <= $1"
        " AND account_id IN ($*) ORDER BY account_id",
        sorted(accounts),
        until,
    )
    return [AccountId(row[0]) for row in rows]


def _due(row: Row) -> Due:
    columns = list(row)
    columns[-1] = bool(row[-1])
    return Due(*columns)
