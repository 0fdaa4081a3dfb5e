"""Whose a number or login was at some time: numbers are recycled."""

from collections.abc import Iterable
from dataclasses import dataclass

from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx


@dataclass(frozen=True, slots=True)
class Holding:
    """A number that a line had from `valid_from` until before `valid_to`, and who pays for it."""

    number: str
    line: LineId
    account: AccountId
    valid_from: Instant
    valid_to: Instant | None

    def at(self, instant: Instant) -> bool:
        return self.valid_from <= instant and (self.valid_to is None or instant < self.valid_to)


async def holdings(tx: ReadTx, numbers: Iterable[str]) -> list[Holding]:
    """All holdings of the numbers and logins, past and present, oldest first."""
    rows = await tx.many(
        "SELECT i.value, l.id, l.account_id, i.valid_from, i.valid_to FROM identifier i"
        " JOIN line l ON l.id = i.target_id"
        " WHERE i.kind IN ('msisdn', 'login') AND i.value IN ($*) ORDER BY i.valid_from, i.id",
        sorted(set(numbers)),
    )
    return [Holding(*row) for row in rows]
