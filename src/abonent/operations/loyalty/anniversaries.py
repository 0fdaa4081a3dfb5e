"""Days on which bonuses are given by themselves: of a line, and of its owner."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from abonent.accounts import lines
from abonent.accounts.lines import Dated
from abonent.kernel.ids import LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Value
from abonent.kernel.time import DAY_US, Instant, day_of, midnight, months_after
from abonent.ledger import due
from abonent.ledger.due import Due
from abonent.ledger.model import House, charge
from abonent.operations.env import Env
from abonent.operations.loyalty.bonus import Earned, expiry_of, lot_of
from abonent.operations.turn import Turn
from abonent.store.database import Database
from abonent.store.tx import WriteTx

TENURE, BIRTHDAY = "bonus_tenure", "bonus_birthday"
"""Kinds of due rows; their `ref` is the bonus, their `anchor` the day that years count from."""

PAGE = 1000
"""Lines that are planned for in one transaction."""


async def plan(db: Database, env: Env) -> None:
    """Make the next such day due for every line that has none: new ones, new rules, known dates."""
    if not any(bonus.tenure or bonus.birthday for bonus in env.operator.bonuses):
        return
    page = await db.write(partial(_plan_after, LineId(0), env))
    while len(page) == PAGE:
        page = await db.write(partial(_plan_after, page[-1].line, env))


async def _plan_after(line: LineId, env: Env, tx: WriteTx) -> list[Dated]:
    """Plan for lines with ids above this one; which they were."""
    page = await lines.dated_after(tx, line, PAGE)
    await due.add_new(tx, [item for each in page for item in _days(env, each)])
    return page


def give(turn: Turn, item: Due) -> None:
    """The day has come: the bonus is given, and the same day of the next year is due."""
    env, bonus = turn.env, turn.env.operator.bonus(item.ref)
    turn.drop(item)
    if bonus is None:
        return
    given = bonus.given(bonus.tenure if item.kind == TENURE else bonus.birthday)
    if not given:
        return
    amount = Money(given, bonus.currency)
    payer = (item.account, item.line)
    expires_at = Instant(item.due_at + bonus.valid_days * DAY_US)
    lot = lot_of(env, payer, Earned(amount, expires_at, item.kind), item.due_at)
    turn.grant((lot,))
    turn.add(expiry_of(env, payer, lot))
    details: dict[str, Value] = {"bonus": Item("bonus", bonus.id)}
    entry = (item.id, item.kind, item.due_at, item.line)
    turn.post(charge(entry, item.account, House.LOYALTY, -amount, details))
    turn.add(_next(env, item, day_of(item.due_at, env.zone)))
    turn.tell(item.line, item.kind, {"amount": amount})


def _days(env: Env, line: Dated) -> Iterator[Due]:
    for bonus in env.operator.bonuses:
        if bonus.only not in {None, line.kind}:
            continue
        if bonus.tenure:
            began = day_of(line.created_at, env.zone)
            yield _first(env, line, (TENURE, bonus.id), began)
        if bonus.birthday and line.birthday is not None:
            yield _first(env, line, (BIRTHDAY, bonus.id), date.fromisoformat(line.birthday))


def _first(env: Env, line: Dated, what: tuple[str, str], began: date) -> Due:
    """The first such day from today on that comes after the one that years count from."""
    today = day_of(env.clock.now(), env.zone)
    anchor = months_after(began, 12 * max(today.year - began.year, 1))
    if anchor < today:
        anchor = months_after(began, 12 * (anchor.year - began.year + 1))
    id, at = env.ids.next(), midnight(anchor, env.zone)
    kind, ref = what
    return Due(id, line.account, line.line, kind, ref, anchor.isoformat(), 0, at, waiting=False)


def _next(env: Env, item: Due, today: date) -> Due:
    anchor = date.fromisoformat(item.anchor)
    day = months_after(anchor, 12 * (today.year - anchor.year + 1))
    id, at = env.ids.next(), midnight(day, env.zone)
    period = item.period + 1
    return Due(
        id, item.account, item.line, item.kind, item.ref, item.anchor, period, at, waiting=False
    )
