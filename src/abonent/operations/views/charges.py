"""What will be charged by itself: fees as they fall due, with a change of tariff counted in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import merge
from itertools import chain, repeat

from abonent.catalog import discounts
from abonent.kernel.case import Case
from abonent.kernel.ids import LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import due
from abonent.ledger import sql as ledger
from abonent.ledger.due import Due
from abonent.operations.env import Env
from abonent.operations.money.repayment import REPAYMENT
from abonent.operations.services.buy_package import RENEWAL
from abonent.operations.views.model import NextCharge, Outlook
from abonent.profile.model import Tariff
from abonent.store.tx import ReadTx, together
from abonent.usage import statistics

PACE_DAYS = 30
_LONGEST_DAYS = 366
_DAYS = {"day": 1, "month": 30}
"""How often a fee comes back, near enough for an estimate."""

Changes = Mapping[LineId, tuple[Instant, Tariff]]


async def outlook(tx: ReadTx, case: Case, env: Env) -> Outlook:
    """What the case's account will be charged next for each thing, and how far its money goes."""
    account, now = case.subject.account, env.clock.now()
    money, items, reduced, spent = await together(
        tx,
        ledger.balance(tx, account, env.operator.currency),
        due.of_account(tx, account),
        discounts.of_account(tx, account),
        statistics.charged_since(tx, account, pace_since(now)),
    )
    return outlook_of(money, coming_charges(env, items, reduced), spent, now)


def outlook_of(
    balance: Money, charges: Sequence[NextCharge], spent_minor: int, now: Instant
) -> Outlook:
    """The same from what has been read. `spent_minor` is what usage cost in the last 30 days."""
    days = days_left(balance, charges, spent_minor, now)
    end = Instant(now + PACE_DAYS * DAY_US)
    fees = (_repeated(charge, end) for charge in charges if not charge.waiting)
    waiting = ((now, charge.amount.amount_minor) for charge in charges if charge.waiting)
    coming = [*waiting, *merge(*fees)]
    missing = sum(fee for _, fee in coming) + spent_minor - balance.amount_minor
    if missing <= 0:
        return Outlook(tuple(charges), days, None, None)
    by = Instant(now + days * DAY_US) if spent_minor and days is not None else end
    left = balance.amount_minor
    for at, fee in coming:
        left -= fee
        if left < 0:
            by = min(by, Instant(at))
            break
    return Outlook(tuple(charges), days, Money(missing, balance.currency), by)


def pace_since(now: Instant) -> Instant:
    """Since when usage says how fast money is spent."""
    return Instant(now - PACE_DAYS * DAY_US)


def coming_charges(
    env: Env, items: Iterable[Due], reduced: Mapping[LineId, Sequence[int]]
) -> list[NextCharge]:
    """The charges that due rows stand for; a new tariff's fee stands for that of the old one.

    `reduced` is per cent off each of the next monthly fees, by line.
    """
    known = tuple(items)
    changes = {
        item.line: (item.due_at, tariff)
        for item in known
        if item.kind == "tariff_change" and (tariff := env.catalog(item.due_at).tariff(item.ref))
    }
    charges = (_charge(env, item, changes) for item in known)
    less = (_reduced(charge, reduced) for charge in charges if charge)
    return sorted(less, key=lambda charge: charge.at)


def days_left(
    balance: Money, charges: Iterable[NextCharge], spent_minor: int, now: Instant
) -> int | None:
    """Whole days the money lasts: fees as they fall due and come back, usage at its recent pace.

    `spent_minor` is what usage cost in the last 30 days. None: more than a year.
    """
    end = Instant(now + _LONGEST_DAYS * DAY_US)
    left, day = balance.amount_minor * PACE_DAYS, 0
    fees = (_repeated(charge, end) for charge in charges if not charge.waiting)
    for at, fee in (*merge(*fees), (end, 0)):
        days = max((at - now) // DAY_US - day, 0)
        if left < days * spent_minor:
            return day + max(left, 0) // spent_minor
        left -= days * spent_minor + fee * PACE_DAYS
        day += days
        if left < 0:
            return day
    return None


def _charge(env: Env, item: Due, changes: Changes) -> NextCharge | None:
    """What the row will take, or None for one that takes nothing or will not come to it."""
    catalog = env.catalog(item.due_at)
    changed_at, new = changes.get(item.line, (None, None))
    ends = changed_at is not None and changed_at <= item.due_at
    fee, period, noun, key = 0, "month", "tariff", "tariff_fee"
    if item.kind == "tariff_change" and new is not None:
        fee = new.monthly_fee
    elif item.kind == "tariff_fee" and not ends:
        tariff = catalog.tariff(item.ref)
        fee = tariff.monthly_fee if tariff else 0
        period = "month" if new is None else "none"
    elif item.kind == "service_fee" and not (ends and new and item.ref not in new.services):
        service, noun, key = catalog.service(item.ref), "service", "service_fee"
        fee, period = (service.fee, service.period) if service else (0, "none")
    elif item.kind == RENEWAL:
        package, noun, key = catalog.package(item.ref), "package", "package_renewal"
        if package is not None and package.price <= item.amount_minor:
            fee, period = package.price, f"{package.valid_days}-days"
    elif item.kind == REPAYMENT:
        fee, period, noun, key = item.amount_minor, "none", "", "promised_repaid"
    if not fee:
        return None
    at, amount = item.due_at, env.money(fee)
    what = Text(f"entry.{key}", {noun: Item(noun, item.ref)} if noun else {})
    return NextCharge(item.id, item.line, at, amount, what, period, item.waiting)


def _reduced(charge: NextCharge, reduced: Mapping[LineId, Sequence[int]]) -> NextCharge:
    percents = reduced.get(charge.line, ())
    if not percents or charge.what.key != "entry.tariff_fee":
        return charge
    whole = charge.amount
    amount, *later = (
        Money(whole.amount_minor * (100 - percent) // 100, whole.currency) for percent in percents
    )
    return replace(charge, amount=amount, later=(*later, whole))


def _repeated(charge: NextCharge, end: Instant) -> Iterator[tuple[int, int]]:
    days = charge.period.removesuffix("-days")
    step_us = (int(days) if days.isdigit() else _DAYS.get(days, _LONGEST_DAYS)) * DAY_US
    amounts = chain((charge.amount, *charge.later), repeat((charge.amount, *charge.later)[-1]))
    times = range(charge.at, end, step_us)
    return ((at, amount.amount_minor) for at, amount in zip(times, amounts, strict=False))
