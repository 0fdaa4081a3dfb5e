"""All SQL of accounts, entries and postings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Text, values_from_json, values_to_json
from abonent.kernel.time import Instant
from abonent.ledger.model import HOUSE_LAST, Entry, LedgerFault, transfer
from abonent.store.tx import ReadTx, Row, WriteTx, together

_MOVE = "ON CONFLICT (account_id, currency) DO UPDATE SET amount = balance.amount + excluded.amount"

TWO_SIDED = frozenset({"transfer", "transfer_returned"})
"""Kinds of entries that two customers see, each their own way: worded `KIND_in`, `KIND_out`."""
NO_SPENDING = (
    "('promised_repaid', 'transfer', 'transfer_returned', 'payment_refunded',"
    " 'payment_charged_back')"
)
"""Kinds of entries by which money leaves an account without anything being bought."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting to a customer's account with what it was for."""

    entry: int
    at: Instant
    what: Text
    amount: Money


async def open_account(
    tx: WriteTx, account: AccountId, currency: str, at: Instant, *, floor_minor: int = 0
) -> None:
    """A new customer account with nothing on it, locked by its making.

    Requests may take it down to `floor_minor`, which is negative where there is credit.
    """
    await tx.run("INSERT INTO account VALUES ($1, $2, $3, $4)", account, currency, floor_minor, at)
    tx.locked.add(account)


async def lock(tx: WriteTx, accounts: Iterable[AccountId]) -> None:
    """Lock customer accounts in id order, in one statement, until the transaction ends."""
    wanted = sorted(set(accounts) - tx.locked)
    rows = await tx.many(
        "SELECT id FROM account WHERE id IN ($*) ORDER BY id FOR NO KEY UPDATE", wanted
    )
    if len(rows) != len(wanted):
        raise LedgerFault("an account to be locked does not exist")
    tx.locked.update(wanted)


async def balance(tx: ReadTx, account: AccountId, currency: str) -> Money:
    amount = await tx.value(
        "SELECT amount FROM balance WHERE account_id = $1 AND currency = $2", account, currency
    )
    return Money(amount or 0, currency)


async def balances(tx: ReadTx, account: AccountId) -> dict[str, int]:
    """Minor units by currency."""
    rows = await tx.rows("SELECT currency, amount FROM balance WHERE account_id = $1", account)
    return {row[0]: row[1] for row in rows}


async def available(tx: ReadTx, account: AccountId, currency: str) -> Money:
    """What a request may spend: the balance above the account's floor."""
    amount = await tx.value(
        "SELECT COALESCE(b.amount, 0) - CASE WHEN a.currency = $2 THEN a.floor_minor ELSE 0 END"
        " FROM account a LEFT JOIN balance b ON b.account_id = a.id AND b.currency = $2"
        " WHERE a.id = $1",
        account,
        currency,
    )
    return Money(amount or 0, currency)


async def all_available(tx: ReadTx, accounts: Iterable[AccountId]) -> dict[AccountId, int]:
    """The same of many accounts, minor units of each one's own currency."""
    rows = await tx.many(
        "SELECT a.id, COALESCE(b.amount, 0) - a.floor_minor FROM account a"
        " LEFT JOIN balance b ON b.account_id = a.id AND b.currency = a.currency"
        " WHERE a.id IN ($*)",
        sorted(accounts),
    )
    return {row[0]: row[1] for row in rows}


async def post(tx: WriteTx, entry: Entry) -> None:
    await post_all(tx, (entry,))


async def post_all(tx: WriteTx, entries: Sequence[Entry]) -> None:
    """Write entries and move the stored balances of the customers' accounts.

    Raises LedgerFault for an entry that does not sum to zero, or that posts to a customer's account
    that this transaction has not locked.
    """
    changes: defaultdict[tuple[int, str], int] = defaultdict(int)
    for entry in map(transfer, entries):
        for posting in entry.postings:
            if posting.account > HOUSE_LAST:
                if posting.account not in tx.locked:
                    raise LedgerFault(f"entry {entry.id} posts to an account that is not locked")
                key = (posting.account, posting.amount.currency)
                changes[key] += posting.amount.amount_minor
    written = [(e.id, e.kind, e.at, e.line, values_to_json(e.details)) for e in entries]
    postings = [
        (e.id, n, int(p.account), p.amount.currency, p.amount.amount_minor, e.at)
        for e in entries
        for n, p in enumerate(e.postings)
    ]
    moved = [(account, currency, change) for (account, currency), change in changes.items()]
    # A posting needs its entry: one statement checks that at its end, and what is too much for one
    # comes after it, in turn. There are never fewer postings than entries.
    await together(
        tx, tx.add("entry", written), tx.add("posting", postings), tx.add("balance", moved, _MOVE)
    )


async def movements(
    tx: ReadTx, account: AccountId, currency: str, *, before: tuple[int, int], limit: int
) -> list[Movement]:
    """Postings of the account older than (instant, entry id) `before`, newest first."""
    return await _moved(tx, "", account, currency, *before, limit)


async def received(
    tx: ReadTx, account: AccountId, currency: str, *, before: tuple[int, int], limit: int
) -> list[Movement]:
    """Those of `movements` that brought something in.

    Payments by card are in `ledger.payments`, with those that have not arrived.
    """
    otherwise = " AND p.amount > 0 AND e.kind <> 'card_top_up'"
    return await _moved(tx, otherwise, account, currency, *before, limit)


async def brought(tx: ReadTx, entry: int, account: AccountId) -> list[Money]:
    """What one entry brought to the account (took, if negative), by currency."""
    rows = await tx.rows(
        "SELECT CAST(SUM(amount) AS BIGINT), currency FROM posting"
        " WHERE entry_id = $1 AND account_id = $2 GROUP BY currency ORDER BY currency",
        entry,
        account,
    )
    return [Money(row[0], row[1]) for row in rows]


async def topped_up_since(tx: ReadTx, account: AccountId, currency: str, since: Instant) -> int:
    """Minor units that were topped up since the instant, less what went back to the payers."""
    total = await tx.value(
        "SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM posting p"
        " JOIN entry e ON e.id = p.entry_id WHERE p.account_id = $1 AND p.currency = $2"
        " AND p.at >= $3 AND e.kind IN ('top_up', 'card_top_up', 'payment_refunded',"
        " 'payment_charged_back', 'payment_restored')",
        account,
        currency,
        since,
    )
    return int(total)


async def charged_since(
    tx: ReadTx, account: AccountId, currency: str, line: LineId | None, period: tuple[int, int]
) -> list[Movement]:
    """What left the account in [from, to) otherwise than for usage, of one line or of all."""
    rows = await tx.rows(
        "SELECT e.id, e.at, e.kind, e.details, p.amount, p.currency FROM posting p"
        " JOIN entry e ON e.id = p.entry_id"
        " WHERE p.account_id = $1 AND p.currency = $2 AND p.at >= $3 AND p.at < $4"
        " AND p.amount < 0 AND e.kind NOT LIKE 'usage_%'"
        f" AND e.kind NOT IN {NO_SPENDING}"
        " AND (CAST($5 AS BIGINT) IS NULL OR e.line_id = $5)"
        " ORDER BY p.at, p.entry_id",
        account,
        currency,
        *period,
        line,
    )
    return [_movement(row) for row in rows]


async def _moved(tx: ReadTx, which: str, *args: object) -> list[Movement]:
    rows = await tx.rows(
        "SELECT e.id, e.at, e.kind, e.details, p.amount, p.currency FROM posting p"
        " JOIN entry e ON e.id = p.entry_id"
        f" WHERE p.account_id = $1 AND p.currency = $2{which}"
        " AND (p.at < $3 OR (p.at = $3 AND p.entry_id < $4))"
        " ORDER BY p.at DESC, p.entry_id DESC LIMIT $5",
        *args,
    )
    return [_movement(row) for row in rows]


def _movement(row: Row) -> Movement:
    id, at, kind, details, amount, currency = row
    text = Text(worded(kind, amount), values_from_json(details))
    return Movement(id, at, text, Money(amount, currency))


def worded(kind: str, amount: int) -> str:
    """The key of what an entry is called by the customer whose account it moves by the amount."""
    if kind in TWO_SIDED:
        kind = f"{kind}_in" if amount > 0 else f"{kind}_out"
    return f"entry.{kind}"
