"""Entries and postings, and the accounts of the house."""

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Value
from abonent.kernel.time import Instant


class House(IntEnum):
    """The operator's side of every posting. Never locked, without a stored balance."""

    REVENUE_USAGE = 1
    REVENUE_FEES = 2
    VOUCHERS = 3
    LOYALTY = 4
    OPENING = 5
    PAYMENTS = 6
    """What providers of payments owe us for what their customers paid."""
    PROMISED = 7
    """Money lent to subscribers until the next top-up."""
    COMMISSIONS = 8
    """What payers pay on top of what arrives: it was never on a customer's account."""


REVENUE = (House.REVENUE_USAGE, House.REVENUE_FEES)
"""What customers pay for services goes here, and nothing else does."""

HOUSE_LAST = 1000
"""Account ids up to this belong to the house."""


@dataclass(frozen=True, slots=True)
class Posting:
    account: AccountId | House
    amount: Money


@dataclass(frozen=True)
class Entry:
    """One thing that happened to money. `id` is the id of the operation, unique for ever."""

    id: int
    kind: str
    at: Instant
    line: LineId | None
    postings: tuple[Posting, ...]
    details: dict[str, Value]
    """Codes and internal ids for its description `entry.KIND`; nothing personal."""


class LedgerFault(AssertionError):
    """A fault of the program, never of its input: the transaction must not commit."""


def transfer(entry: Entry) -> Entry:
    """The entry, if its postings sum to zero in every currency; raises LedgerFault otherwise."""
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in entry.postings:
        sums[posting.amount.currency] += posting.amount.amount_minor
    if any(sums.values()):
        raise LedgerFault(f"entry {entry.id} ({entry.kind}) does not sum to zero")
    return entry


def charge(
    entry: tuple[int, str, Instant, LineId | None],
    account: AccountId,
    house: House,
    amount: Money,
    details: dict[str, Value],
) -> Entry:
    """An entry that moves `amount` from a customer's account to the house (back, if negative)."""
    id, kind, at, line = entry
    postings = (Posting(account, -amount), Posting(house, amount)) if amount else ()
    return Entry(id, kind, at, line, postings, details)
