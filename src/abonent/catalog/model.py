"""Frozen rows of tariffs and services in force, and when periods end."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from abonent.kernel.ids import LineId
from abonent.kernel.time import Instant, day_of, first_of_next_month, midnight, months_after


@dataclass(frozen=True, slots=True)
class Subscription:
    """A line's tariff from `valid_from` until before `valid_to`."""

    id: int
    line: LineId
    tariff: str
    valid_from: Instant
    valid_to: Instant | None


@dataclass(frozen=True, slots=True)
class Activation:
    """A service of a line. `paused`: its fee could not be taken."""

    id: int
    line: LineId
    service: str
    valid_from: Instant
    valid_to: Instant | None
    paused: bool
    paid_until: Instant | None


def next_month_start(at: Instant, zone: ZoneInfo) -> Instant:
    """Local midnight of the first of the next calendar month: tariff months and changes."""
    return midnight(first_of_next_month(day_of(at, zone)), zone)


def period_end(anchor: date, count: int, period: str, zone: ZoneInfo) -> Instant:
    """When the `count`-th `day` or `month` that began on the local day `anchor` ends."""
    if period == "day":
        return midnight(date.fromordinal(anchor.toordinal() + count), zone)
    return midnight(months_after(anchor, count), zone)
