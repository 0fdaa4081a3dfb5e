"""All SQL of transfers between subscribers: who sent what to whom, and what came back."""

from dataclasses import dataclass
from typing import Literal

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

State = Literal["sent", "asked", "returned", "kept"]


@dataclass(frozen=True, slots=True)
class Party:
    """An end of a transfer: whose money, and the line that it was asked by or sent to."""

    account: AccountId
    line: LineId


@dataclass(frozen=True, slots=True)
class Transfer:
    """`id` is its entry. `state` is asked while the sender wants it back and nobody has answered.

    `returned` is what came back, which may be less than was sent.
    """

    id: int
    sender: Party
    receiver: Party
    amount: Money
    at: Instant
    state: State
    returned: Money


_COLUMNS = "id, from_account, from_line, to_account, to_line, currency, amount, at, state, returned"


async def add(tx: WriteTx, new: Transfer) -> None:
    row = (
        new.id,
        new.sender.account,
        new.sender.line,
        new.receiver.account,
        new.receiver.line,
        new.amount.currency,
        new.amount.amount_minor,
        new.at,
        new.state,
        new.returned.amount_minor,
        None,
    )
    await tx.add("transfer", [row])


async def by_id(tx: ReadTx, id: int) -> Transfer | None:
    row = await tx.row(f"SELECT {_COLUMNS} FROM transfer WHERE id = $1", id)
    return None if row is None else _transfer(row)


async def latest(tx: ReadTx, account: AccountId, limit: int) -> list[Transfer]:
    """Transfers from and to the account, newest first."""
    found: dict[int, Transfer] = {}
    for side in ("from_account", "to_account"):
        rows = await tx.rows(
            f"SELECT {_COLUMNS} FROM transfer WHERE {side} = $1 ORDER BY at DESC, id DESC LIMIT $2",
            account,
            limit,
        )
        found |= {row[0]: _transfer(row) for row in rows}
    newest = sorted(found.values(), key=lambda each: (each.at, each.id), reverse=True)
    return newest[:limit]


async def sent_since(
    tx: ReadTx, account: AccountId, currency: str, begun: tuple[Instant, Instant]
) -> tuple[int, int]:
    """Minor units sent since the beginning of the day and of the month, less what came back."""
    return await _since(tx, "from_account", account, currency, *begun)


async def received_since(
    tx: ReadTx, account: AccountId, currency: str, begun: tuple[Instant, Instant]
) -> tuple[int, int]:
    """The same of what was received."""
    return await _since(tx, "to_account", account, currency, *begun)


async def ask_back(tx: WriteTx, id: int) -> bool:
    """False if that was asked before."""
    return await _turn(tx, id, ("sent", "asked"))


async def keep(tx: WriteTx, id: int) -> bool:
    """False if nobody asks for it back."""
    return await _turn(tx, id, ("asked", "kept"))


async def give_back(tx: WriteTx, id: int, return_id: int, amount: Money) -> bool:
    """So much goes back by the entry `return_id`; False if nobody asks for it."""
    changed = await tx.run(
        "UPDATE transfer SET state = 'returned', return_id = $2, returned = $3"
        " WHERE id = $1 AND state = 'asked'",
        id,
        return_id,
        amount.amount_minor,
    )
    return changed == 1


async def _turn(tx: WriteTx, id: int, states: tuple[State, State]) -> bool:
    before, after = states
    changed = await tx.run(
        "UPDATE transfer SET state = $3 WHERE id = $1 AND state = $2", id, before, after
    )
    return changed == 1


async def _since(
    tx: ReadTx, side: str, account: AccountId, currency: str, *begun: Instant
) -> tuple[int, int]:
    row = await tx.row(
        "SELECT CAST(COALESCE(SUM(CASE WHEN at >= $3 THEN amount - returned END), 0) AS BIGINT),"
        " CAST(COALESCE(SUM(amount - returned), 0) AS BIGINT) FROM transfer"
        f" WHERE {side} = $1 AND currency = $2 AND at >= $4",
        account,
        currency,
        *begun,
    )
    assert row is not None, "sums are always one row"
    return row[0], row[1]


def _transfer(row: Row) -> Transfer:
    id, from_account, from_line, to_account, to_line, currency, amount, at, state, returned = row
    return Transfer(
        id,
        Party(from_account, from_line),
        Party(to_account, to_line),
        Money(amount, currency),
        at,
        state,
        Money(returned, currency),
    )
