"""What a usage record costs. Pure, exact, in whole units: seconds, pieces, bytes, minor units.

The rules, in order:

1. What is received is free, and so are emergency and free numbers, calls of no length, and whatever
   the tariff gives for nothing. Free usage never touches a bucket.
2. Usage is billed in the steps of its rate, as is the custom of the field: 61 seconds at steps of a
   minute are two minutes, for buckets as for money.
3. Lots cover it where unit and zone fit and the record's own instant lies within their life: the
   soonest to expire first, those that never expire last, the oldest (lowest id) of equals first.
   A record may take from several.
4. What no lot covers is rounded up to whole steps again (half a minute left in a lot does not make
   the next started minute shorter), priced, rounded half up to a minor unit once, and the set-up
   charge of the rate is added once. A record that lots cover whole costs nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from abonent.kernel.money import round_half_up
from abonent.kernel.time import Instant
from abonent.profile.model import Catalog, Rate, Tariff, UsageKind, Zone
from abonent.usage.model import UNIT_OF, Draw, LotLeft, Rated, Usage

FREE = Rated(0)
_ALWAYS_FREE = frozenset({"emergency", "free"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a line pays by at some instant: a tariff, and the catalogue that has the buckets."""

    tariff: Tariff
    catalog: Catalog


def rate(usage: Usage, terms: Terms, lots: Iterable[LotLeft]) -> Rated | None:
    """The charge of one record and its draws; None where the tariff has no price for it."""
    if usage.direction == "in" or usage.zone in _ALWAYS_FREE or usage.amount == 0:
        return FREE
    price = terms.tariff.rate(usage.kind, usage.zone)
    if price is None:
        return None
    if price.price == 0 and price.setup == 0:
        return FREE
    billed = in_steps(usage.amount, price.step)
    draws = tuple(_draws(billed, _fitting(usage, terms, lots)))
    uncovered = billed - sum(draw.amount for draw in draws)
    return Rated(money(uncovered, price), draws)


def total(
    used: Iterable[tuple[UsageKind, Zone, int]], terms: Terms, lots: Sequence[LotLeft]
) -> int:
    """The charge of many outgoing records (kind, zone, amount) in turn, all within the lots' lives.

    What `rate` says of each with the lots that the ones before it left; records that the tariff has
    no price for are left out. A month may have tens of thousands, so nothing is looked up twice.
    """
    left = {lot.id: lot.remaining for lot in lots}
    plans: dict[tuple[UsageKind, Zone], tuple[Rate, list[int]] | None] = {}
    charged = 0
    for kind, zone, amount in used:
        if (kind, zone) not in plans:
            plans[kind, zone] = _plan(Usage(Instant(0), kind, "out", zone, 1), terms, lots)
        plan = plans[kind, zone]
        if plan is None or not amount:
            continue
        price, fitting = plan
        billed = in_steps(amount, price.step)
        for id in fitting:
            taken = min(billed, left[id])
            left[id] -= taken
            billed -= taken
        charged += money(billed, price)
    return charged


def after(lots: Iterable[LotLeft], draws: Iterable[Draw]) -> tuple[LotLeft, ...]:
    """The lots with the draws taken; those that are used up are left out."""
    taken = {draw.lot_id: draw.amount for draw in draws}
    left = (
        replace(lot, remaining=lot.remaining - taken[lot.id]) if lot.id in taken else lot
        for lot in lots
    )
    return tuple(lot for lot in left if lot.remaining > 0)


def in_steps(amount: int, step: int) -> int:
    """The amount rounded up to whole steps."""
    return -(-amount // step) * step


def money(amount: int, price: Rate) -> int:
    """The price in minor units of so much outside buckets."""
    if amount == 0:
        return 0
    return round_half_up(price.price * in_steps(amount, price.step), price.per) + price.setup


def _plan(usage: Usage, terms: Terms, lots: Sequence[LotLeft]) -> tuple[Rate, list[int]] | None:
    """By what such usage is priced, and which lots cover it; None where it costs nothing."""
    price = terms.tariff.rate(usage.kind, usage.zone)
    if price is None or usage.zone in _ALWAYS_FREE or not (price.price or price.setup):
        return None
    return price, [lot.id for lot in _fitting(usage, terms, lots)]


def _fitting(usage: Usage, terms: Terms, lots: Iterable[LotLeft]) -> list[LotLeft]:
    fitting = [
        lot
        for lot in lots
        if lot.remaining > 0
        and lot.unit == UNIT_OF[usage.kind]
        and lot.valid_from <= usage.at
        and (lot.expires_at is None or usage.at < lot.expires_at)
        and (bucket := terms.catalog.bucket(lot.bucket)) is not None
        and usage.zone in bucket.zones
    ]
    return sorted(fitting, key=_turn)


def _turn(lot: LotLeft) -> tuple[bool, int, int]:
    return lot.expires_at is None, lot.expires_at or 0, lot.id


def _draws(billed: int, lots: Iterable[LotLeft]) -> Iterator[Draw]:
    for lot in lots:
        if billed == 0:
            return
        taken = min(billed, lot.remaining)
        billed -= taken
        yield Draw(lot.id, taken)
