"""What will happen to an account by itself: one row per dated thing, gone when it is done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx


@dataclass(frozen=True, slots=True)
class Due:
    """`kind` is what happens: tariff_fee, service_fee, package_renewal, tariff_change and so on.

    `ref` is the tariff, the service, the package, or the lot that expires. `anchor` is the local
    day (ISO) that periods count from, and `period` how many have passed.
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
    amount_minor: int = 0
    """What was paid for a change of tariff; the price that was agreed to for a renewal."""


_COLUMNS = "id, account_id, line_id, kind, ref, anchor, period, due_at, waiting, amount_minor"
_VALUES = attrgetter(*(field.name for field in fields(Due)))
_WAITING = 8


async def add(tx: WriteTx, *added: Due) -> None:
    rows = [list(_VALUES(due)) for due in added]
    for row in rows:
        row[_WAITING] = int(row[_WAITING])
    await tx.add("due", rows)


async def add_new(tx: WriteTx, added: Sequence[Due]) -> None:
    """Add those whose line has no row of their kind and ref yet."""
    marks = ", ".join(f"${n}" for n in range(1, len(fields(Due)) + 1))
    rows = [list(_VALUES(due)) for due in added]
    for row in rows:
        row[_WAITING] = int(row[_WAITING])
    await tx.run_many(
        f"INSERT INTO due VALUES ({marks}) ON CONFLICT (line_id, kind, ref) DO NOTHING", rows
    )


async def remove(tx: WriteTx, due_id: int) -> bool:
    """Whether the row was there."""
    return await tx.run("DELETE FROM due WHERE id = $1", due_id) == 1


async def remove_all(tx: WriteTx, ids: Sequence[int]) -> None:
    await tx.many("DELETE FROM due WHERE id IN ($*) RETURNING id", ids)


async def remove_of_line(tx: WriteTx, line: LineId, kind: str, ref: str) -> None:
    await tx.run("DELETE FROM due WHERE line_id = $1 AND kind = $2 AND ref = $3", line, kind, ref)


async def set_amount(tx: WriteTx, line: LineId, kind: str, ref: str, amount_minor: int) -> None:
    await tx.run(
        "UPDATE due SET amount_minor = $4 WHERE line_id = $1 AND kind = $2 AND ref = $3",
        line,
        kind,
        ref,
        amount_minor,
    )


async def mark_waiting(tx: WriteTx, ids: Sequence[int]) -> None:
    await tx.many("UPDATE due SET waiting = 1 WHERE id IN ($*) RETURNING id", ids)


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


async def of_account(tx: ReadTx, account: AccountId) -> list[Due]:
    """Everything to come on the account, soonest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM due WHERE account_id = $1 ORDER BY due_at, id", account
    )
    return [_due(row) for row in rows]


async def of_line(tx: ReadTx, line: LineId, kind: str, ref: str) -> Due | None:
    """The row of a line that is about this; there is never more than one."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM due WHERE line_id = $1 AND kind = $2 AND ref = $3", line, kind, ref
    )
    return None if row is None else _due(row)


async def of_accounts(tx: ReadTx, accounts: Iterable[AccountId]) -> list[Due]:
    """Everything to come on any of the accounts."""
    rows = await tx.many(f"SELECT {_COLUMNS} FROM due WHERE account_id IN ($*)", sorted(accounts))
    return [_due(row) for row in rows]


async def claim(tx: WriteTx, until: Instant, limit: int) -> list[AccountId]:
    """Lock accounts on which something is due, longest due first; those that nobody else has.

    Locked are the accounts alone, so that whoever settles one never waits for another worker.
    Empty where nothing is due but what others are doing. An account may have been settled between
    being found and being locked.
    """
    # Ordered by time alone, as the index is: a month ends for everybody at one instant.
    rows = await tx.rows(
        "SELECT a.id FROM due d JOIN account a ON a.id = d.account_id"
        " WHERE d.waiting = 0 AND d.due_at <= $1 ORDER BY d.due_at LIMIT $2"
        " FOR NO KEY UPDATE OF a SKIP LOCKED",
        until,
        limit,
    )
    claimed = sorted({AccountId(row[0]) for row in rows})
    tx.locked.update(claimed)
    return claimed


async def ripe(tx: ReadTx, until: Instant) -> int:
    """How many things are due and do not wait for money."""
    return int(await tx.value("SELECT COUNT(*) FROM due WHERE waiting = 0 AND due_at <= $1", until))


async def accounts_with_ripe(tx: ReadTx, until: Instant, limit: int) -> list[AccountId]:
    """Those that `claim` would find if nobody else had any."""
    rows = await tx.rows(
        "SELECT DISTINCT account_id FROM (SELECT account_id FROM due"
        " WHERE waiting = 0 AND due_at <= $1 ORDER BY due_at LIMIT $2) ripe"
        " ORDER BY account_id",
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
    columns[_WAITING] = bool(row[_WAITING])
    return Due(*columns)
