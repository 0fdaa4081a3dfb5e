"""The one page that answers most questions: money, what is left, what comes next."""

from itertools import chain

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.catalog import discounts
from abonent.catalog import sql as catalog
from abonent.kernel.case import Case
from abonent.kernel.ids import LineId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import Instant, day_of
from abonent.ledger import due, lots
from abonent.ledger import sql as ledger
from abonent.operations.env import Env
from abonent.operations.views.charges import coming_charges, outlook_of, pace_since
from abonent.operations.views.lending import largest_offer
from abonent.operations.views.model import (
    BonusAmount,
    BucketLeft,
    Event,
    HomeView,
    LineRef,
    NewsItem,
)
from abonent.store.tx import ReadTx, together
from abonent.usage import statistics

_EVENTS = 5
_NEWS = 3
NEWEST = (2**62, 2**62)
"""A cursor position before everything."""


async def home(tx: ReadTx, case: Case, env: Env) -> HomeView:
    """What a person sees first. Everything is live."""
    subject, now = case.subject, env.clock.now()
    account, currency = subject.account, env.operator.currency
    line, money, tariff, coming, reduced, latest, spent, left = await together(
        tx,
        lines.known(tx, subject.line),
        ledger.balances(tx, account),
        catalog.tariff_of(tx, subject.line),
        due.of_account(tx, account),
        discounts.of_account(tx, account),
        ledger.movements(tx, account, currency, before=NEWEST, limit=_EVENTS),
        statistics.charged_since(tx, account, pace_since(now)),
        _open_lots(tx, subject.line, now),
    )
    balance = env.money(money.get(currency, 0))
    ahead = outlook_of(balance, coming_charges(env, coming, reduced), spent, now)
    pending = (i for i in coming if i.kind == "tariff_change" and i.line == line.id)
    change = next(pending, None)
    return HomeView(
        line=line_ref(line),
        contract=line.contract,
        account=line.account,
        tariff=Item("tariff", tariff),
        balance=balance,
        points=money.get(POINTS, 0),
        days_left=ahead.days_left,
        next_charge=ahead.charges[0] if ahead.charges else None,
        top_up=ahead.top_up,
        top_up_by=ahead.top_up_by,
        bonuses=tuple(
            BonusAmount(
                bonus.id,
                Item("bonus", bonus.id),
                Money(money.get(bonus.currency, 0), bonus.currency),
            )
            for bonus in env.operator.bonuses
            if bonus.currency != POINTS and (bonus.only is None or money.get(bonus.currency))
        ),
        promised=await largest_offer(tx, case, env),
        buckets=tuple(map(bucket_left, left)),
        events=tuple(Event(m.entry, m.at, m.what, m.amount) for m in latest),
        pending_tariff=Item("tariff", change.ref) if change else None,
        news=news(env, tariff),
    )


async def balance(tx: ReadTx, case: Case, env: Env, currency: str | None = None) -> Money:
    """The money on the account, or what it has in another currency, such as points."""
    return await ledger.balance(tx, case.subject.account, currency or env.operator.currency)


def line_ref(line: Line) -> LineRef:
    return LineRef(line.id, line.number, line.label, line.blocked)


def bucket_left(lot: lots.Lot) -> BucketLeft:
    item = Item("bucket", lot.bucket)
    return BucketLeft(lot.id, item, lot.unit, lot.remaining, lot.granted, lot.expires_at)


def news(env: Env, tariff: str) -> tuple[NewsItem, ...]:
    """News that is out, newest first: what is for everybody, and what is for this tariff."""
    today = day_of(env.clock.now(), env.zone)
    mine = [
        n
        for n in env.operator.news
        if n.date <= today <= (n.until or today) and n.tariff in {None, tariff}
    ]
    mine.sort(key=lambda item: item.date, reverse=True)
    return tuple(
        NewsItem(
            n.id,
            n.date,
            Text(f"profile.news.{n.id}.title"),
            Text(f"profile.news.{n.id}.text"),
            Item("tariff", n.tariff) if n.tariff else None,
        )
        for n in mine[:_NEWS]
    )


async def _open_lots(tx: ReadTx, line: LineId, now: Instant) -> list[lots.Lot]:
    usable = await lots.usable(tx, line, now)
    left = [lot for lot in usable if lot.remaining]
    empty = [lot for lot in usable if not lot.remaining]
    shown = {lot.bucket for lot in left}
    return list(chain(left, (lot for lot in empty if lot.bucket not in shown)))
