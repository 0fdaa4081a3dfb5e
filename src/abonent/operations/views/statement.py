"""The account on paper: everything that moved in a period, and single movements."""

from dataclasses import dataclass, replace
from datetime import date

from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.outcome import FieldProblem
from abonent.kernel.time import Instant, day_of
from abonent.ledger import sql as ledger
from abonent.ledger import statement as sql
from abonent.operations.asks import field_problem
from abonent.operations.env import Env
from abonent.operations.views.model import Event
from abonent.operations.views.usage import span
from abonent.store.tx import ReadTx, together


@dataclass(frozen=True, slots=True)
class StatementView:
    """Local days, both included. `opening` + `received` - `spent` = `closing`.

    `moves` are oldest first, and fewer than `count` where there are more than were asked for.
    """

    first_day: date
    last_day: date
    opening: Money
    received: Money
    spent: Money
    closing: Money
    count: int
    moves: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class MoveView:
    """One thing that moved money on the account, posting by posting."""

    id: int
    at: Instant
    parts: tuple[Event, ...]
    amount: Money


async def statement(
    tx: ReadTx, case: Case, env: Env, days: tuple[date, date], most: int
) -> StatementView:
    """Every movement of the days, both included, up to so many, with the sums of all."""
    account, currency = case.subject.account, env.operator.currency
    period = span(env, *days)
    totals, moves = await together(
        tx,
        sql.totals(tx, account, currency, period),
        sql.moves(tx, account, currency, period, most),
    )
    if len(moves) < most:
        # Both were read one after the other where the engine is asked twice: the rows decide.
        amounts = [move.amount.amount_minor for move in moves]
        received = sum(amount for amount in amounts if amount > 0)
        totals = replace(
            totals, received_minor=received, spent_minor=received - sum(amounts), count=len(moves)
        )
    return StatementView(
        *days,
        env.money(totals.opening_minor),
        env.money(totals.received_minor),
        env.money(totals.spent_minor),
        env.money(totals.closing_minor),
        totals.count,
        tuple(map(_event, moves)),
    )


async def movement(tx: ReadTx, case: Case, env: Env, entry: int) -> MoveView | None:
    """What one entry moved on the case's account; None for what moved nothing there."""
    account, currency = case.subject.account, env.operator.currency
    parts = await sql.moved(tx, account, currency, entry)
    if not parts:
        return None
    amount = env.money(sum(part.amount.amount_minor for part in parts))
    return MoveView(entry, parts[0].at, tuple(map(_event, parts)), amount)


def statement_problem(env: Env, first: date, last: date) -> FieldProblem | None:
    """What is wrong with the days of a statement; any that have begun will do."""
    if first > last:
        return field_problem("to", "period_reversed")
    if last > day_of(env.clock.now(), env.zone):
        return field_problem("to", "period_future")
    return None


def _event(move: ledger.Movement) -> Event:
    return Event(move.entry, move.at, move.what, move.amount)
