"""All SQL of calls at the other side's expense: who asked whom, and while it is agreed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

Answer = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class CollectCall:
    """A request of `caller`, which waits for an answer until `expires_at`.

    Agreed to, calls to the payer from `valid_from` until before `valid_to` are the payer's.
    """

    id: int
    caller: LineId
    payer: LineId
    asked_at: Instant
    expires_at: Instant
    answer: Answer | None = None
    valid_from: Instant | None = None
    valid_to: Instant | None = None

    def waits(self, now: Instant) -> bool:
        return self.answer is None and now < self.expires_at

    def holds(self, now: Instant) -> bool:
        return self.valid_to is not None and now < self.valid_to


@dataclass(frozen=True, slots=True)
class Consent:
    """Who pays for calls of the caller to a number, while it was the payer's and was agreed to."""

    caller: LineId
    payer: LineId
    account: AccountId
    number: str
    valid_from: Instant
    valid_to: Instant

    def covers(self, caller: LineId, number: str, at: Instant) -> bool:
        agreed = self.valid_from <= at < self.valid_to
        return agreed and (self.caller, self.number) == (caller, number)


_COLUMNS = "id, caller_line, payer_line, asked_at, expires_at, answer, valid_from, valid_to"
_NOT_BEFORE_IT_BEGAN = "CASE WHEN valid_from > $2 THEN valid_from ELSE CAST($2 AS BIGINT) END"
"""When a consent ends that is ended at `$2`, by a clock that may have been put back meanwhile."""


async def add(tx: WriteTx, asked: CollectCall) -> None:
    row = (
        asked.id,
        asked.caller,
        asked.payer,
        asked.asked_at,
        asked.expires_at,
        asked.answer,
        asked.valid_from,
        asked.valid_to,
    )
    await tx.add("collect_call", [row])


async def by_id(tx: ReadTx, id: int) -> CollectCall | None:
    row = await tx.row(f"SELECT {_COLUMNS} FROM collect_call WHERE id = $1", id)
    return None if row is None else _collect_call(row)


async def asked_since(tx: ReadTx, caller: LineId, since: Instant) -> list[CollectCall]:
    """What the line has asked for since the instant, newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM collect_call WHERE caller_line = $1 AND asked_at >= $2"
        " ORDER BY asked_at DESC, id DESC",
        caller,
        since,
    )
    return list(map(_collect_call, rows))


async def received_since(tx: ReadTx, payer: LineId, since: Instant) -> list[CollectCall]:
    """What the line has been asked for since the instant, newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM collect_call WHERE payer_line = $1 AND asked_at >= $2"
        " ORDER BY asked_at DESC, id DESC",
        payer,
        since,
    )
    return list(map(_collect_call, rows))


async def agree(tx: WriteTx, id: int, valid_from: Instant, valid_to: Instant) -> bool:
    """False if it was answered before."""
    changed = await tx.run(
        "UPDATE collect_call SET answer = 'yes', valid_from = $2, valid_to = $3"
        " WHERE id = $1 AND answer IS NULL",
        id,
        valid_from,
        valid_to,
    )
    return changed == 1


async def refuse(tx: WriteTx, id: int, at: Instant) -> bool:
    """Refuse it, or end a consent now; False if there is nothing to end."""
    changed = await tx.run(
        "UPDATE collect_call SET answer = 'no',"
        f" valid_to = CASE WHEN valid_from IS NULL THEN NULL ELSE {_NOT_BEFORE_IT_BEGAN} END"
        " WHERE id = $1 AND (answer IS NULL OR (answer = 'yes' AND valid_to > $2))",
        id,
        at,
    )
    return changed == 1


async def end_consents(tx: WriteTx, payer: LineId, at: Instant) -> list[CollectCall]:
    """The line pays for nobody's calls from now on; the consents that this ended."""
    rows = await tx.rows(
        f"UPDATE collect_call SET answer = 'no', valid_to = {_NOT_BEFORE_IT_BEGAN}"
        f" WHERE payer_line = $1 AND answer = 'yes' AND valid_to > $2 RETURNING {_COLUMNS}",
        payer,
        at,
    )
    return list(map(_collect_call, rows))


async def consents(
    tx: ReadTx, callers: Iterable[LineId], first: Instant, last: Instant
) -> list[Consent]:
    """Consents to calls of the lines that held some time in [first, last], oldest first."""
    rows = await tx.many(
        "SELECT c.caller_line, c.payer_line, l.account_id, i.value,"
        " CASE WHEN i.valid_from > c.valid_from THEN i.valid_from ELSE c.valid_from END,"
        " CASE WHEN i.valid_to < c.valid_to THEN i.valid_to ELSE c.valid_to END"
        " FROM collect_call c JOIN line l ON l.id = c.payer_line"
        " JOIN identifier i ON i.target_id = c.payer_line AND i.kind = 'msisdn'"
        " WHERE c.valid_from <= $2 AND c.valid_to > $1 AND c.caller_line IN ($*)"
        " ORDER BY c.valid_from, c.id",
        sorted(callers),
        first,
        last,
    )
    return [Consent(*row) for row in rows]


def _collect_call(row: Row) -> CollectCall:
    return CollectCall(*row)
