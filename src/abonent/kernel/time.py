"""Instants, the business clock, and the one place where local midnights are worked out."""

import time
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NewType, Protocol
from zoneinfo import ZoneInfo

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z."""

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US


class Clock(Protocol):
    """The business clock, which is handed in. Leases and back-off use real time instead."""

    def now(self) -> Instant: ...


class SystemClock:
    def now(self) -> Instant:
        return Instant(time.time_ns() // 1000)


class MovableClock:
    """A clock that runs with the real one and can be moved forward, never back: demo and tests."""

    def __init__(self, offset_us: int = 0, base: Callable[[], Instant] = SystemClock().now) -> None:
        self._base = base
        self.offset_us = offset_us

    def now(self) -> Instant:
        return Instant(self._base() + self.offset_us)

    def advance(self, by_us: int) -> None:
        """Move forward; raises ValueError for a negative step."""
        if by_us < 0:
            raise ValueError("the clock only moves forward")
        self.offset_us += by_us


def instant(moment: datetime) -> Instant:
    """The instant of an aware datetime; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone is no instant")
    return Instant((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


def local(at: Instant, zone: ZoneInfo) -> datetime:
    """The instant as a datetime of the zone."""
    return datetime.fromtimestamp(at // SECOND_US, zone).replace(microsecond=at % SECOND_US)


def midnight(day: date, zone: ZoneInfo) -> Instant:
    """The start of the local day; where 00:00 does not exist, the first instant that does."""
    wanted = datetime(day.year, day.month, day.day, tzinfo=zone)
    at = min(instant(wanted), instant(wanted.replace(fold=1)))  # the later one may skip a gap
    while local(at, zone).date() < day:
        at = Instant(at + 15 * 60 * SECOND_US)
    return at


def day_of(at: Instant, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at // SECOND_US, zone).date()


def first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def months_after(anchor: date, months: int) -> date:
    """The anchor's day of month, `months` later, clipped to the month's length."""
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def rfc3339(at: Instant) -> str:
    """The instant as RFC 3339 text in UTC, to the second."""
    return datetime.fromtimestamp(at // SECOND_US, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
