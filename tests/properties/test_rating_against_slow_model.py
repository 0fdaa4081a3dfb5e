"""Charges and draws equal those of an independent slow model, for any records in any order."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from abonent.kernel.time import Instant
from abonent.usage.model import LotLeft, Usage
from abonent.usage.rating import Terms, after, rate, total
from tests.fixtures.slow_rating import Box, Price, bill
from tests.fixtures.usage import BUCKETS, catalog_of, rate_of, tariff_of

KINDS = {"second": "call", "sms": "sms", "byte": "data"}
ZONES = {
    "call": ("onnet", "national", "international", "emergency", "free"),
    "sms": ("onnet", "national", "international", "free"),
    "data": ("internet",),
}
KIND_AND_ZONE = st.sampled_from([(kind, zone) for kind, zones in ZONES.items() for zone in zones])
TIMES = st.integers(0, 20)

price = st.builds(
    Price,
    kopecks=st.sampled_from([0, 1, 95, 100]) | st.integers(0, 700),
    per=st.sampled_from([1, 7, 60, 100]),
    step=st.sampled_from([1, 3, 10, 60]),
    setup=st.sampled_from([0, 0, 25]),
)
prices = st.fixed_dictionaries(
    {(kind, zone): price for kind, zones in ZONES.items() for zone in zones[:2]},
    optional={("call", "international"): price, ("sms", "international"): price},
)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    kind, zone = draw(KIND_AND_ZONE)
    direction = draw(st.sampled_from(["out", "out", "out", "in"]))
    amount = draw(st.integers(0, 200))
    return Usage(Instant(draw(TIMES)), kind, direction, zone, amount)  # type: ignore[arg-type]


@st.composite
def lots(draw: st.DrawFn) -> list[LotLeft]:
    found = []
    for id in draw(st.lists(st.integers(1, 20), unique=True, max_size=6)):
        bucket = draw(st.sampled_from(BUCKETS))
        begins = draw(st.integers(0, 9))
        ends = draw(st.sampled_from([None, Instant(10), Instant(15)]))
        amount = draw(st.integers(1, 300))
        found.append(LotLeft(id, bucket.id, bucket.unit, amount, Instant(begins), ends))
    return found


def box(lot: LotLeft) -> Box:
    bucket = next(bucket for bucket in BUCKETS if bucket.id == lot.bucket)
    covers = (KINDS[bucket.unit], {str(zone) for zone in bucket.zones})
    return Box(lot.id, covers, lot.valid_from, lot.expires_at, lot.remaining)


def terms(prices: dict[Any, Price]) -> Terms:
    rates = [
        rate_of(kind, zone, (price.kopecks, price.per, price.step), price.setup)
        for (kind, zone), price in prices.items()
    ]
    tariff = tariff_of("any", *rates)
    return Terms(tariff, catalog_of(tariff))


@settings(max_examples=300)
@given(st.lists(usages(), max_size=12), lots(), prices)
def test_any_records_in_any_order_cost_what_the_slow_model_says(
    records: list[Usage], lots: list[LotLeft], prices: dict[Any, Price]
) -> None:
    boxes = [box(lot) for lot in lots]
    left = tuple(lots)
    for record in records:
        rated = rate(record, terms(prices), left)
        expected = bill(record, prices, boxes)
        if rated is None:
            assert expected is None
            continue
        drawn = {draw.lot_id: draw.amount for draw in rated.draws}
        assert (rated.charge_minor, drawn) == expected
        left = after(left, rated.draws)
    assert {lot.id: lot.remaining for lot in left} == {
        box.id: box.pieces for box in boxes if box.pieces
    }


@settings(max_examples=300)
@given(st.lists(usages(), max_size=12), lots(), prices)
def test_many_records_at_once_cost_what_they_cost_one_by_one(
    records: list[Usage], lots: list[LotLeft], prices: dict[Any, Price]
) -> None:
    agreed = terms(prices)
    living = [replace(lot, valid_from=Instant(0), expires_at=None) for lot in lots]
    left, charged = tuple(living), 0
    for record in records:
        rated = rate(replace(record, direction="out", at=Instant(0)), agreed, left)
        if rated is not None:
            charged += rated.charge_minor
            left = after(left, rated.draws)
    used = [(record.kind, record.zone, record.amount) for record in records]
    assert total(used, agreed, living) == charged
