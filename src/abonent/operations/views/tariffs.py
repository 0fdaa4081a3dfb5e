"""Tariffs side by side, each with what one's own last month would have cost on it."""

from abonent.catalog import sql as catalog
from abonent.kernel.case import Case
from abonent.kernel.text import Item
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger.due import Due
from abonent.operations.env import Env
from abonent.operations.fees import fee
from abonent.operations.tariffs.pending import pending_change
from abonent.operations.views.model import (
    IncludedRow,
    RateRow,
    TariffCard,
    TariffChange,
    TariffsView,
)
from abonent.profile.model import Catalog, Included, Tariff, UsageKind, Zone
from abonent.store.tx import ReadTx
from abonent.usage import statistics
from abonent.usage.model import LotLeft
from abonent.usage.rating import Terms, total

_MONTH_DAYS = 30


async def tariffs(tx: ReadTx, case: Case, env: Env) -> TariffsView:
    """The line's tariff, the others that are open, and the history of changes."""
    line, now = case.subject.line, env.clock.now()
    known = env.catalog(now)
    month = (Instant(now - _MONTH_DAYS * DAY_US), now)
    used = await statistics.outgoing(tx, line, month)
    price = await fee(tx, case, env, "change_tariff")
    current_id = await catalog.tariff_of(tx, line)
    current = known.tariff(current_id)
    if current is None:
        raise LookupError(f"tariff {current_id} is in use and not in the catalogue")
    own_now = month_cost(known, current, used)

    def card(tariff: Tariff) -> TariffCard:
        own = month_cost(known, tariff, used)
        return TariffCard(
            id=tariff.id,
            name=Item("tariff", tariff.id),
            monthly_fee=env.money(tariff.monthly_fee),
            included=included_rows(known, tariff.included),
            rates=tuple(_rate_rows(env, tariff)),
            change_price=price,
            own_month=env.money(own),
            difference=env.money(own - own_now),
        )

    others = (t for t in known.tariffs if t.open and t.id != current_id)
    change = await pending_change(tx, case)
    return TariffsView(
        current=card(current),
        others=tuple(card(tariff) for tariff in others),
        pending=None if change is None else _pending(change, current_id),
        history=await tariff_changes(tx, case, env),
    )


async def tariff_changes(tx: ReadTx, case: Case, _env: Env) -> tuple[TariffChange, ...]:
    """Every tariff that the line has had, newest first."""
    had = await catalog.history(tx, case.subject.line)
    before = [None, *(Item("tariff", s.tariff) for s in had)]
    changes = [
        TariffChange(s.id, s.valid_from, before[n], Item("tariff", s.tariff))
        for n, s in enumerate(had)
    ]
    return tuple(reversed(changes))


def month_cost(known: Catalog, tariff: Tariff, used: list[tuple[UsageKind, Zone, int]]) -> int:
    """Minor units that the usage would have cost in one month of the tariff, its fee included."""
    terms, at = Terms(tariff, known), Instant(0)
    units = {bucket.id: bucket.unit for bucket in known.buckets}
    lots = tuple(
        LotLeft(n, part.bucket, units[part.bucket], part.amount, at, None)
        for n, part in enumerate(tariff.included)
    )
    return tariff.monthly_fee + total(used, terms, lots)


def included_rows(known: Catalog, included: tuple[Included, ...]) -> tuple[IncludedRow, ...]:
    units = {bucket.id: bucket.unit for bucket in known.buckets}
    return tuple(
        IncludedRow(Item("bucket", part.bucket), units[part.bucket], part.amount)
        for part in included
    )


def _pending(change: Due, current: str) -> TariffChange:
    return TariffChange(
        change.id, change.due_at, Item("tariff", current), Item("tariff", change.ref)
    )


def _rate_rows(env: Env, tariff: Tariff) -> list[RateRow]:
    return [
        RateRow(r.kind, r.zone, env.money(r.price), r.per, r.step, env.money(r.setup))
        for r in tariff.rates
        if r.zone not in {"emergency", "free"}
    ]
