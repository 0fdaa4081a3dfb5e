"""Calls at the other side's expense: who asked whom lately, and what came of it."""

from dataclasses import dataclass
from typing import Literal

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.time import DAY_US, Instant
from abonent.operations.env import Env
from abonent.store.tx import ReadTx
from abonent.usage import collect_calls as sql
from abonent.usage.collect_calls import CollectCall

_SINCE_US = 7 * DAY_US


@dataclass(frozen=True, slots=True)
class CollectCallRow:
    """`number` is the other's. `until`: how long it waits for an answer, or is agreed to."""

    id: int
    at: Instant
    direction: Literal["out", "in"]
    number: str
    state: Literal["asked", "agreed", "refused", "over"]
    until: Instant


@dataclass(frozen=True, slots=True)
class CollectCallsView:
    """The requests of the last days, newest first."""

    items: tuple[CollectCallRow, ...]


async def collect_calls(tx: ReadTx, case: Case, env: Env) -> CollectCallsView | None:
    """None where the operator offers no such calls."""
    if env.operator.collect_call is None:
        return None
    line, now = case.subject.line, env.clock.now()
    since = Instant(now - _SINCE_US)
    found = [
        *await sql.asked_since(tx, line, since),
        *await sql.received_since(tx, line, since),
    ]
    others = {each.payer if each.caller == line else each.caller for each in found}
    known = await lines.by_ids(tx, others)
    rows = (
        CollectCallRow(
            each.id,
            each.asked_at,
            "out" if each.caller == line else "in",
            known[each.payer if each.caller == line else each.caller].number,
            _state(each, now),
            each.valid_to or each.expires_at,
        )
        for each in found
    )
    return CollectCallsView(tuple(sorted(rows, key=lambda row: (row.at, row.id), reverse=True)))


def _state(asked: CollectCall, now: Instant) -> Literal["asked", "agreed", "refused", "over"]:
    if asked.answer == "no":
        return "refused"
    if asked.answer == "yes":
        return "agreed" if asked.holds(now) else "over"
    return "asked" if asked.waits(now) else "over"
