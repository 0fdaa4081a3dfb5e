"""What will be charged by itself: fees as they fall due, with a change of tariff counted in."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge

from abonent.kernel.case import Case
from abonent.kernel.ids import LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import due
from abonent.ledger.due import Due
from abonent.operations.env import Env
from abonent.operations.views.model import NextCharge
from abonent.profile.model import Tariff
from abonent.store.tx import ReadTx

_PACE_DAYS = 30
_LONGEST_DAYS = 366
_DAYS = {"day": 1, "month": 30}
"""How often a fee comes back, near enough for an estimate."""

Changes = Mapping[LineId, tuple[Instant, Tariff]]


async def coming(tx: ReadTx, case: Case, env: Env) -> list[NextCharge]:
    """What the case's account will be charged next for each thing, soonest first."""
    return coming_charges(env, await due.of_account(tx, case.subject.account))


def coming_charges(env: Env, items: Iterable[Due]) -> list[NextCharge]:
    """The charges that due rows stand for; a new tariff's fee stands for that of the old one."""
    known = tuple(items)
    changes = {
        item.line: (item.due_at, tariff)
        for item in known
        if item.kind == "tariff_change" and (tariff := env.catalog(item.due_at).tariff(item.ref))
    }
    charges = (_charge(env, item, changes) for item in known)
    return sorted((charge for charge in charges if charge), key=lambda charge: charge.at)


def days_left(
    balance: Money, charges: Iterable[NextCharge], spent_minor: int, now: Instant
) -> int | None:
    """Whole days the money lasts: fees as they fall due and come back, usage at its recent pace.

    `spent_minor` is what usage cost in the last 30 days. None: more than a year.
    """
    end = Instant(now + _LONGEST_DAYS * DAY_US)
    left, day = balance.amount_minor * _PACE_DAYS, 0
    fees = (_repeated(charge, end) for charge in charges if not charge.waiting)
    for at, fee in (*merge(*fees), (end, 0)):
        days = max((at - now) // DAY_US - day, 0)
        if left < days * spent_minor:
            return day + max(left, 0) // spent_minor
        left -= days * spent_minor + fee * _PACE_DAYS
        day += days
        if left < 0:
            return day
    return None


def _charge(env: Env, item: Due, changes: Changes) -> NextCharge | None:
    """What the row will take, or None for one that takes nothing or will not come to it."""
    catalog = env.catalog(item.due_at)
    changed_at, new = changes.get(item.line, (None, None))
    ends = changed_at is not None and changed_at <= item.due_at
    fee, period, noun = 0, "month", "tariff"
    if item.kind == "tariff_change" and new is not None:
        fee = new.monthly_fee
    elif item.kind == "tariff_fee" and not ends:
        tariff = catalog.tariff(item.ref)
        fee = tariff.monthly_fee if tariff else 0
        period = "month" if new is None else "none"
    elif item.kind == "service_fee" and not (ends and new and item.ref not in new.services):
        service, noun = catalog.service(item.ref), "service"
        fee, period = (service.fee, service.period) if service else (0, "none")
    if not fee:
        return None
    what = Text(f"entry.{noun}_fee", {noun: Item(noun, item.ref)})
    return NextCharge(item.id, item.line, item.due_at, env.money(fee), what, period, item.waiting)


def _repeated(charge: NextCharge, end: Instant) -> Iterator[tuple[int, int]]:
    step_us = _DAYS.get(charge.period, _LONGEST_DAYS) * DAY_US
    return ((at, charge.amount.amount_minor) for at in range(charge.at, end, step_us))
