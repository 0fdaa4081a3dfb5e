"""What was used and what it cost: totals for nothing, records of a period that was ordered."""

from collections import defaultdict
from datetime import date, timedelta

from abonent.kernel.case import Case
from abonent.kernel.time import Instant, day_of, midnight
from abonent.ledger import sql as ledger
from abonent.operations.env import Env
from abonent.operations.usage.detail_fee import detail_price
from abonent.operations.views.model import (
    DayTotal,
    DetailOrder,
    DetailView,
    KindTotal,
    UsageRecordRow,
    UsageView,
)
from abonent.operations.views.paging import FIRST, Page, cursor_of, position
from abonent.store.tx import ReadTx
from abonent.usage import orders, statistics

_ORDERS = 20


async def usage(tx: ReadTx, case: Case, env: Env, first: date, last: date) -> UsageView:
    """Totals of the case's line over local days, both included. Nothing to pay for."""
    subject, currency = case.subject, env.operator.currency
    period = span(env, first, last)
    sums = await statistics.sums(tx, subject.line, period)
    fees = await ledger.charged_since(tx, subject.account, currency, subject.line, period)
    charges = await statistics.charges(tx, subject.line, period)
    kinds = []
    for kind in ("call", "sms", "data"):
        mine = [part for part in sums if part.kind == kind]
        count = sum(part.count for part in mine)
        amount = sum(part.amount for part in mine)
        charge = env.money(sum(part.charge_minor for part in mine))
        kinds.append(KindTotal(kind, count, amount, charge))
    fee_total = -sum(move.amount.amount_minor for move in fees)
    kinds.append(KindTotal("fee", len(fees), 0, env.money(fee_total)))
    by_day: defaultdict[date, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for at, kind, charge_minor in charges:
        by_day[day_of(at, env.zone)][kind] += charge_minor
    for move in fees:
        by_day[day_of(move.at, env.zone)]["fee"] -= move.amount.amount_minor
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return UsageView(
        first_day=first,
        last_day=last,
        total=env.money(sum(kind.charge.amount_minor for kind in kinds)),
        kinds=tuple(kinds),
        days=tuple(DayTotal(day, dict(by_day[day])) for day in days),
        detail_price=await detail_price(tx, case, env),
        orders=tuple(
            _order(env, order) for order in await orders.orders_of(tx, subject.line, _ORDERS)
        ),
    )


async def detail(
    tx: ReadTx, case: Case, env: Env, id: int, page: Page = FIRST
) -> DetailView | None:
    """The records of an ordered detail, newest first; None if the order is not the line's."""
    order = await orders.order(tx, case.subject.line, id)
    if order is None:
        return None
    period = span(env, order.first_day, order.last_day)
    found = await statistics.records(tx, order.line, period, position(page.cursor), page.limit + 1)
    rows = tuple(_record(env, record) for record in found[: page.limit])
    following = cursor_of(rows[-1].at, rows[-1].id) if len(found) > page.limit else None
    return DetailView(_order(env, order), rows, following)


async def newest_order(tx: ReadTx, case: Case, _env: Env) -> int | None:
    """The id of the detail of the case's line that was ordered last."""
    latest = await orders.orders_of(tx, case.subject.line, 1)
    return latest[0].id if latest else None


def span(env: Env, first: date, last: date) -> tuple[Instant, Instant]:
    """The instants [from, to) of local days, both included."""
    return midnight(first, env.zone), midnight(last + timedelta(days=1), env.zone)


def _order(env: Env, order: orders.Order) -> DetailOrder:
    price = env.money(order.price_minor)
    return DetailOrder(order.id, order.ordered_at, order.first_day, order.last_day, price)


def _record(env: Env, record: statistics.Record) -> UsageRecordRow:
    return UsageRecordRow(
        record.id,
        record.at,
        record.kind,  # type: ignore[arg-type]
        record.direction,  # type: ignore[arg-type]
        record.peer,
        record.zone,
        record.amount,
        record.from_lots,
        env.money(record.charge_minor),
    )
