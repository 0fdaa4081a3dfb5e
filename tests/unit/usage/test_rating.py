"""Prices exact to the kopeck. Amounts of money are in kopecks throughout."""

import pytest

from abonent.kernel.time import DAY_US
from abonent.usage.model import Draw, Rated
from abonent.usage.rating import FREE, Terms, after, in_steps, rate
from tests.fixtures.usage import (
    BY_MINUTE,
    BY_SECOND,
    NOON,
    catalog_of,
    lot,
    rate_of,
    tariff_of,
    usage,
)


def test_it_works() -> None:
    assert rate(usage("call", "national", 61), BY_MINUTE, []) == Rated(200)


@pytest.mark.parametrize(
    ("seconds", "charge"), [(1, 100), (59, 100), (60, 100), (61, 200), (3600, 6000)]
)
def test_a_minute_begun_is_a_minute_paid(seconds: int, charge: int) -> None:
    assert rate(usage("call", "national", seconds), BY_MINUTE, []) == Rated(charge)


@pytest.mark.parametrize(
    ("seconds", "charge"),
    [
        (1, 2),  # 1.5833…
        (6, 10),  # 9.5: a half goes up
        (18, 29),  # 28.5
        (30, 48),  # 47.5
        (12, 19),  # 19 exactly
        (60, 95),
        (61, 97),  # 96.5833…
        (3599, 5698),  # 5698.4166…
    ],
)
def test_seconds_are_rounded_once_half_up_to_the_kopeck(seconds: int, charge: int) -> None:
    assert rate(usage("call", "national", seconds), BY_SECOND, []) == Rated(charge)


def test_rounding_stays_exact_for_amounts_that_a_float_cannot_hold() -> None:
    terms = Terms(tariff_of("t", rate_of("data", "internet", (10**12, 3, 1))), BY_MINUTE.catalog)
    amount = 2**40 + 1
    exact = (2 * 10**12 * amount + 3) // 6
    assert rate(usage("data", "internet", amount), terms, []) == Rated(exact)


def test_the_set_up_charge_is_added_once() -> None:
    assert rate(usage("call", "international", 130), BY_MINUTE, []) == Rated(3 * 600 + 150)


def test_data_is_counted_in_steps() -> None:
    one_step_of_100_kib = 10  # 9.765625
    assert rate(usage("data", "internet", 1), BY_MINUTE, []) == Rated(one_step_of_100_kib)
    assert rate(usage("data", "internet", 102_401), BY_MINUTE, []) == Rated(20)


def test_messages_are_counted_in_parts() -> None:
    assert rate(usage("sms", "national", 3), BY_MINUTE, []) == Rated(225)


@pytest.mark.parametrize("kind", ["call", "sms"])
@pytest.mark.parametrize("zone", ["onnet", "national", "international", "emergency"])
def test_what_is_received_is_free_and_takes_nothing_from_buckets(kind: str, zone: str) -> None:
    received = usage(kind, zone, 100, direction="in")
    assert rate(received, BY_MINUTE, [lot(1, "minutes", 900), lot(2, "messages", 9)]) == FREE


@pytest.mark.parametrize("zone", ["emergency", "free"])
def test_a_call_to_an_emergency_number_is_free(zone: str) -> None:
    assert rate(usage("call", zone, 600), BY_MINUTE, [lot(1, "minutes", 900)]) == FREE


def test_a_call_that_was_not_answered_is_free_of_the_set_up_charge_too() -> None:
    assert rate(usage("call", "international", 0), BY_MINUTE, []) == FREE


def test_calls_that_the_tariff_gives_for_nothing_spare_the_bucket() -> None:
    assert rate(usage("call", "onnet", 600), BY_MINUTE, [lot(1, "minutes", 900)]) == FREE


def test_usage_without_a_price_cannot_be_rated() -> None:
    assert rate(usage("call", "international", 1), BY_SECOND, []) is None


def test_a_bucket_is_drawn_in_billed_steps() -> None:
    rated = rate(usage("call", "national", 61), BY_MINUTE, [lot(1, "minutes", 900)])
    assert rated == Rated(0, (Draw(1, 120),))
    assert rated.from_lots == 120


def test_what_the_bucket_does_not_cover_costs_money() -> None:
    rated = rate(usage("call", "national", 300), BY_MINUTE, [lot(1, "minutes", 120)])
    assert rated == Rated(300, (Draw(1, 120),))


def test_what_is_left_of_a_step_in_a_bucket_does_not_shorten_the_next_step() -> None:
    rated = rate(usage("call", "national", 61), BY_MINUTE, [lot(1, "minutes", 30)])
    assert rated == Rated(200, (Draw(1, 30),))


def test_the_set_up_charge_is_not_added_where_buckets_cover_everything() -> None:
    terms = Terms(
        tariff_of("t", rate_of("call", "national", (100, 60, 1), setup=40)), BY_MINUTE.catalog
    )
    covered = rate(usage("call", "national", 60), terms, [lot(1, "minutes", 60)])
    in_part = rate(usage("call", "national", 61), terms, [lot(1, "minutes", 60)])
    assert covered == Rated(0, (Draw(1, 60),))
    assert in_part == Rated(2 + 40, (Draw(1, 60),))


def test_a_set_up_charge_alone_does_not_make_a_call_free() -> None:
    terms = Terms(
        tariff_of("t", rate_of("call", "onnet", (0, 60, 60), setup=40)), BY_MINUTE.catalog
    )
    assert rate(usage("call", "onnet", 600), terms, []) == Rated(40)


def test_the_lot_that_expires_first_is_used_first_and_one_without_end_last() -> None:
    lots = [
        lot(1, "minutes", 60, expires_at=None),
        lot(2, "minutes", 60, expires_at=NOON + 3 * DAY_US),
        lot(3, "minutes", 60, expires_at=NOON + 2 * DAY_US),
    ]
    rated = rate(usage("call", "national", 150), BY_MINUTE, lots)
    assert rated == Rated(0, (Draw(3, 60), Draw(2, 60), Draw(1, 60)))


def test_of_lots_that_expire_together_the_oldest_is_used_first() -> None:
    lots = [lot(9, "minutes", 60), lot(4, "minutes", 60)]
    assert rate(usage("call", "national", 60), BY_MINUTE, lots) == Rated(0, (Draw(4, 60),))


@pytest.mark.parametrize(
    "unfit",
    [
        lot(1, "messages", 900),
        lot(1, "internet", 900),
        lot(1, "onnet-minutes", 900),
        lot(1, "minutes", 0),
        lot(1, "minutes", 900, valid_from=NOON + 1),
        lot(1, "minutes", 900, expires_at=NOON),
    ],
    ids=["messages", "bytes", "another zone", "used up", "not begun", "just expired"],
)
def test_a_lot_that_does_not_fit_is_left_alone(unfit: object) -> None:
    assert rate(usage("call", "national", 60), BY_MINUTE, [unfit]) == Rated(100)  # type: ignore[list-item]


def test_a_lot_counts_from_its_first_instant_to_the_one_before_its_end() -> None:
    first = lot(1, "minutes", 60, valid_from=NOON)
    last = lot(1, "minutes", 60, expires_at=NOON + 1)
    assert rate(usage("call", "national", 60), BY_MINUTE, [first]) == Rated(0, (Draw(1, 60),))
    assert rate(usage("call", "national", 60), BY_MINUTE, [last]) == Rated(0, (Draw(1, 60),))


def test_a_lot_whose_bucket_the_catalogue_of_the_day_does_not_know_is_left_alone() -> None:
    empty = catalog_of().model_copy(update={"buckets": ()})
    terms = Terms(BY_MINUTE.tariff, empty)
    assert rate(usage("call", "national", 60), terms, [lot(1, "minutes", 60)]) == Rated(100)


def test_draws_leave_lots_smaller_and_used_up_ones_are_gone() -> None:
    lots = [lot(1, "minutes", 60), lot(2, "minutes", 60), lot(3, "minutes", 60)]
    left = after(lots, (Draw(1, 60), Draw(2, 20)))
    assert left == (lot(2, "minutes", 40), lot(3, "minutes", 60))


@pytest.mark.parametrize(
    ("amount", "step", "billed"), [(0, 60, 0), (1, 60, 60), (60, 60, 60), (61, 60, 120), (7, 1, 7)]
)
def test_steps_are_whole(amount: int, step: int, billed: int) -> None:
    assert in_steps(amount, step) == billed
