"""All SQL of promised payments: what is lent to an account, and what of it is still owed."""

from collections.abc import Iterable
from dataclasses import dataclass

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx


@dataclass(frozen=True, slots=True)
class Promise:
    """Money lent to an account; `id` is the entry that lent it.

    `owed` is what of it has not come back, `fee_owed` what of its fee has not been paid.
    """

    id: int
    account: AccountId
    line: LineId
    amount: Money
    owed: Money
    fee_owed: Money
    taken_at: Instant
    due_at: Instant
    closed_at: Instant | None = None

    @property
    def outstanding(self) -> Money:
        """What is to be taken back in all."""
        return self.owed + self.fee_owed


_COLUMNS = "id, account_id, line_id, currency, amount, owed, fee_owed, taken_at, due_at, closed_at"


async def add(tx: WriteTx, new: Promise) -> None:
    """Lend it. The table's index is the last word against two at once."""
    row = (
        new.id,
        new.account,
        new.line,
        new.amount.currency,
        new.amount.amount_minor,
        new.owed.amount_minor,
        new.fee_owed.amount_minor,
        new.taken_at,
        new.due_at,
        new.closed_at,
    )
    await tx.add("promise", [row])


async def open_of(tx: ReadTx, account: AccountId) -> Promise | None:
    """What the account has to give back."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM promise WHERE account_id = $1 AND closed_at IS NULL", account
    )
    return None if row is None else _promise(row)


async def open_among(tx: ReadTx, accounts: Iterable[AccountId]) -> dict[AccountId, Promise]:
    """The same of many accounts."""
    rows = await tx.many(
        f"SELECT {_COLUMNS} FROM promise WHERE closed_at IS NULL AND account_id IN ($*)",
        sorted(accounts),
    )
    return {found.account: found for found in map(_promise, rows)}


async def give_back(tx: WriteTx, promise: int, parts: tuple[Money, Money], at: Instant) -> None:
    """So much of what is owed, and of the fee, has been taken; closed where nothing is left."""
    owed, fee = parts
    await tx.run(
        "UPDATE promise SET owed = owed - $2, fee_owed = fee_owed - $3,"
        " closed_at = CASE WHEN owed + fee_owed = $4 THEN CAST($5 AS BIGINT) END WHERE id = $1",
        promise,
        owed.amount_minor,
        fee.amount_minor,
        owed.amount_minor + fee.amount_minor,
        at,
    )


async def own_money(tx: ReadTx, account: AccountId, currency: str) -> Money:
    """What may be transferred: nothing that is lent, and no credit.

    Below nothing where some of what was lent, or of the credit, is spent.
    """
    return await _not_lent(tx, "CASE WHEN a.floor_minor > 0", account, currency)


async def not_lent(tx: ReadTx, account: AccountId, currency: str) -> Money:
    """What may be spent on content and on others' calls: credit too, and nothing that is lent."""
    return await _not_lent(tx, "CASE WHEN TRUE", account, currency)


async def _not_lent(tx: ReadTx, floor: str, account: AccountId, currency: str) -> Money:
    amount = await tx.value(
        f"SELECT COALESCE(b.amount, 0) - {floor} AND a.currency = $2 THEN a.floor_minor ELSE 0 END"
        " - COALESCE(p.owed + p.fee_owed, 0) FROM account a"
        " LEFT JOIN balance b ON b.account_id = a.id AND b.currency = $2"
        " LEFT JOIN promise p ON p.account_id = a.id AND p.currency = $2 AND p.closed_at IS NULL"
        " WHERE a.id = $1",
        account,
        currency,
    )
    return Money(amount or 0, currency)


def _promise(row: Row) -> Promise:
    id, account, line, currency, *sums, taken_at, due_at, closed_at = row
    amount, owed, fee = (Money(minor, currency) for minor in sums)
    return Promise(id, account, line, amount, owed, fee, taken_at, due_at, closed_at)
