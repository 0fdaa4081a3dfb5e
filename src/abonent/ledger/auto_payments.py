"""Payments that are taken by themselves: one wish per account, and each try with its payment."""

from dataclasses import dataclass
from typing import Literal

from abonent.kernel.ids import AccountId, LineId, PersonId
from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

_NEVER_PAUSED = Instant(0)


@dataclass(frozen=True, slots=True)
class AutoPayment:
    """What its owner wished: `amount` on a `day` of the month, or below a `threshold`."""

    account: AccountId
    id: int
    line: LineId
    person: PersonId
    means: int
    day: int | None
    threshold: Money | None
    amount: Money
    ceiling: Money
    """The most that may leave the card in a calendar month, commission included."""
    set_at: Instant
    refusals: int = 0
    """How many tries in a row were refused."""
    paused_until: Instant = _NEVER_PAUSED
    """A threshold is not looked at before."""


@dataclass(frozen=True, slots=True)
class Try:
    """One payment that was begun for a local day; `n` counts from 1 within the day."""

    payment: int
    account: AccountId
    auto_payment: int
    for_day: str
    n: int
    month: str
    taken_minor: int
    state: Literal["open", "paid", "refused"]
    begun_at: Instant


_COLUMNS = (
    "account_id, id, line_id, person_id, means_id, day, threshold, currency, amount, ceiling,"
    " set_at, refusals, paused_until"
)


async def of_account(tx: ReadTx, account: AccountId) -> AutoPayment | None:
    row = await tx.row(f"SELECT {_COLUMNS} FROM auto_payment WHERE account_id = $1", account)
    return None if row is None else _auto_payment(row)


async def put(tx: WriteTx, wish: AutoPayment) -> None:
    """Keep the wish in the place of any other of the account."""
    await remove(tx, wish.account)
    threshold = wish.threshold and wish.threshold.amount_minor
    row = (
        wish.account,
        wish.id,
        wish.line,
        wish.person,
        wish.means,
        wish.day,
        threshold,
        wish.amount.currency,
        wish.amount.amount_minor,
        wish.ceiling.amount_minor,
        wish.set_at,
        wish.refusals,
        wish.paused_until,
    )
    await tx.add("auto_payment", [row])


async def remove(tx: WriteTx, account: AccountId) -> None:
    await tx.run("DELETE FROM auto_payment WHERE account_id = $1", account)


async def set_refusals(tx: WriteTx, account: AccountId, refusals: int) -> None:
    await tx.run("UPDATE auto_payment SET refusals = $2 WHERE account_id = $1", account, refusals)


async def pause(tx: WriteTx, account: AccountId, until: Instant) -> None:
    await tx.run("UPDATE auto_payment SET paused_until = $2 WHERE account_id = $1", account, until)


async def below_threshold(
    tx: ReadTx, day: str, begun_since: Instant, now: Instant, limit: int
) -> list[AccountId]:
    """Accounts that have less than their threshold, with nothing begun for the day or under way.

    What was begun before `begun_since` and never ended is no longer under way.
    """
    rows = await tx.rows(
        "SELECT a.account_id FROM auto_payment a LEFT JOIN balance b"
        " ON b.account_id = a.account_id AND b.currency = a.currency"
        " WHERE a.threshold IS NOT NULL AND a.paused_until <= $3"
        " AND COALESCE(b.amount, 0) < a.threshold"
        " AND NOT EXISTS (SELECT 1 FROM auto_payment_try t WHERE t.account_id = a.account_id"
        " AND (t.for_day = $1 OR (t.state = 'open' AND t.begun_at > $2)))"
        " AND NOT EXISTS (SELECT 1 FROM due d WHERE d.line_id = a.line_id"
        " AND d.kind = 'auto_payment' AND d.ref = 'retry')"
        " ORDER BY a.account_id LIMIT $4",
        day,
        begun_since,
        now,
        limit,
    )
    return [AccountId(row[0]) for row in rows]


async def begin(tx: WriteTx, begun: Try) -> bool:
    """Note that a payment is begun; False where the day has one that is paid or under way.

    The database itself keeps a second one from the day.
    """
    row = await tx.row(
        "INSERT INTO auto_payment_try VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT DO NOTHING RETURNING payment_id",
        begun.payment,
        begun.account,
        begun.auto_payment,
        begun.for_day,
        begun.n,
        begun.month,
        begun.taken_minor,
        begun.state,
        begun.begun_at,
    )
    return row is not None


async def try_of(tx: ReadTx, payment: int) -> Try | None:
    """The try that the payment is of; None for one that somebody made."""
    row = await tx.row("SELECT * FROM auto_payment_try WHERE payment_id = $1", payment)
    return None if row is None else Try(*row)


async def under_way(tx: ReadTx, account: AccountId) -> list[Try]:
    """Tries of which nobody knows yet what becomes."""
    rows = await tx.rows(
        "SELECT * FROM auto_payment_try WHERE account_id = $1 AND state = 'open'"
        " ORDER BY payment_id",
        account,
    )
    return [Try(*row) for row in rows]


async def mark_paid(tx: WriteTx, paid: Try) -> None:
    """Also where it had been refused before, unless another try for the day went on since."""
    await tx.run(
        "UPDATE auto_payment_try SET state = 'paid' WHERE payment_id = $1 AND NOT EXISTS"
        " (SELECT 1 FROM auto_payment_try o WHERE o.account_id = $2 AND o.for_day = $3"
        " AND o.payment_id <> $1 AND o.state <> 'refused')",
        paid.payment,
        paid.account,
        paid.for_day,
    )


async def mark_refused(tx: WriteTx, refused: Try) -> None:
    await tx.run(
        "UPDATE auto_payment_try SET state = 'refused' WHERE payment_id = $1", refused.payment
    )


async def taken_in(tx: ReadTx, account: AccountId, month: str) -> int:
    """Minor units that were taken, or are being taken, in the local month (`2026-11`).

    Also a try that was refused, and came through when another had for its day.
    """
    return int(
        await tx.value(
            "SELECT COALESCE(CAST(SUM(t.taken) AS BIGINT), 0) FROM auto_payment_try t"
            " LEFT JOIN payment p ON p.id = t.payment_id"
            " WHERE t.account_id = $1 AND t.month = $2"
            " AND (t.state <> 'refused' OR p.paid_at IS NOT NULL)",
            account,
            month,
        )
    )


def _auto_payment(row: Row) -> AutoPayment:
    account, id, line, person, means, day, threshold, currency, amount, ceiling, *rest = row
    return AutoPayment(
        account,
        id,
        line,
        person,
        means,
        day,
        None if threshold is None else Money(threshold, currency),
        Money(amount, currency),
        Money(ceiling, currency),
        *rest,
    )
