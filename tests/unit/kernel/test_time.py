from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from abonent.kernel.time import (
    DAY_US,
    SECOND_US,
    Instant,
    MovableClock,
    SystemClock,
    day_of,
    first_of_next_month,
    instant,
    local,
    midnight,
    months_after,
    rfc3339,
)

KYIV = ZoneInfo("Europe/Kyiv")


def test_it_works() -> None:
    assert rfc3339(midnight(date(2026, 11, 21), KYIV)) == "2026-11-20T22:00:00Z"


def test_an_instant_counts_microseconds_since_1970() -> None:
    assert instant(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)) == SECOND_US + 5


def test_a_datetime_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2026, 1, 1))  # noqa: DTZ001


def test_local_time_keeps_microseconds() -> None:
    moment = datetime(2026, 7, 1, 12, 30, 0, 123456, tzinfo=KYIV)
    assert local(instant(moment), KYIV) == moment


def test_a_day_ends_at_local_midnight() -> None:
    start = midnight(date(2026, 3, 1), KYIV)
    assert day_of(start, KYIV) == date(2026, 3, 1)
    assert day_of(Instant(start - 1), KYIV) == date(2026, 2, 28)


def test_days_of_the_change_of_time_are_shorter_and_longer() -> None:
    def hours(day: date, following: date) -> float:
        return (midnight(following, KYIV) - midnight(day, KYIV)) / (3600 * SECOND_US)

    assert hours(date(2026, 3, 29), date(2026, 3, 30)) == 23
    assert hours(date(2026, 10, 25), date(2026, 10, 26)) == 25


def test_a_midnight_that_is_skipped_moves_to_the_first_instant_of_the_day() -> None:
    """Brazil went from 23:59:59 straight to 01:00 on 4 November 2018."""
    start = midnight(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"))
    assert rfc3339(start) == "2018-11-04T03:00:00Z"


def test_a_midnight_inside_a_gap_moves_to_the_end_of_the_gap() -> None:
    """Toronto went from 23:30 on 30 March 1919 to 00:30 of the next day."""
    zone = ZoneInfo("America/Toronto")
    start = midnight(date(1919, 3, 31), zone)
    assert local(start, zone).strftime("%d %H:%M") == "31 00:30"
    assert day_of(Instant(start - 1), zone) == date(1919, 3, 30)


def test_of_a_midnight_that_comes_twice_the_first_counts() -> None:
    """Cuba goes back from 01:00 to 00:00 in autumn."""
    start = midnight(date(2026, 11, 1), ZoneInfo("America/Havana"))
    assert rfc3339(start) == "2026-11-01T04:00:00Z"


def test_the_clock_of_the_system_is_about_now() -> None:
    assert abs(SystemClock().now() - instant(datetime.now(UTC))) < 60 * SECOND_US


def test_a_clock_can_be_moved_forward_only() -> None:
    clock = MovableClock(base=lambda: Instant(100))
    clock.advance(DAY_US)
    assert clock.now() == DAY_US + 100
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 21), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2026, 1, 1), date(2026, 2, 1)),
    ],
)
def test_the_first_of_the_next_month(day: date, first: date) -> None:
    assert first_of_next_month(day) == first


@pytest.mark.parametrize(
    ("anchor", "months", "day"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
        (date(2026, 5, 5), 12, date(2027, 5, 5)),
    ],
)
def test_months_after_a_day_are_clipped_to_the_length_of_the_month(
    anchor: date, months: int, day: date
) -> None:
    assert months_after(anchor, months) == day
