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
from abonent.profile.model import Catalog, Included, Tariff
from abonent.store.tx import ReadTx
from abonent.usage import statistics
from abonent.usage.model import LotLeft, Usage
from abonent.usage.rating import Terms, after, rate

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


def month_cost(known: Catalog, tariff: Tariff, used: list[tuple[str, str, int]]) -> int:
    """Minor units that the usage would have cost in one month of the tariff, its fee included."""
    terms, at = Terms(tariff, known), Instant(0)
    units = {bucket.id: bucket.unit for bucket in known.buckets}
    lots = tuple(
        LotLeft(n, part.bucket, units[part.bucket], part.amount, at, None)
        for n, part in enumerate(tariff.included)
    )
    total = tariff.monthly_fee
    for kind, zone, amount in used:
        rated = rate(Usage(at, kind, "out", zone, amount), terms, lots)  # type: ignore[arg-type]
        if rated is not None:
            total += rated.charge_minor
            lots = after(lots, rated.draws) if rated.draws else lots
    return total


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
