from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from abonent.channels.web.display import (
    KINDS,
    PLOT_HEIGHT,
    chart,
    dialled,
    example_number,
    readable_number,
    runs,
)
from abonent.operations.views.model import DayTotal
from abonent.profile.load import find, load

FIRST = date(2026, 11, 1)
OPERATOR = load(find("internet-assistant")).operator


def days(*charges: dict[str, int]) -> list[DayTotal]:
    return [DayTotal(FIRST + timedelta(days=n), each) for n, each in enumerate(charges) if each]


def test_a_day_is_a_bar_stacked_by_kind() -> None:
    drawn = chart(days({"call": 300, "data": 700}, {}, {"fee": 500}), FIRST, date(2026, 11, 3))
    full, gap, half = drawn.bars
    assert [(part.kind, part.height) for part in full.parts] == [("call", 60), ("data", 140)]
    assert full.parts[0].y + full.parts[0].height == PLOT_HEIGHT
    assert full.parts[1].y + full.parts[1].height == full.parts[0].y
    assert (gap.total_minor, gap.parts, gap.top) == (0, (), PLOT_HEIGHT)
    assert half.of("fee") == half.total_minor == 500
    assert (drawn.total_minor, drawn.highest_minor) == (1500, 1000)


def test_the_scale_has_round_amounts_and_room_for_the_highest_bar() -> None:
    drawn = chart(days({"call": 15_690}), FIRST, FIRST)
    assert [amount for _, amount in drawn.lines] == [0, 5000, 10_000, 15_000, 20_000]
    assert [y for y, _ in drawn.lines] == [200, 150, 100, 50, 0]


def test_a_period_without_charges_has_bars_of_no_height() -> None:
    drawn = chart([], FIRST, date(2026, 11, 7))
    assert len(drawn.bars) == 7
    assert drawn.total_minor == 0
    assert all(bar.parts == () for bar in drawn.bars)


def test_a_long_period_is_drawn_by_weeks() -> None:
    last = FIRST + timedelta(days=37)
    drawn = chart(days(*[{"call": 100}] * 38), FIRST, last)
    assert drawn.by_week
    assert [bar.total_minor for bar in drawn.bars] == [700] * 5 + [300]
    assert (drawn.bars[-1].first_day, drawn.bars[-1].last_day) == (date(2026, 12, 6), last)


def test_a_chart_of_one_kind_leaves_the_others_out() -> None:
    drawn = chart(days({"call": 300, "fee": 9000}), FIRST, FIRST, ("call",))
    assert drawn.total_minor == 300
    assert [amount for _, amount in drawn.lines] == [0, 100, 200, 300]


@given(
    some.lists(
        some.dictionaries(some.sampled_from(KINDS), some.integers(-500, 10**9)), max_size=100
    )
)
def test_every_bar_lies_within_the_plot(charges: list[dict[str, int]]) -> None:
    length = max(len(charges), 1)
    drawn = chart(days(*charges), FIRST, FIRST + timedelta(days=length - 1))
    assert 2 <= len(drawn.lines) <= 6
    for bar in drawn.bars:
        assert 0 <= bar.x < bar.middle < bar.x + bar.width <= 100.01
        for part in bar.parts:
            assert part.height >= 2
            assert part.y + part.height <= PLOT_HEIGHT
            assert part.y >= -len(bar.parts)


@pytest.mark.parametrize(
    ("number", "readable"),
    [
        ("380941234567", "+380 94 123 45 67"),
        ("111", "111"),
        ("447700900123", "447700900123"),
        ("olena@home", "olena@home"),
        ("", ""),
    ],
)
def test_only_numbers_of_the_country_are_grouped(number: str, readable: str) -> None:
    assert readable_number(number, OPERATOR.numbering) == readable


def test_the_example_of_a_number_is_one_of_the_operator_s_own() -> None:
    example = example_number(OPERATOR)
    OPERATOR.numbering.plan.parse(example)
    assert example == "+380 94 123 45 67"


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("0 800 000 111", "tel:0800000111"),
        ("+380 (94) 000-01-11", "tel:+380940000111"),
        ("*100#", "tel:*100%23"),
    ],
)
def test_a_number_can_be_called_from_its_link(number: str, address: str) -> None:
    assert dialled(number) == address


def test_rows_are_cut_where_the_label_changes() -> None:
    cut = runs([1, 2, 3, 4], ["today", "today", "earlier", "today"])
    assert [(run.label, run.rows) for run in cut] == [
        ("today", [1, 2]),
        ("earlier", [3]),
        ("today", [4]),
    ]
